/// A position in the bytes of a CSV file (RFC 4180): takes one field after the other.
///
/// Fields are separated by commas, records by LF or CR LF; a quoted field may hold commas, line breaks and doubled
/// quotes. The byte at `end` must be readable and must not be a digit (`MappedFile` sees to that).
struct CSVCursor {
  /// What came after a field.
  enum Terminator {
    case comma, lineBreak, end
  }

  /// The next byte.
  var position: UnsafePointer<UInt8>
  /// The byte behind the last one.
  let end: UnsafePointer<UInt8>
  /// The physical line of `position`, from 1.
  var line = 1
  private var scratch: [UInt8] = []

  /// Starts at the first byte, behind a byte order mark if there is one.
  init(start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) {
    position = start
    self.end = end
    if end - start >= 3, start[0] == 0xEF, start[1] == 0xBB, start[2] == 0xBF { position += 3 }
  }

  var isAtEnd: Bool { position >= end }

  /// Whether nothing stands on the line that begins here.
  var isAtEmptyLine: Bool {
    position < end && (position.pointee == 0x0A || (position.pointee == 0x0D && position[1] == 0x0A))
  }

  /// Takes one field and what follows it. Gives the body its content (without quotes) and whether it is the last.
  @inline(__always)
  mutating func field<Result>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) throws -> (result: Result, terminator: Terminator) {
    if position < end, position.pointee == 0x22 { return try quotedField(body) }
    let start = position
    var here = position
    while here < end {
      let byte = here.pointee
      if byte == 0x2C {
        position = here + 1
        return (try body(UnsafeBufferPointer(start: start, count: here - start)), .comma)
      }
      if byte == 0x0A {
        position = here + 1
        line += 1
        return (try body(UnsafeBufferPointer(start: start, count: here - start)), .lineBreak)
      }
      if byte == 0x0D {
        guard here + 1 < end, here[1] == 0x0A else { throw CSVFault.strayCarriageReturn }
        position = here + 2
        line += 1
        return (try body(UnsafeBufferPointer(start: start, count: here - start)), .lineBreak)
      }
      if byte == 0x22 { throw CSVFault.strayQuote }
      here += 1
    }
    position = end
    return (try body(UnsafeBufferPointer(start: start, count: here - start)), .end)
  }

  private mutating func quotedField<Result>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) throws -> (result: Result, terminator: Terminator) {
    let start = position + 1
    var here = start
    var lines = 0
    var doubled = false
    while true {
      guard here < end else { throw CSVFault.unterminatedQuote }
      let byte = here.pointee
      if byte == 0x22 {
        guard here + 1 < end, here[1] == 0x22 else { break }
        doubled = true
        here += 2
        continue
      }
      if byte == 0x0A { lines += 1 }
      here += 1
    }
    let terminator: Terminator
    let next = here + 1
    if next >= end {
      terminator = .end
      position = end
    } else if next.pointee == 0x2C {
      terminator = .comma
      position = next + 1
    } else if next.pointee == 0x0A {
      terminator = .lineBreak
      position = next + 1
      lines += 1
    } else if next.pointee == 0x0D, next + 1 < end, next[1] == 0x0A {
      terminator = .lineBreak
      position = next + 2
      lines += 1
    } else {
      throw CSVFault.textAfterQuote
    }
    line += lines
    let content = UnsafeBufferPointer(start: start, count: here - start)
    return (doubled ? try withoutDoubledQuotes(content, body) : try body(content), terminator)
  }

  private mutating func withoutDoubledQuotes<Result>(
    _ content: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    scratch.removeAll(keepingCapacity: true)
    var index = 0
    while index < content.count {
      let byte = content[index]
      scratch.append(byte)
      index += byte == 0x22 ? 2 : 1
    }
    return try scratch.withUnsafeBufferPointer(body)
  }

  /// Goes to the next physical line; used to go on after a malformed record.
  mutating func skipLine() {
    while position < end, position.pointee != 0x0A { position += 1 }
    if position < end {
      position += 1
      line += 1
    }
  }

  /// All fields of one record. Used for headers.
  mutating func record() throws -> [String] {
    var fields: [String] = []
    while true {
      let (text, terminator) = try field { String(decoding: $0, as: UTF8.self) }
      fields.append(text)
      if terminator != .comma { return fields }
    }
  }
}
