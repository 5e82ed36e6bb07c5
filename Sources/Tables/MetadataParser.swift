internal import Essentials

/// A JSON parser (RFC 8259) that keeps lines and the order of members, and refuses duplicate keys.
struct MetadataParser {
  private static let maximumDepth = 64

  private let bytes: [UInt8]
  private let file: String
  private var position = 0
  private var line = 1

  init(bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  mutating func parse() throws -> MetadataNode {
    skipSpace()
    if position >= bytes.count { throw error("the file is empty, a JSON object was expected") }
    let node = try value(path: "", depth: 0)
    skipSpace()
    if position < bytes.count { throw error("text follows the end of the JSON value") }
    return node
  }

  private func error(_ message: String) -> ClavaError {
    ClavaError(
      .input, "not valid JSON: \(message)", at: .init(file: file, line: line),
      remedy: "correct the file; any JSON checker shows the place")
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func shown(_ byte: UInt8?) -> String {
    guard let byte else { return "the end of the file" }
    return (0x21...0x7E).contains(byte) ? "'\(Character(UnicodeScalar(byte)))'" : "byte \(byte)"
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      if byte == 0x0A { line += 1 }
      position += 1
    }
  }

  private mutating func expect(_ byte: UInt8, _ what: String) throws {
    guard next == byte else { throw error("expected \(what), found \(shown(next))") }
    position += 1
  }

  private mutating func value(path: String, depth: Int) throws -> MetadataNode {
    guard depth < Self.maximumDepth else { throw error("nested more than \(Self.maximumDepth) deep") }
    let line = line
    let value: MetadataNode.Value
    switch next {
    case UInt8(ascii: "{"): value = .object(try object(path: path, depth: depth))
    case UInt8(ascii: "["): value = .array(try array(path: path, depth: depth))
    case UInt8(ascii: "\""): value = .string(try string())
    case UInt8(ascii: "t"): value = try word("true", .boolean(true))
    case UInt8(ascii: "f"): value = try word("false", .boolean(false))
    case UInt8(ascii: "n"): value = try word("null", .null)
    default: value = .number(try number())
    }
    return MetadataNode(value: value, line: line, path: path)
  }

  private mutating func object(path: String, depth: Int) throws -> [(key: String, node: MetadataNode)] {
    position += 1
    var members: [(key: String, node: MetadataNode)] = []
    var keys: Set<String> = []
    skipSpace()
    if next == UInt8(ascii: "}") {
      position += 1
      return members
    }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw error("expected a key in quotes, found \(shown(next))") }
      let key = try string()
      let child = path.isEmpty ? key : "\(path).\(key)"
      guard keys.insert(key).inserted else { throw error("the key '\(child)' is given twice") }
      skipSpace()
      try expect(UInt8(ascii: ":"), "':' after the key '\(child)'")
      skipSpace()
      members.append((key, try value(path: child, depth: depth + 1)))
      skipSpace()
      if next == UInt8(ascii: ",") {
        position += 1
        continue
      }
      try expect(UInt8(ascii: "}"), "',' or '}' after the value of '\(child)'")
      return members
    }
  }

  private mutating func array(path: String, depth: Int) throws -> [MetadataNode] {
    position += 1
    var elements: [MetadataNode] = []
    skipSpace()
    if next == UInt8(ascii: "]") {
      position += 1
      return elements
    }
    while true {
      skipSpace()
      elements.append(try value(path: "\(path)[\(elements.count)]", depth: depth + 1))
      skipSpace()
      if next == UInt8(ascii: ",") {
        position += 1
        continue
      }
      try expect(UInt8(ascii: "]"), "',' or ']' in the list '\(path)'")
      return elements
    }
  }

  private mutating func word(_ word: String, _ value: MetadataNode.Value) throws -> MetadataNode.Value {
    guard bytes[position...].starts(with: word.utf8) else { throw error("expected a value, found \(shown(next))") }
    position += word.utf8.count
    return value
  }

  private mutating func number() throws -> String {
    let start = position
    while let byte = next, (0x30...0x39).contains(byte) || "+-.eE".utf8.contains(byte) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard NumberText(text) != nil else { throw error("expected a value, found \(shown(next))") }
    return text
  }

  private mutating func string() throws -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw error("a text is not valid UTF-8") }
        return string
      case UInt8(ascii: "\\"): try escape(&text)
      case 0..<0x20: throw error("a line break or control character stands inside a text")
      default: text.append(byte)
      }
    }
    throw error("a text is never closed")
  }

  private mutating func escape(_ text: inout [UInt8]) throws {
    let simple: [UInt8: UInt8] = [
      0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09,
    ]
    guard let letter = next else { throw error("a text is never closed") }
    position += 1
    if let byte = simple[letter] {
      text.append(byte)
      return
    }
    guard letter == UInt8(ascii: "u") else { throw error("'\\\(Character(UnicodeScalar(letter)))' is no escape") }
    var unit = try hexadecimal()
    if (0xD800..<0xDC00).contains(unit), next == UInt8(ascii: "\\"), bytes.dropFirst(position + 1).first == 0x75 {
      position += 2
      let low = try hexadecimal()
      guard (0xDC00..<0xE000).contains(low) else { throw error("half of a surrogate pair") }
      unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = UnicodeScalar(unit) else { throw error("half of a surrogate pair") }
    text.append(contentsOf: String(Character(scalar)).utf8)
  }

  private mutating func hexadecimal() throws -> UInt32 {
    let digits = bytes.dropFirst(position).prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw error("four hexadecimal digits must follow \\u") }
    position += 4
    return value
  }
}
