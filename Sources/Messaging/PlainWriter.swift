package import Essentials
package import Foundation

/// Writes JSON whose form is known, piece by piece, without an encoder.
///
/// A text that needs escaping or a number that JSON cannot express makes the whole not plain; whoever writes leaves
/// such a value to `JSONEncoder`.
package struct PlainWriter {
  private var bytes: [UInt8] = []
  private var isPlain = true

  /// Begins an empty text.
  package init() { bytes.reserveCapacity(512) }

  /// The text; nil if something in it was not plain.
  package var data: Data? { isPlain ? Data(bytes) : nil }

  /// Adds text as it stands.
  package mutating func raw(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Adds JSON that was written before.
  package mutating func raw(_ json: Data) { bytes.append(contentsOf: json) }

  /// Adds a text in quotes.
  package mutating func quoted(_ text: String) {
    bytes.append(0x22)
    for byte in text.utf8 {
      if !PlainJSON.isPlain(byte) { isPlain = false }
      bytes.append(byte)
    }
    bytes.append(0x22)
  }

  /// Adds an integer.
  package mutating func number(_ value: Int) {
    if (0...9).contains(value) {
      bytes.append(0x30 + UInt8(value))
    } else {
      bytes.append(contentsOf: String(value).utf8)
    }
  }

  /// Adds a number, in the shortest form that reads back as the same.
  package mutating func number(_ value: Double) {
    guard value.isFinite else {
      isPlain = false
      return
    }
    if abs(value) < 1e9, let whole = Int(exactly: value), whole != 0 { return number(whole) }
    let text = value.description
    bytes.append(contentsOf: text.hasSuffix(".0") ? text.utf8.dropLast(2) : text.utf8[...])
  }

  /// Adds a list.
  package mutating func list<Element>(_ elements: [Element], _ write: (inout PlainWriter, Element) -> Void) {
    bytes.append(0x5b)
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(0x2c) }
      write(&self, element)
    }
    bytes.append(0x5d)
  }

  /// Adds any JSON value; members of objects in the order of their names.
  package mutating func value(_ value: JSONValue) {
    switch value {
    case .null: raw("null")
    case .bool(let truth): if truth { raw("true") } else { raw("false") }
    case .integer(let whole): number(Int(whole))
    case .number(let real): number(real)
    case .string(let text): quoted(text)
    case .array(let elements): list(elements) { $0.value($1) }
    case .object(let members):
      bytes.append(0x7b)
      for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        if index > 0 { bytes.append(0x2c) }
        quoted(member.key)
        bytes.append(0x3a)
        self.value(member.value)
      }
      bytes.append(0x7d)
    }
  }
}

/// Reads JSON of exactly one form, the one `PlainWriter` writes. Anything else, and anything damaged, gives nil and is
/// left to `JSONDecoder`, which decides whether it is JSON at all.
struct PlainReader {
  private let bytes: [UInt8]
  private var place = 0

  init(_ data: Data) { bytes = [UInt8](data) }

  /// Whether all was read.
  var isAtEnd: Bool { place == bytes.count }

  /// Skips a text if it is what comes next.
  mutating func skip(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard bytes.count - place >= count else { return false }
    for offset in 0..<count where bytes[place + offset] != text.utf8Start[offset] { return false }
    place += count
    return true
  }

  /// A text in quotes without escapes.
  mutating func quoted() -> String? {
    guard place < bytes.count, bytes[place] == 0x22 else { return nil }
    var end = place + 1
    while end < bytes.count, bytes[end] != 0x22 {
      guard PlainJSON.isPlain(bytes[end]) else { return nil }
      end += 1
    }
    guard end < bytes.count else { return nil }
    defer { place = end + 1 }
    return String(decoding: bytes[(place + 1)..<end], as: UTF8.self)
  }

  /// An integer of at most 15 digits, without a sign.
  mutating func integer() -> Int? {
    var value = 0, end = place
    while end < bytes.count, (0x30...0x39).contains(bytes[end]) {
      guard end - place < 15 else { return nil }
      value = value * 10 + Int(bytes[end] - 0x30)
      end += 1
    }
    // A leading zero is not JSON.
    guard end > place, end == place + 1 || bytes[place] != 0x30 else { return nil }
    place = end
    return value
  }

  /// A number that is not negative.
  mutating func number() -> Double? {
    guard place < bytes.count, (0x30...0x39).contains(bytes[place]) else { return nil }
    var end = place
    while end < bytes.count, Self.isOfNumber(bytes[end]) { end += 1 }
    let text = bytes[place..<end]
    // What JSON does not allow and `Double` does: leading zeros, and a point without digits.
    if text.count > 1, text.first == 0x30, text[place + 1] != 0x2e { return nil }
    guard text.last != 0x2e, !text.contains(0x2e) || hasDigit(after: text) else { return nil }
    guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
    place = end
    return value
  }

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || [0x2e, 0x65, 0x45, 0x2b, 0x2d].contains(byte)
  }

  private func hasDigit(after text: ArraySlice<UInt8>) -> Bool {
    guard let point = text.firstIndex(of: 0x2e), point + 1 < text.endIndex else { return false }
    return (0x30...0x39).contains(text[point + 1])
  }
}
