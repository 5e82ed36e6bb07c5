internal import Essentials

extension DateFormat {
  /// What the fields of a format add up to.
  private struct Fields {
    var year = 1970, month = 1, day = 1
    var dayOfYear: Int?
    var hour = 0, minute = 0, second = 0, microsecond = 0
    var afternoon: Bool?
    var offset = 0
  }

  /// The number a date stands for, or nil if the bytes are not in this format or no date of the calendar.
  package func value(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    var fields = Fields()
    var position = 0
    for part in parts {
      switch part {
      case .literal(let byte):
        guard position < bytes.count, bytes[position] == byte else { return nil }
        position += 1
      case .field(let letter):
        guard read(letter, bytes, &position, &fields) else { return nil }
      }
    }
    guard position == bytes.count else { return nil }
    return value(of: fields)
  }

  /// The number a date stands for, or nil.
  package func value(_ text: String) -> Double? {
    var text = text
    return text.withUTF8 { value($0) }
  }

  private func value(of fields: Fields) -> Double? {
    var fields = fields
    if let afternoon = fields.afternoon {
      guard (1...12).contains(fields.hour) else { return nil }
      fields.hour = fields.hour % 12 + (afternoon ? 12 : 0)
    }
    let days: Int
    if let dayOfYear = fields.dayOfYear {
      guard dayOfYear <= (CivilDate.isLeap(fields.year) ? 366 : 365) else { return nil }
      days = CivilDate.days(year: fields.year, month: 1, day: 1) + dayOfYear - 1
    } else {
      guard fields.day <= CivilDate.length(ofMonth: fields.month, year: fields.year) else { return nil }
      days = CivilDate.days(year: fields.year, month: fields.month, day: fields.day)
    }
    if !hasTime { return Double(days) }
    let seconds = days * 86_400 + fields.hour * 3600 + fields.minute * 60 + fields.second - fields.offset
    return places == 0 ? Double(seconds) : (Double(seconds) * 1e6 + Double(fields.microsecond)) / 1e6
  }

  private func read(
    _ letter: UInt8, _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int, _ fields: inout Fields
  ) -> Bool {
    func number(_ digits: Int, _ range: ClosedRange<Int>) -> Int? {
      let first = position
      var value = 0
      while position < bytes.count, position - first < digits, bytes[position] &- 0x30 < 10 {
        value = value * 10 + Int(bytes[position] &- 0x30)
        position += 1
      }
      return position > first && range.contains(value) ? value : nil
    }
    func set(_ target: inout Int, _ value: Int?) -> Bool {
      guard let value else { return false }
      target = value
      return true
    }
    switch letter {
    case UInt8(ascii: "Y"): return set(&fields.year, number(4, 0...9999))
    case UInt8(ascii: "y"):
      // POSIX: 69–99 are the years of the last century.
      return set(&fields.year, number(2, 0...99).map { $0 >= 69 ? 1900 + $0 : 2000 + $0 })
    case UInt8(ascii: "m"): return set(&fields.month, number(2, 1...12))
    case UInt8(ascii: "d"): return set(&fields.day, number(2, 1...31))
    case UInt8(ascii: "e"):
      if position < bytes.count, bytes[position] == 0x20 { position += 1 }
      return set(&fields.day, number(2, 1...31))
    case UInt8(ascii: "H"): return set(&fields.hour, number(2, 0...23))
    case UInt8(ascii: "I"):
      if fields.afternoon == nil { fields.afternoon = false }
      return set(&fields.hour, number(2, 1...12))
    case UInt8(ascii: "M"): return set(&fields.minute, number(2, 0...59))
    case UInt8(ascii: "S"): return set(&fields.second, number(2, 0...59))
    case UInt8(ascii: "j"):
      guard let day = number(3, 1...366) else { return false }
      fields.dayOfYear = day
      return true
    case UInt8(ascii: "f"): return readFraction(bytes, &position, &fields)
    case UInt8(ascii: "b"):
      return set(&fields.month, DateFormat.name(CivilDate.months, 3, bytes, &position).map { $0 + 1 })
    case UInt8(ascii: "B"):
      return set(&fields.month, DateFormat.name(CivilDate.months, .max, bytes, &position).map { $0 + 1 })
    case UInt8(ascii: "a"): return DateFormat.name(CivilDate.weekdays, 3, bytes, &position) != nil
    case UInt8(ascii: "A"): return DateFormat.name(CivilDate.weekdays, .max, bytes, &position) != nil
    case UInt8(ascii: "p"):
      guard let half = DateFormat.name(["AM", "PM"], .max, bytes, &position) else { return false }
      fields.afternoon = half == 1
      return true
    default: return readOffset(bytes, &position, &fields)
    }
  }

  /// One to six digits after the point.
  private func readFraction(
    _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int, _ fields: inout Fields
  ) -> Bool {
    let first = position
    var value = 0
    while position < bytes.count, position - first < 6, bytes[position] &- 0x30 < 10 {
      value = value * 10 + Int(bytes[position] &- 0x30)
      position += 1
    }
    guard position > first else { return false }
    for _ in (position - first)..<6 { value *= 10 }
    fields.microsecond = value
    return true
  }

  /// `Z`, `+0130` or `+01:30`.
  private func readOffset(
    _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int, _ fields: inout Fields
  ) -> Bool {
    guard position < bytes.count else { return false }
    let sign = bytes[position]
    position += 1
    if sign == UInt8(ascii: "Z") { return true }
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return false }
    var digits: [Int] = []
    while position < bytes.count, digits.count < 4 {
      if digits.count == 2, bytes[position] == UInt8(ascii: ":") { position += 1 }
      guard position < bytes.count, bytes[position] &- 0x30 < 10 else { return false }
      digits.append(Int(bytes[position] &- 0x30))
      position += 1
    }
    guard digits.count == 4 else { return false }
    let seconds = (digits[0] * 10 + digits[1]) * 3600 + (digits[2] * 10 + digits[3]) * 60
    fields.offset = sign == UInt8(ascii: "-") ? -seconds : seconds
    return true
  }

  /// The index of the name that stands at the position, compared without regard to case.
  private static func name(
    _ names: [String], _ length: Int, _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int
  ) -> Int? {
    for (index, name) in names.enumerated() {
      let letters = name.utf8.prefix(length)
      guard position + letters.count <= bytes.count else { continue }
      if zip(letters, bytes[position...]).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) {
        position += letters.count
        return index
      }
    }
    return nil
  }
}
