internal import Essentials
internal import Foundation

/// Divides the records of a CSV file over two files, byte for byte.
public enum RecordSplitter {
  /// Writes the header to both files and every record to one of them, in the order of the file.
  ///
  /// - Parameters:
  ///   - file: a CSV file that passed the survey.
  ///   - goesSecond: for each row whether it goes to `second`.
  /// - Throws: `ClavaError.input` if the file has another number of rows, `.storage` if a file cannot be written.
  public static func split(_ file: String, goesSecond: [Bool], first: String, second: String) throws {
    let mapped = try MappedFile(path: file, table: nil)
    var cursor = CSVCursor(start: mapped.start, end: mapped.end)
    let outputs = try [RecordFile(first), RecordFile(second)]
    func record(_ targets: [RecordFile]) throws {
      let start = cursor.position
      _ = try cursor.record()
      let bytes = UnsafeBufferPointer(start: start, count: cursor.position - start)
      for target in targets { try target.append(bytes) }
    }
    do {
      try record(outputs)
      for isSecond in goesSecond {
        guard !cursor.isAtEnd else { throw changed(file) }
        try record([outputs[isSecond ? 1 : 0]])
        mapped.release(before: cursor.position)
      }
    } catch is CSVFault {
      throw changed(file)
    }
    guard cursor.isAtEnd else { throw changed(file) }
    for output in outputs { try output.finish() }
  }

  private static func changed(_ file: String) -> ClavaError {
    ClavaError(
      .input, "the file has changed since it was checked", at: .init(file: file),
      remedy: "give the same command again")
  }
}

/// A file that records are appended to, through a buffer.
private final class RecordFile {
  private static let bufferSize = 1 << 20
  private let path: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []

  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileSystem.writeError(path) }
    buffer.reserveCapacity(Self.bufferSize + 4096)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  func append(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    buffer.append(contentsOf: bytes)
    // The last record of a file may lack its line break, and need not be the last one of its part.
    if bytes.last != 0x0A { buffer.append(0x0A) }
    if buffer.count >= Self.bufferSize { try flush() }
  }

  func finish() throws {
    try flush()
    guard fsync(descriptor) == 0 else { throw FileSystem.writeError(path) }
    let status = close(descriptor)
    descriptor = -1
    guard status == 0 else { throw FileSystem.writeError(path) }
  }

  private func flush() throws {
    try buffer.withUnsafeBytes { try FileSystem.write($0, to: descriptor, path: path) }
    buffer.removeAll(keepingCapacity: true)
  }
}
