internal import Foundation

/// Integers in decimal form.
package enum IntegerText {
  /// The value of a canonical 64-bit integer: no plus sign, no leading zeros, no minus zero. Else nil.
  package static func canonical(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard let first = bytes.first else { return nil }
    let negative = first == 0x2D
    let digits = bytes.count - (negative ? 1 : 0)
    guard digits >= 1, digits <= 19 else { return nil }
    let offset = negative ? 1 : 0
    if bytes[offset] == 0x30, digits > 1 || negative { return nil }
    var value: Int64 = 0
    for index in offset..<bytes.count {
      let digit = Int64(bytes[index]) - 0x30
      guard digit >= 0, digit <= 9 else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow2) =
        negative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
      if overflow || overflow2 { return nil }
      value = sum
    }
    return value
  }

  /// The value of a canonical 64-bit integer, or nil.
  package static func canonical(_ text: String) -> Int64? {
    var text = text
    return text.withUTF8 { canonical($0) }
  }
}

/// Decimal numbers: `-12`, `3.50`, `.5`, `1e-05`. The value is the nearest `Double` to what is written.
package struct NumberText {
  /// The value.
  package let value: Double
  /// Digits after the decimal point that the number needs when it is written without an exponent.
  package let places: Int

  /// Powers of ten that a Double holds exactly.
  static let powers: [Double] = (0...22).map { exponent in (0..<exponent).reduce(1.0) { power, _ in power * 10 } }

  /// Parses a number; nil if the bytes are no finite decimal number.
  package init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard var here = bytes.baseAddress else { return nil }
    let end = here + bytes.count
    let negative = here < end && here.pointee == 0x2D
    if negative || (here < end && here.pointee == 0x2B) { here += 1 }
    var mantissa: UInt64 = 0
    var digits = 0
    var significant = 0
    var places = 0
    var exponent = 0
    while here < end, here.pointee &- 0x30 < 10 {
      NumberText.append(here.pointee &- 0x30, to: &mantissa, &significant)
      digits += 1
      here += 1
    }
    if here < end, here.pointee == 0x2E {
      here += 1
      while here < end, here.pointee &- 0x30 < 10 {
        NumberText.append(here.pointee &- 0x30, to: &mantissa, &significant)
        digits += 1
        places += 1
        here += 1
      }
    }
    guard digits > 0 else { return nil }
    if here < end, here.pointee | 0x20 == 0x65 {
      here += 1
      let down = here < end && here.pointee == 0x2D
      if down || (here < end && here.pointee == 0x2B) { here += 1 }
      let first = here
      while here < end, here.pointee &- 0x30 < 10 {
        exponent = min(exponent * 10 + Int(here.pointee &- 0x30), 100_000)
        here += 1
      }
      guard here > first else { return nil }
      if down { exponent = -exponent }
    }
    guard here == end else { return nil }
    let scale = exponent - places
    let magnitude: Double
    if significant <= 19, mantissa <= 1 << 53, abs(scale) <= 22 {
      // Both operands are exact, so one rounding gives the nearest value.
      magnitude = scale < 0 ? Double(mantissa) / NumberText.powers[-scale] : Double(mantissa) * NumberText.powers[scale]
      self.value = negative ? -magnitude : magnitude
    } else {
      self.value = NumberText.nearest(bytes)
    }
    guard self.value.isFinite else { return nil }
    self.places = max(0, -scale)
  }

  /// Parses a number from text; nil if it is no finite decimal number.
  package init?(_ text: String) {
    var text = text
    guard let number = text.withUTF8({ NumberText($0) }) else { return nil }
    self = number
  }

  @inline(__always)
  private static func append(_ digit: UInt8, to mantissa: inout UInt64, _ significant: inout Int) {
    if significant > 0 || digit > 0 { significant += 1 }
    if significant <= 19 { mantissa = mantissa &* 10 &+ UInt64(digit) }
  }

  /// The C library's correctly rounded conversion, for long or extreme numbers.
  private static func nearest(_ bytes: UnsafeBufferPointer<UInt8>) -> Double {
    var text = bytes.map { CChar(bitPattern: $0) }
    text.append(0)
    return strtod(text, nil)
  }
}
