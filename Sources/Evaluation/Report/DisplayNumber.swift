internal import Essentials
import Foundation

/// Numbers as the report shows them.
package enum DisplayNumber {
  /// A score or share in percent: `97.3`, `99.97`; two decimals where one would round to 100.
  package static func percent(_ share: Double) -> String {
    let value = share * 100
    if value >= 99.95 && value < 100 { return value >= 99.995 ? ">99.99" : String(format: "%.2f", value) }
    return String(format: "%.1f", value)
  }

  /// Digits in groups of three.
  package static func count(_ value: Int) -> String {
    let digits = String(abs(value))
    var text = ""
    for (position, digit) in digits.enumerated() {
      if position > 0 && (digits.count - position) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return value < 0 ? "-" + text : text
  }

  /// Four significant digits, thousands as k, M, G, T, whatever the size.
  static func compact(_ value: Double) -> String {
    if value.isNaN { return "missing" }
    if value.isInfinite { return value < 0 ? "−∞" : "∞" }
    let size = abs(value)
    let sign = value < 0 ? "−" : ""
    if size == 0 { return "0" }
    if size >= 1e15 || size < 1e-4 { return sign + String(format: "%.2e", size) }
    for (unit, letter) in [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")] where size >= unit {
      return sign + trimmed(size / (unit == 1e4 ? 1e3 : unit), significant: 4) + letter
    }
    return sign + trimmed(size, significant: 4)
  }

  /// A statistic of a finding: enough digits to compare two of them.
  package static func statistic(_ value: Double) -> String {
    if value.isFinite && value == value.rounded() && abs(value) < 1e6 { return "\(Int(value))".withMinusSign }
    if value.isFinite && abs(value) < 10 && abs(value) >= 0.001 { return String(format: "%.3f", value).withMinusSign }
    return compact(value)
  }

  /// The day of a moment in nanoseconds since 1970.
  static func date(_ nanoseconds: Double) -> String {
    let days = (nanoseconds / 86_400e9).rounded(.down)
    guard abs(days) < 1e8 else { return compact(nanoseconds) }
    let date = CivilDate.date(days: Int(days))
    return String(format: "%04d-%02d-%02d", date.year, date.month, date.day)
  }

  /// `8.2 s`, `2 min 05 s` or `1 h 02 min`.
  package static func duration(_ seconds: Double) -> String {
    if seconds < 9.95 { return String(format: "%.1f s", seconds) }
    guard seconds.isFinite else { return "–" }
    let whole = Int(min(seconds, 1e12).rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return String(format: "%d min %02d s", whole / 60, whole % 60) }
    return String(format: "%d h %02d min", whole / 3600, whole / 60 % 60)
  }

  /// Bytes in the largest unit that keeps them readable.
  package static func bytes(_ count: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var value = Double(count)
    var unit = 0
    while value >= 1024 && unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return unit == 0 ? "\(count) B" : trimmed(value, significant: 3) + " " + units[unit]
  }

  /// One decimal, always.
  static func decimal(_ value: Double) -> String { String(format: "%.1f", value) }

  /// A difference of scores or shares in points: two significant digits below one.
  package static func points(_ difference: Double) -> String {
    let value = difference * 100
    return abs(value) >= 0.995 ? decimal(value) : String(format: "%.2f", value)
  }

  /// A coordinate of a drawing: one decimal, no trailing zero.
  static func coordinate(_ value: Double) -> String {
    // What cannot be placed is drawn at the origin.
    let tenths = value.isFinite ? Int((min(max(value, -1e9), 1e9) * 10).rounded()) : 0
    let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
    return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
  }

  private static func trimmed(_ value: Double, significant: Int) -> String {
    let decimals = max(0, significant - 1 - Int(log10(max(value, 1e-9)).rounded(.down)))
    var text = String(format: "%.\(decimals)f", value)
    if text.contains(".") {
      while text.hasSuffix("0") { text.removeLast() }
      if text.hasSuffix(".") { text.removeLast() }
    }
    return text
  }
}

extension String {
  /// With the true minus sign in front of a negative number.
  fileprivate var withMinusSign: String { hasPrefix("-") ? "−" + dropFirst() : self }
}
