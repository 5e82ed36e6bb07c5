extension CSVCursor {
  /// Takes an unquoted number of at most 18 digits without an exponent, and what follows it, in one go.
  ///
  /// Leaves the position as it was and returns false where that does not fit: the general path then decides. The
  /// result is exact: the digits fit a Double and the power of ten is exact, so one division rounds once.
  @inline(__always)
  mutating func fastNumber(into target: UnsafeMutablePointer<Double>, isLast: Bool) -> Bool {
    var here = position
    let negative = here.pointee == 0x2D
    if negative { here += 1 }
    let first = here
    var mantissa: UInt64 = 0
    var digit = here.pointee &- 0x30
    while digit < 10 {
      mantissa = mantissa &* 10 &+ UInt64(digit)
      here += 1
      digit = here.pointee &- 0x30
    }
    var digits = here - first
    guard digits > 0 else { return false }
    var places = 0
    if here.pointee == 0x2E {
      here += 1
      let point = here
      digit = here.pointee &- 0x30
      while digit < 10 {
        mantissa = mantissa &* 10 &+ UInt64(digit)
        here += 1
        digit = here.pointee &- 0x30
      }
      places = here - point
      digits += places
    }
    guard digits <= 18, mantissa <= 1 << 53, take(here, isLast: isLast) else { return false }
    var value = Double(mantissa)
    if places > 0 { value /= CSVCursor.power(places) }
    target.pointee = negative ? -value : value
    return true
  }

  /// Takes an unquoted canonical integer of at most 18 digits, and what follows it, in one go; else returns false.
  @inline(__always)
  mutating func fastInteger(into target: UnsafeMutablePointer<Int64>, isLast: Bool) -> Bool {
    var here = position
    var value: Int64 = 0
    var digit = here.pointee &- 0x30
    guard digit > 0, digit < 10 else { return false }
    let first = here
    while digit < 10 {
      value = value &* 10 &+ Int64(digit)
      here += 1
      digit = here.pointee &- 0x30
    }
    guard here - first <= 18, take(here, isLast: isLast) else { return false }
    target.pointee = value
    return true
  }

  /// Accepts the comma or line end at `here` if it is the one that must follow.
  @inline(__always)
  private mutating func take(_ here: UnsafePointer<UInt8>, isLast: Bool) -> Bool {
    let byte = here.pointee
    if !isLast {
      guard byte == 0x2C else { return false }
      position = here + 1
      return true
    }
    guard byte == 0x0A else { return false }
    position = here + 1
    line += 1
    return true
  }

  @inline(__always)
  private static func power(_ places: Int) -> Double {
    switch places {
    case 1: 1e1
    case 2: 1e2
    case 3: 1e3
    case 4: 1e4
    case 5: 1e5
    case 6: 1e6
    default: NumberText.powers[places]
    }
  }
}
