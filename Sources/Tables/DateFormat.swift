internal import Essentials
internal import Foundation

/// A strftime-style format of dates and times, read and written without locale or time zone.
///
/// **Units**: seconds since 1970-01-01 00:00:00 if the format has a time of day, else days. An offset (`%z`) is
/// converted to UTC and written as `+0000`.
public struct DateFormat: Codable, Hashable, Sendable, CustomStringConvertible {
  enum Part: Hashable {
    case literal(UInt8)
    case field(UInt8)
  }

  /// The format as the metadata give it.
  public let pattern: String
  let parts: [Part]
  /// Whether values are seconds (else days).
  public let hasTime: Bool
  /// Digits after the point of the seconds.
  let places: Int

  /// The directives that are understood.
  static let directives = "%Y %m %d %e %H %I %M %S %f %y %b %h %B %a %A %j %p %z %F %T %R %D %%"

  /// Understands a format, or is nil if it has a directive that is not supported or no directive at all.
  public init?(_ pattern: String) {
    var parts: [Part] = []
    var bytes = Array(pattern.utf8)[...]
    while let byte = bytes.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        parts.append(.literal(byte))
        continue
      }
      guard let directive = bytes.popFirst() else { return nil }
      switch directive {
      case UInt8(ascii: "%"): parts.append(.literal(directive))
      case UInt8(ascii: "F"): bytes = Array("%Y-%m-%d".utf8) + bytes
      case UInt8(ascii: "T"): bytes = Array("%H:%M:%S".utf8) + bytes
      case UInt8(ascii: "R"): bytes = Array("%H:%M".utf8) + bytes
      case UInt8(ascii: "D"): bytes = Array("%m/%d/%y".utf8) + bytes
      case UInt8(ascii: "h"): parts.append(.field(UInt8(ascii: "b")))
      case _ where "YmdeHIMSfybBaAjpz".utf8.contains(directive): parts.append(.field(directive))
      default: return nil
      }
    }
    func has(_ letters: String) -> Bool {
      parts.contains { if case .field(let letter) = $0 { letters.utf8.contains(letter) } else { false } }
    }
    guard has("YmdeHIMSfybBj") else { return nil }
    self.pattern = pattern
    self.parts = parts
    hasTime = has("HIMSf")
    places = has("f") ? 6 : 0
  }

  public var description: String { pattern }

  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let format = DateFormat(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is no supported date format"))
    }
    self = format
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(pattern)
  }

  /// The date as text.
  public func text(_ value: Double) -> String {
    let (days, microseconds) = split(value)
    let date = CivilDate.date(days: days)
    let seconds = microseconds / 1_000_000
    var out: [UInt8] = []
    func put(_ number: Int, _ width: Int, pad: Character = "0") {
      let digits = String(abs(number))
      if number < 0 { out.append(UInt8(ascii: "-")) }
      out.append(contentsOf: String(repeating: pad, count: max(0, width - digits.utf8.count)).utf8)
      out.append(contentsOf: digits.utf8)
    }
    let weekday = CivilDate.weekdays[((days + 4) % 7 + 7) % 7]
    for part in parts {
      guard case .field(let letter) = part else {
        if case .literal(let byte) = part { out.append(byte) }
        continue
      }
      switch letter {
      case UInt8(ascii: "Y"): put(date.year, 4)
      case UInt8(ascii: "y"): put((date.year % 100 + 100) % 100, 2)
      case UInt8(ascii: "m"): put(date.month, 2)
      case UInt8(ascii: "d"): put(date.day, 2)
      case UInt8(ascii: "e"): put(date.day, 2, pad: " ")
      case UInt8(ascii: "H"): put(seconds / 3600, 2)
      case UInt8(ascii: "I"): put((seconds / 3600 + 11) % 12 + 1, 2)
      case UInt8(ascii: "M"): put(seconds / 60 % 60, 2)
      case UInt8(ascii: "S"): put(seconds % 60, 2)
      case UInt8(ascii: "f"): put(microseconds % 1_000_000, 6)
      case UInt8(ascii: "b"): out.append(contentsOf: CivilDate.months[date.month - 1].utf8.prefix(3))
      case UInt8(ascii: "B"): out.append(contentsOf: CivilDate.months[date.month - 1].utf8)
      case UInt8(ascii: "a"): out.append(contentsOf: weekday.utf8.prefix(3))
      case UInt8(ascii: "A"): out.append(contentsOf: weekday.utf8)
      case UInt8(ascii: "j"): put(days - CivilDate.days(year: date.year, month: 1, day: 1) + 1, 3)
      case UInt8(ascii: "p"): out.append(contentsOf: (seconds / 3600 < 12 ? "AM" : "PM").utf8)
      default: out.append(contentsOf: "+0000".utf8)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The day and the microsecond of the day. Values far outside the calendar are clamped to the years ±100,000.
  private func split(_ value: Double) -> (days: Int, microseconds: Int) {
    let limit = 36_525_000.0
    if !hasTime { return (Int(max(-limit, min(limit, value.rounded()))), 0) }
    let clamped = max(-limit * 86_400, min(limit * 86_400, value))
    let day = (clamped / 86_400).rounded(.down)
    let scale = places == 0 ? 1.0 : 1e6
    let units = Int(((clamped - day * 86_400) * scale).rounded())
    let microseconds = places == 0 ? units * 1_000_000 : units
    return microseconds >= 86_400_000_000 ? (Int(day) + 1, microseconds - 86_400_000_000) : (Int(day), microseconds)
  }
}
