/// The grid on which the values of a column lie: integers, multiples of 100, cents, whole days in seconds, …
enum Lattice {
  /// The largest step of which all differences of the values are multiples; 0 if there is none.
  ///
  /// - Parameter values: different values, ascending.
  static func step(of values: [Double], format: NumberFormat) -> Double {
    guard let smallest = values.first else { return 0 }
    let places = format.maximumPlaces
    guard places <= 15 else { return 0 }
    let scale = NumberText.powers[places]
    let limit = 0x1p53 / scale
    guard values.allSatisfy({ abs($0) < limit }) else { return 0 }
    let origin = Int64((smallest * scale).rounded())
    var step: Int64 = 0
    for value in values {
      step = divisor(step, Int64((value * scale).rounded()) - origin)
      if step == 1 { break }
    }
    return Double(step) / scale
  }

  private static func divisor(_ left: Int64, _ right: Int64) -> Int64 {
    var left = left, right = right
    while right != 0 { (left, right) = (right, left % right) }
    return abs(left)
  }
}
