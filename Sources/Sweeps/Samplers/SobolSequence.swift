public import Tensors

/// Points of the Sobol sequence: low-discrepancy points of the unit cube, each computed from its index alone.
///
/// The order is that of the Gray code, as in the published program of Joe and Kuo.
public enum SobolSequence {
  /// The most dimensions there are numbers for.
  public static let dimensions = SobolDirections.dimensions

  /// One coordinate of a point as published, in [0, 1).
  public static func coordinate(index: UInt32, dimension: Int) -> Double {
    Double(bits(index: index, dimension: dimension)) * 0x1p-32
  }

  /// One coordinate of a scrambled point, in (0, 1). The scrambling permutes the halves of every dyadic interval by
  /// its own random bit, so that the points keep their balance.
  ///
  /// Source: Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences" (1995); as a hash of reversed bits: Burley,
  /// "Practical hash-based Owen scrambling", JCGT 9 (2020), algorithm 2.
  public static func scrambled(index: UInt32, dimension: Int, stream: RandomStream) -> Double {
    let seed = stream.words(row: 0).0
    var bits = reversed(bits(index: index, dimension: dimension))
    bits ^= bits &* 0x3d20_adea
    bits = bits &+ seed
    bits = bits &* ((seed >> 16) | 1)
    bits ^= bits &* 0x0552_6c56
    bits ^= bits &* 0x53a2_2864
    return (Double(reversed(bits)) + 0.5) * 0x1p-32
  }

  private static func bits(index: UInt32, dimension: Int) -> UInt32 {
    precondition(dimension < dimensions, "the Sobol table has \(dimensions) dimensions, not \(dimension + 1)")
    let directions = directionNumbers[dimension]
    var gray = index ^ (index >> 1)
    var bits: UInt32 = 0
    while gray != 0 {
      bits ^= directions[gray.trailingZeroBitCount]
      gray &= gray - 1
    }
    return bits
  }

  /// 32 numbers for each dimension, by the recurrence of the primitive polynomial.
  private static let directionNumbers: [[UInt32]] =
    [(0..<32).map { UInt32(1) << (31 - $0) }]
    + SobolDirections.table.map { polynomial, initial in
      let degree = initial.count
      var numbers = initial.enumerated().map { $0.element << (31 - UInt32($0.offset)) }
      for index in degree..<32 {
        var next = numbers[index - degree] ^ (numbers[index - degree] >> UInt32(degree))
        for power in 1..<degree where polynomial >> UInt32(degree - power) & 1 == 1 { next ^= numbers[index - power] }
        numbers.append(next)
      }
      return numbers
    }

  private static func reversed(_ value: UInt32) -> UInt32 {
    var bits = value
    bits = (bits >> 1) & 0x5555_5555 | (bits & 0x5555_5555) << 1
    bits = (bits >> 2) & 0x3333_3333 | (bits & 0x3333_3333) << 2
    bits = (bits >> 4) & 0x0f0f_0f0f | (bits & 0x0f0f_0f0f) << 4
    return bits.byteSwapped
  }
}
