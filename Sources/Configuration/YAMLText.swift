package import Essentials

/// Values as YAML writes them.
package enum YAMLText {
  /// A text, quoted where YAML would read it as something else.
  package static func scalar(_ text: String) -> String {
    let plain =
      !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || "_./-".contains($0) }
      && Double(text) == nil && !["true", "false", "null", "yes", "no", "on", "off", "~"].contains(text.lowercased())
      && text.first != "-"
    if plain { return text }
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    return "\"\(escaped)\""
  }

  /// A number without a needless fraction.
  package static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }

  /// Seconds from `90`, `90s`, `1.5m`, `2h` or `1d`, or nil.
  package static func seconds(_ text: String) -> Double? {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    if let last = text.last, let unit = units[last] { return Double(text.dropLast()).map { $0 * unit } }
    return Double(text)
  }

  /// Units of sizes, largest first where one divides the other.
  private static let sizeUnits: [(name: String, bytes: Int)] = [
    ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("TB", 1_000_000_000_000), ("GB", 1_000_000_000),
    ("MB", 1_000_000), ("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20),
  ]

  /// Bytes from `8GB`, `1.5GiB` or `500MB`, or nil. Sizes without a unit are taken for a slip.
  static func bytes(_ text: String) -> Int? {
    guard let unit = sizeUnits.first(where: { text.hasSuffix($0.name) }),
      let number = Double(text.dropLast(unit.name.count)), number > 0, number * Double(unit.bytes) < 1e17
    else { return nil }
    return Int((number * Double(unit.bytes)).rounded())
  }

  /// A size in the largest unit that fits without a fraction.
  static func size(_ bytes: Int) -> String {
    if let unit = sizeUnits.first(where: { bytes >= $0.bytes && bytes % $0.bytes == 0 }) {
      return "\(bytes / unit.bytes)\(unit.name)"
    }
    // Seventeen digits give the same bytes back.
    return "\(Double(bytes) / Double(1 << 20))MiB"
  }

  /// Any value on one line, as it stands in a file or behind `--set KEY=`.
  package static func value(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .integer(let number): String(number)
    case .number(let number): self.number(number)
    case .string(let text): scalar(text)
    case .array(let values): "[\(values.map(self.value).joined(separator: ", "))]"
    case .object(let members):
      "{ \(members.sorted { $0.key < $1.key }.map { "\(scalar($0.key)): \(self.value($0.value))" }.joined(separator: ", ")) }"
    }
  }
}
