/// Values as YAML writes them.
enum YAMLText {
  /// A text, quoted where YAML would read it as something else.
  static func scalar(_ text: String) -> String {
    let plain =
      !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || "_./-".contains($0) }
      && Double(text) == nil && !["true", "false", "null", "yes", "no", "on", "off", "~"].contains(text.lowercased())
      && text.first != "-"
    if plain { return text }
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    return "\"\(escaped)\""
  }

  /// A number without a needless fraction.
  static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }

  /// Seconds from `90`, `90s`, `1.5m`, `2h` or `1d`, or nil.
  static func seconds(_ text: String) -> Double? {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    if let last = text.last, let unit = units[last] { return Double(text.dropLast()).map { $0 * unit } }
    return Double(text)
  }
}
