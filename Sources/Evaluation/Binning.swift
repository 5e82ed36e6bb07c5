/// The ten bins that stand for a continuous column beside a discrete one.
///
/// Edges come from the column itself, so real and synthetic data have edges of their own, as in sdmetrics reports:
/// a rescaled synthetic column looks the same and one outlier spoils it.
enum Binning {
  /// Codes are below this number: 1…10 inside, 11 for the maximum and for missing values; 0 never occurs.
  static let levels = 12

  /// Eleven equally spaced points from the smallest to the largest value, half a unit around a constant.
  ///
  /// The arithmetic (minimum + i · step, last edge exact) is that of numpy: values on an edge depend on it.
  static func edges(minimum: Double, maximum: Double) -> [Double] {
    let low = minimum == maximum ? minimum - 0.5 : minimum
    let high = minimum == maximum ? maximum + 0.5 : maximum
    let step = (high - low) / 10
    return (0..<10).map { Double($0) * step + low } + [high]
  }

  /// The bin of every value: the number of edges that are not above it, 11 for NaN.
  static func codes(_ values: [Double], minimum: Double, maximum: Double) -> [Int32] {
    let edges = edges(minimum: minimum, maximum: maximum)
    return [Int32](unsafeUninitializedCapacity: values.count) { codes, count in
      edges.withUnsafeBufferPointer { edges in
        for (row, value) in values.enumerated() {
          var below: Int32 = 0
          for edge in edges { below += value >= edge ? 1 : 0 }
          codes[row] = value.isNaN ? 11 : below
        }
      }
      count = values.count
    }
  }
}
