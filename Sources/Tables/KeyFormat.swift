/// How the keys of a table are written; new keys follow it and are unique for any number of rows.
public enum KeyFormat: Codable, Hashable, Sendable {
  /// Consecutive integers.
  case integer(first: Int64)
  /// A prefix and a running number from 1 with at least `width` digits.
  case numbered(prefix: String, width: Int)
  /// Letters of one case counted like digits, at least `width` of them: AAA, AAB, …
  case letters(uppercase: Bool, width: Int)
  /// The 8-4-4-4-12 hexadecimal form, version 8, with the row number in it.
  case uuid

  /// The key of a row.
  ///
  /// - Parameter row: index of the row from 0.
  public func text(row: Int) -> String {
    switch self {
    case .integer(let first): return String(first &+ Int64(row))
    case .numbered(let prefix, let width): return prefix + KeyFormat.padded(String(row + 1), width: width)
    case .letters(let uppercase, let width): return KeyFormat.letters(row, uppercase: uppercase, width: width)
    case .uuid:
      let digits = KeyFormat.padded(String(row, radix: 16), width: 12)
      return "00000000-0000-8000-8000-\(digits)"
    }
  }

  /// The key of a row as a number, if keys of this format are integers.
  public func integer(row: Int) -> Int64? {
    if case .integer(let first) = self { return first &+ Int64(row) }
    return nil
  }

  private static func padded(_ digits: String, width: Int) -> String {
    String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  /// Counts through all words of `width` letters, then through the longer ones.
  private static func letters(_ row: Int, uppercase: Bool, width: Int) -> String {
    var rest = row
    var length = width
    while length < 13 {
      let words = (0..<length).reduce(1) { count, _ in count * 26 }
      if rest < words { break }
      rest -= words
      length += 1
    }
    var bytes: [UInt8] = []
    for _ in 0..<length {
      bytes.append((uppercase ? 65 : 97) + UInt8(rest % 26))
      rest /= 26
    }
    return String(decoding: bytes.reversed(), as: UTF8.self)
  }
}
