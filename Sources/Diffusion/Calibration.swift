public import Tensors

/// Makes the marginals of a sampled table exact: a finite sample has noise in every marginal that training cannot
/// remove.
public enum Calibration {
  /// The rank of every value from 0; equal values are ranked by row.
  ///
  /// - Complexity: O(n log n).
  public static func ranks(of values: [Float]) -> [Int32] {
    // The bit pattern, made monotone, above the row number: one integer comparison sorts both.
    var keys = values.enumerated().map { row, value in
      let bits = (value == 0 ? Float(0) : value).bitPattern
      let ordered = bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
      return UInt64(ordered) << 32 | UInt64(row)
    }
    keys.sort()
    var ranks = [Int32](repeating: 0, count: values.count)
    for (rank, key) in keys.enumerated() { ranks[Int(key & 0xFFFF_FFFF)] = Int32(rank) }
    return ranks
  }

  /// Φ⁻¹((rank + ½) / n) of every value.
  public static func ranksToNormal(values: [Float]) -> [Float] {
    let count = Double(values.count)
    return ranks(of: values).map { Float(NormalDistribution.quantile((Double($0) + 0.5) / count)) }
  }

  /// Standard normal values with noise of the given standard deviation, shrunk to the variance they had.
  ///
  /// Which rank a row of n gets is known up to an error of the order 1/√n. A model of few rows reproduces single
  /// training rows more sharply than that; the noise takes this sharpness away.
  ///
  /// - Parameter stream: value number k takes the draw of row k.
  public static func jittered(_ values: [Float], deviation: Double, stream: RandomStream) -> [Float] {
    guard deviation > 0 else { return values }
    let shrink = 1 / (1 + deviation * deviation).squareRoot()
    return values.enumerated().map { position, value in
      Float((Double(value) + deviation * stream.normal(row: UInt64(position))) * shrink)
    }
  }

  /// The most probable level of every row, without calibration.
  public static func mostProbable(logProbabilities: [Float], levels: Int) -> [Int32] {
    precondition(logProbabilities.count % max(1, levels) == 0, "rows of \(levels) levels expected")
    return (0..<logProbabilities.count / max(1, levels)).map { row in
      var best = 0
      for level in 1..<max(1, levels)
      where logProbabilities[row * levels + level] > logProbabilities[row * levels + best] { best = level }
      return Int32(best)
    }
  }
}
