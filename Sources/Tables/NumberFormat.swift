internal import Foundation

/// How the numbers of a column are written.
public enum NumberFormat: Codable, Hashable, Sendable {
  /// Without a decimal point.
  case integer
  /// With at least and at most so many digits after the point.
  case decimal(minimumPlaces: Int, maximumPlaces: Int)
  /// As dates.
  case date(DateFormat)

  /// Digits after the point that values can have.
  public var maximumPlaces: Int {
    switch self {
    case .integer: 0
    case .decimal(_, let maximumPlaces): maximumPlaces
    case .date(let format): format.places
    }
  }

  /// The nearest value that can be written in this format.
  public func rounded(_ value: Double) -> Double {
    let places = maximumPlaces
    if places == 0 { return value.rounded() }
    guard places <= 15 else { return value }
    let scale = NumberText.powers[places]
    let scaled = value * scale
    return abs(scaled) < 0x1p53 ? scaled.rounded() / scale : value
  }

  /// The value as text. Plain decimal notation, never an exponent.
  public func text(_ value: Double) -> String {
    switch self {
    case .integer: return NumberFormat.integerText(value)
    case .decimal(let minimumPlaces, let maximumPlaces):
      return NumberFormat.decimalText(value, minimumPlaces: minimumPlaces, maximumPlaces: maximumPlaces)
    case .date(let format): return format.text(value)
    }
  }

  /// The shortest text that reads back as the same value, in plain decimal notation.
  static func fullText(_ value: Double) -> String {
    let shortest = "\(abs(value))"
    guard let mark = shortest.firstIndex(of: "e"), let exponent = Int(shortest[shortest.index(after: mark)...]) else {
      let text = shortest.hasSuffix(".0") ? String(shortest.dropLast(2)) : shortest
      return value < 0 ? "-" + text : text
    }
    let parts = shortest[..<mark].split(separator: ".")
    let decimals = parts.count == 2 && parts[1] != "0" ? String(parts[1]) : ""
    let digits = String(parts[0]) + decimals
    let text =
      exponent < 0
      ? "0." + String(repeating: "0", count: -exponent - 1) + digits
      : digits + String(repeating: "0", count: max(0, exponent - decimals.utf8.count))
    return value < 0 ? "-" + text : text
  }

  private static func integerText(_ value: Double) -> String {
    let whole = value.rounded()
    return abs(whole) < 0x1p63 ? String(Int64(whole)) : String(format: "%.0f", whole)
  }

  private static func decimalText(_ value: Double, minimumPlaces: Int, maximumPlaces: Int) -> String {
    var digits: String
    var places = maximumPlaces
    let scaled = maximumPlaces <= 22 ? abs(value) * NumberText.powers[maximumPlaces] : .infinity
    if scaled < 1e15 {
      digits = String(UInt64(scaled.rounded()))
    } else {
      // Too many digits for exact scaling: the shortest text that reads back as the same value.
      let shortest = "\(abs(value))"
      let plain = shortest.contains("e") ? String(format: "%.*f", maximumPlaces, abs(value)) : shortest
      let parts = plain.split(separator: ".", maxSplits: 1)
      places = parts.count == 2 ? parts[1].utf8.count : 0
      digits = parts.joined()
    }
    if digits.utf8.count <= places { digits = String(repeating: "0", count: places + 1 - digits.utf8.count) + digits }
    var bytes = Array(digits.utf8)
    let isZero = bytes.allSatisfy { $0 == 0x30 }
    while places > minimumPlaces, bytes.last == 0x30 {
      bytes.removeLast()
      places -= 1
    }
    if places < minimumPlaces {
      bytes.append(contentsOf: repeatElement(0x30, count: minimumPlaces - places))
      places = minimumPlaces
    }
    if places > 0 { bytes.insert(0x2E, at: bytes.count - places) }
    if value < 0, !isZero { bytes.insert(0x2D, at: 0) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
