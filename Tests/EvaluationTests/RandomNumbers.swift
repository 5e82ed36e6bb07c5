/// A small generator for test data (SplitMix64).
struct RandomNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Values of few or many distinct numbers, some missing.
  mutating func numbers(_ count: Int, distinct: Int, missingShare: Double) -> [Double] {
    (0..<count).map { _ in
      let value = Double(Int.random(in: 0..<distinct, using: &self)) / 7
      return Double.random(in: 0..<1, using: &self) < missingShare ? .nan : value
    }
  }

  /// Codes below `levels`, some missing.
  mutating func codes(_ count: Int, levels: Int, missingShare: Double) -> [Int32] {
    (0..<count).map { _ in
      let code = Int32.random(in: 0..<Int32(levels), using: &self)
      return Double.random(in: 0..<1, using: &self) < missingShare ? -1 : code
    }
  }
}
