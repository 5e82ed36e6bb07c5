internal import CSystemShims
internal import Essentials
internal import Foundation
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
  static func line(_ json: Data) -> Data {
    var line = Data(checksum(json).utf8)
    line.append(0x20)
    line.append(json)
    line.append(0x0a)
    return line
  }

  /// The JSON of a line without its line feed, or nil if the checksum does not fit.
  static func json(of line: Data) -> Data? {
    guard line.count > 9 else { return nil }
    let json = Data(line.dropFirst(9))
    return line.starts(with: Data((checksum(json) + " ").utf8)) ? json : nil
  }

  private static func checksum(_ json: Data) -> String {
    let crc = json.withUnsafeBytes { clava_crc32c(0, $0.baseAddress, $0.count) }
    let digits = String(crc, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}

/// The journal of one coordinator start: an append-only file `<epoch>.log` of numbered records.
///
/// Many records are appended, one `sync()` forces them to disk; only then may anyone be told of them. After a failed
/// `sync()` the journal refuses everything: the process must end and be restarted from what is on disk.
///
/// Source: spec/distributed.md §2 (Epoch), §3 (Journal).
public final class Journal: Sendable {
  private struct State {
    var next = 1
    var buffer = Data()
    var hasFailed = false
  }

  /// Number of this coordinator start, from 1. Each start takes the next one; no two ever share one.
  public let epoch: Int
  /// Path of the file.
  public let path: String
  private let descriptor: Int32
  private let state = Mutex(State())

  /// Takes the next epoch of a journal folder.
  ///
  /// - Throws: `ClavaError.storage` if no file can be created there.
  public init(folder: String) throws {
    try FileSystem.createFolder(folder)
    var epoch = (JournalReader.epochs(of: folder).last ?? 0) + 1
    while true {
      let path = JournalReader.path(of: epoch, in: folder)
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o644)
      if descriptor >= 0 {
        self.epoch = epoch
        self.path = path
        self.descriptor = descriptor
        break
      }
      guard errno == EEXIST else { throw FileSystem.writeError(path) }
      epoch += 1
    }
    try FileSystem.syncFolder(of: path)
  }

  deinit { close(descriptor) }

  /// Adds a record to what the next `sync()` writes.
  public func append(_ record: some Encodable) throws {
    try state.withLock { state in
      try requireSound(state)
      let json = try CanonicalJSON.encode(JournalLine(number: state.next, record: record))
      state.buffer.append(JournalFraming.line(json))
      state.next += 1
    }
  }

  /// Writes all appended records and forces them to disk.
  ///
  /// - Throws: `ClavaError.storage`; the journal is of no further use then.
  public func sync() throws {
    try state.withLock { state in
      try requireSound(state)
      guard !state.buffer.isEmpty else { return }
      state.hasFailed = true
      try write(state.buffer)
      guard fsync(descriptor) == 0 else { throw FileSystem.writeError(path) }
      state.buffer = Data()
      state.hasFailed = false
    }
  }

  private func requireSound(_ state: borrowing State) throws {
    guard !state.hasFailed else {
      throw ClavaError(
        .storage, "the journal could not be written earlier and takes no more records", at: .init(file: path),
        remedy: "check the disk, then give the same command again: finished tasks are kept")
    }
  }

  private func write(_ data: Data) throws {
    try data.withUnsafeBytes { bytes in
      var offset = 0
      while offset < bytes.count {
        let written = Glibc.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
        if written < 0 {
          if errno == EINTR { continue }
          throw FileSystem.writeError(path)
        }
        offset += written
      }
    }
  }
}
