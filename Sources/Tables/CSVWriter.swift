internal import Essentials
internal import Foundation

/// Writes a CSV file (RFC 4180, UTF-8, lines end with LF), field by field, through a buffer.
///
/// Fields are quoted where they must be: if they hold a comma, quote or line break. A missing value is an empty
/// field.
public final class CSVWriter {
  private static let bufferSize = 1 << 20

  private let path: String
  private let columnCount: Int
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  private var field = 0

  /// Creates the file (an existing one is replaced) and writes the header.
  ///
  /// - Throws: `ClavaError.storage` if it cannot be written.
  public init(path: String, header: [String]) throws {
    precondition(!header.isEmpty, "a CSV file needs at least one column")
    self.path = path
    columnCount = header.count
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileSystem.writeError(path) }
    buffer.reserveCapacity(CSVWriter.bufferSize + 4096)
    for name in header { try append(name) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Appends the next field of the row; after the last one the row is complete.
  public func append(_ text: String) throws {
    var text = text
    try text.withUTF8 { try append(bytes: $0) }
  }

  /// Appends the next field of the row as bytes.
  public func append(bytes: UnsafeBufferPointer<UInt8>) throws {
    if field > 0 { buffer.append(UInt8(ascii: ",")) }
    if bytes.isEmpty {
      // A line of one column must not be empty: readers may skip empty lines.
      if columnCount == 1 { buffer.append(contentsOf: "\"\"".utf8) }
    } else if bytes.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D })
      || (field == 0 && bytes.starts(with: [0xEF, 0xBB, 0xBF]))
    {
      buffer.append(0x22)
      for byte in bytes {
        if byte == 0x22 { buffer.append(0x22) }
        buffer.append(byte)
      }
      buffer.append(0x22)
    } else {
      buffer.append(contentsOf: bytes)
    }
    try endField()
  }

  /// Appends an integer as the next field of the row.
  public func append(_ number: Int64) throws { try append(String(number)) }

  /// Appends a missing value as the next field of the row.
  public func appendMissing() throws { try append("") }

  /// Writes what is buffered and forces it to disk. The writer cannot be used afterwards.
  ///
  /// - Throws: `ClavaError.storage` if it cannot be written.
  public func finish() throws {
    precondition(field == 0, "the last row has \(field) of \(columnCount) fields")
    try flush()
    guard fsync(descriptor) == 0 else { throw FileSystem.writeError(path) }
    let result = close(descriptor)
    descriptor = -1
    guard result == 0 else { throw FileSystem.writeError(path) }
  }

  private func endField() throws {
    field += 1
    guard field == columnCount else { return }
    field = 0
    buffer.append(UInt8(ascii: "\n"))
    if buffer.count >= CSVWriter.bufferSize { try flush() }
  }

  private func flush() throws {
    try buffer.withUnsafeBytes { try FileSystem.write($0, to: descriptor, path: path) }
    buffer.removeAll(keepingCapacity: true)
  }
}
