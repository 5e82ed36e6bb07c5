internal import CSystemShims
internal import Essentials
public import Foundation
internal import Synchronization

/// A line of a journal before it is framed.
struct JournalLine<Record> {
  var number: Int
  var record: Record
}

extension JournalLine: Encodable where Record: Encodable {}
extension JournalLine: Decodable where Record: Decodable {}

/// Framing of journal lines: `crc32c-hex SP json LF`.
enum JournalFraming {
  /// Appends the line of a numbered record: byte for byte what encoding a `JournalLine` gives, without encoding the
  /// record a second time.
  static func append(_ record: Data, number: Int, to data: inout Data) {
    let start = Array("{\"number\":\(number),\"record\":".utf8)
    var crc = start.withUnsafeBytes { clava_crc32c(0, $0.baseAddress, $0.count) }
    crc = record.withUnsafeBytes { clava_crc32c(crc, $0.baseAddress, $0.count) }
    var end: UInt8 = 0x7d
    crc = clava_crc32c(crc, &end, 1)
    data.append(contentsOf: text(crc).utf8)
    data.append(0x20)
    data.append(contentsOf: start)
    data.append(record)
    data.append(0x7d)
    data.append(0x0a)
  }

  /// The JSON of a line without its line feed, or nil if the checksum does not fit.
  static func json(of line: Data) -> Data? {
    guard line.count > 9 else { return nil }
    let json = Data(line.dropFirst(9))
    return line.starts(with: Data((checksum(json) + " ").utf8)) ? json : nil
  }

  private static func checksum(_ json: Data) -> String {
    text(json.withUnsafeBytes { clava_crc32c(0, $0.baseAddress, $0.count) })
  }

  private static func text(_ crc: UInt32) -> String {
    let digits = String(crc, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}

/// The journal of one coordinator start: append-only files of numbered records, `<epoch>.log` and, after the first has
/// become too long, `<epoch>.<segment>.log`.
///
/// Many records are appended, one `sync()` forces them to disk; only then may anyone be told of them. The disk may
/// instead be waited for by a thread of its own: `syncInBackground` asks for it, `durable()` tells how far it is. After
/// a failed fsync the journal refuses everything: the system may have dropped what it could not write and report
/// success the next time, so the process must end and be restarted from what is on disk.
///
/// Source: spec/distributed.md §2 (Epoch), §3 (Journal).
public final class Journal: Sendable {
  /// Records that belong into one file.
  private struct Chunk {
    var data = Data()
    /// Begins a new segment, which repeats what the ones before it told.
    var beginsSegment = false
  }

  private struct State {
    /// Number of the last appended record, over all segments.
    var appended = 0
    /// Number of the last record that is on disk.
    var durable = 0
    /// Line number in the present segment.
    var line = 0
    var segmentLength = 0
    var chunks = [Chunk()]
    var failure: ClavaError?
  }

  /// The file in use; only whoever holds it writes.
  private struct File {
    var descriptor: Int32
    var path: String
    var segment = 0
  }

  /// Bytes after which a new segment is due.
  public static let segmentLimit = 64 << 20

  /// Number of this coordinator start, from 1. Each start takes the next one; no two ever share one.
  public let epoch: Int
  /// Path of the first file.
  public let path: String
  private let folder: String
  private let state = Guarded(State())
  private let file: Guarded<File>
  private let wake: BackgroundWake

  /// Takes the next epoch of a journal folder.
  ///
  /// - Throws: `ClavaError.storage` if no file can be created there.
  public init(folder: String) throws {
    try FileSystem.createFolder(folder)
    self.folder = folder
    var epoch = (JournalReader.epochs(of: folder).last ?? 0) + 1
    var path = JournalReader.path(of: epoch, in: folder)
    var descriptor = Self.create(path)
    while descriptor < 0 {
      guard errno == EEXIST else { throw FileSystem.writeError(path) }
      epoch += 1
      path = JournalReader.path(of: epoch, in: folder)
      descriptor = Self.create(path)
    }
    self.epoch = epoch
    self.path = path
    file = Guarded(File(descriptor: descriptor, path: path))
    wake = BackgroundWake()
    try FileSystem.syncFolder(of: path)
  }

  deinit { file.withLock { _ = close($0.descriptor) } }

  private static func create(_ path: String) -> Int32 {
    open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o644)
  }

  /// Adds a record to what the next `sync()` writes.
  ///
  /// - Returns: its number, from 1; it is durable once `durable()` has reached it.
  @discardableResult
  public func append(_ record: some Encodable) throws -> Int {
    try append(json: CanonicalJSON.encode(record))
  }

  /// Adds a record that is JSON already.
  ///
  /// - Returns: as `append(_:)`.
  @discardableResult
  public func append(json: Data) throws -> Int {
    try state.withLock { state in
      if let failure = state.failure { throw failure }
      Self.add(json, to: &state)
      return state.appended
    }
  }

  /// Begins a new segment with a record that says what all earlier ones said. Once it is on disk they are removed.
  public func beginSegment(_ snapshot: some Encodable) throws {
    let json = try CanonicalJSON.encode(snapshot)
    try state.withLock { state in
      if let failure = state.failure { throw failure }
      state.chunks.append(Chunk(beginsSegment: true))
      state.line = 0
      state.segmentLength = 0
      Self.add(json, to: &state)
    }
  }

  private static func add(_ json: Data, to state: inout State) {
    state.appended += 1
    state.line += 1
    let place = state.chunks.count - 1
    let before = state.chunks[place].data.count
    JournalFraming.append(json, number: state.line, to: &state.chunks[place].data)
    state.segmentLength += state.chunks[place].data.count - before
  }

  /// Number of the last appended record; 0 before the first.
  public var appended: Int { state.withLock { $0.appended } }

  /// Whether the present segment is so long that a new one is due.
  public var isSegmentFull: Bool { state.withLock { $0.segmentLength > Self.segmentLimit } }

  /// Number of the last record that is on disk.
  ///
  /// - Throws: `ClavaError.storage` if an fsync failed; the journal is of no further use then.
  public func durable() throws -> Int {
    try state.withLock { state in
      if let failure = state.failure { throw failure }
      return state.durable
    }
  }

  /// Writes all appended records and forces them to disk.
  ///
  /// - Parameter settle: forces to disk what the records that a new segment leaves out had stood for.
  /// - Throws: `ClavaError.storage`; the journal is of no further use then.
  public func sync(settle: () throws -> Void = {}) throws {
    // One writer at a time; records keep being appended meanwhile.
    try file.withLock { file in
      let (chunks, number) = try state.withLock { state -> ([Chunk], Int) in
        if let failure = state.failure { throw failure }
        defer { state.chunks = [Chunk()] }
        return (state.chunks, state.appended)
      }
      do {
        for chunk in chunks {
          if chunk.beginsSegment { try settle() }
          try write(chunk, to: &file)
        }
        state.withLock { $0.durable = number }
      } catch {
        let cause = error as? ClavaError
        let failure = ClavaError(
          .storage, "the journal could not be forced to disk: \(cause?.problems.first?.message ?? "\(error)")",
          at: .init(file: file.path),
          remedy: "check the disk, then give the same command again: finished tasks are kept")
        state.withLock { $0.failure = failure }
        throw failure
      }
    }
  }

  private func write(_ chunk: Chunk, to file: inout File) throws {
    if chunk.beginsSegment {
      let next = "\(folder)/\(epoch).\(file.segment + 1).log"
      let descriptor = Self.create(next)
      guard descriptor >= 0 else { throw FileSystem.writeError(next) }
      close(file.descriptor)
      file = File(descriptor: descriptor, path: next, segment: file.segment + 1)
    }
    guard !chunk.data.isEmpty else { return }
    try Self.write(chunk.data, file)
    guard fdatasync(file.descriptor) == 0 else { throw FileSystem.writeError(file.path) }
    guard chunk.beginsSegment else { return }
    try FileSystem.syncFolder(of: file.path)
    for name in JournalReader.files(of: folder) where "\(folder)/\(name)" != file.path {
      unlink("\(folder)/\(name)")
    }
  }

  private static func write(_ data: Data, _ file: File) throws {
    try data.withUnsafeBytes { bytes in
      var offset = 0
      while offset < bytes.count {
        let written = Glibc.write(file.descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
        if written < 0 {
          if errno == EINTR { continue }
          throw FileSystem.writeError(file.path)
        }
        offset += written
      }
    }
  }

  // MARK: Background

  /// Readable when `durable()` has moved on or fails; to be emptied with `drainWake()`.
  public var wakeDescriptor: Int32 { wake.descriptor }

  /// Empties the descriptor that told of progress.
  public func drainWake() { wake.drain() }

  /// Starts the thread that waits for the disk. It ends with `stopBackground()`.
  ///
  /// - Parameter settle: as for `sync(settle:)`; called on that thread.
  public func startBackground(settle: @escaping @Sendable () throws -> Void = {}) {
    let thread = Thread { [self] in
      clava_thread_name("journal")
      while wake.waitForWork() {
        // The failure is kept; whoever asks for progress gets it.
        try? sync(settle: settle)
        wake.signal()
      }
      wake.end()
    }
    thread.start()
  }

  /// Asks for all that is appended to be forced to disk; returns at once.
  public func syncInBackground() { wake.request() }

  /// Ends the thread and waits until it has.
  public func stopBackground() { wake.close() }
}
