internal import Essentials
internal import Foundation
internal import Scheduling
internal import Storage
internal import TaskGraph

/// What a compute process is to do: the third frame of a grant.
struct WorkOrder: Codable, Sendable {
  /// A file another task made.
  struct Input: Codable, Sendable {
    var digest: Digest
    var size: Int
  }

  var task: TaskDescription
  var attempt: Int
  /// In the order of `task.inputs`.
  var inputs: [Input]
  var checkpointSeconds: Double
  var retention: CheckpointRetention?
  /// The worker's name, for its records.
  var worker: String?
  /// Its place among all tasks of the plan, the most urgent first.
  var rank: Int?
  /// Bytes asked for it, and when it has to leave for want of them; nil: no limit.
  var memory: Int?
  var memoryGuard: MemoryGuard?
}

/// From the supervisor to the compute process.
enum ComputeCommand: Codable, Sendable {
  case run(WorkOrder)
  case stop(AttemptIdentifier)
}

/// From the compute process to the supervisor.
enum ComputeReport: Codable, Sendable {
  case ready
  case progress(AttemptIdentifier, TaskProgress)
  case finished(AttemptIdentifier, AttemptResult)
  case failed(AttemptIdentifier, FailureCause)
  /// Saved and left, as asked.
  case left(AttemptIdentifier)
  /// Saved and left for want of memory; the process ends with `ComputeProgram.memoryExitCode`.
  case outgrown(AttemptIdentifier, FailureCause)
  /// Something that people should know although the attempt goes on, for instance a checkpoint that was not saved.
  case trouble(AttemptIdentifier, String)
}

/// Length-prefixed JSON frames over a stream socket between a supervisor and its compute process.
struct FrameAssembler {
  /// Longer frames are a sign of damage.
  static let maximumLength = 16 << 20
  private var buffer = Data()

  mutating func append(_ bytes: UnsafeRawBufferPointer) { buffer.append(contentsOf: bytes) }

  /// The next complete frame, or nil.
  mutating func next() throws -> Data? {
    guard buffer.count >= 4 else { return nil }
    let length = buffer.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= Self.maximumLength else {
      throw ClavaError(.damaged, "a frame of \(length) bytes came from a local process")
    }
    guard buffer.count >= 4 + length else { return nil }
    let frame = Data(buffer.dropFirst(4).prefix(length))
    buffer = Data(buffer.dropFirst(4 + length))
    return frame
  }
}

/// Sends frames and receives them, blocking; the descriptor is the caller's.
struct ComputeChannel: Sendable {
  /// Descriptor of the channel in the compute process.
  static let descriptorInChild: Int32 = 3

  let descriptor: Int32

  /// Writes one frame.
  ///
  /// - Returns: whether the other side is still there.
  @discardableResult
  func send(_ value: some Encodable) throws -> Bool { sendFrame(try CanonicalJSON.encode(value)) }

  /// Writes a frame that is encoded already.
  @discardableResult
  func sendFrame(_ body: Data) -> Bool {
    var frame = withUnsafeBytes(of: UInt32(body.count).littleEndian) { Data($0) }
    frame.append(body)
    return frame.withUnsafeBytes { bytes in
      var offset = 0
      while offset < bytes.count {
        let sent = Glibc.send(
          descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset, Int32(MSG_NOSIGNAL))
        if sent < 0 {
          if errno == EINTR { continue }
          return false
        }
        offset += sent
      }
      return true
    }
  }

  /// Reads what is there, waiting if there is nothing.
  ///
  /// - Returns: false at the end of the stream.
  func receive(into assembler: inout FrameAssembler) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      chunk.withUnsafeBytes { assembler.append(UnsafeRawBufferPointer(rebasing: $0[0..<count])) }
      return true
    }
  }
}
