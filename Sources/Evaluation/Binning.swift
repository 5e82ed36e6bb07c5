/// The ten bins that stand for a continuous column beside a discrete one.
///
/// Edges come from the column itself, so real and synthetic data have edges of their own, as in sdmetrics reports:
/// a rescaled synthetic column looks the same and one outlier spoils it.
enum Binning {
  /// Codes are below this number: 1…10 inside, 11 for the maximum and for missing values; 0 never occurs.
  static let levels = 12
  /// The code of a missing value, which it shares with the maximum.
  static let missing: Int32 = 11

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
    let scale = 10 / (edges[10] - edges[0])
    return [Int32](unsafeUninitializedCapacity: values.count) { codes, count in
      edges.withUnsafeBufferPointer { edges in
        values.withUnsafeBufferPointer { values in
          for row in values.indices {
            let value = values[row]
            if value.isNaN {
              codes[row] = missing
              continue
            }
            // A guess that rounding may put one off; the edges decide. Their width may have vanished or overflowed.
            let guess = (value - edges[0]) * scale
            var below = guess > 0 ? (guess < 10 ? Int(guess) : 10) : 0
            while below > 0 && value < edges[below - 1] { below -= 1 }
            while below < 11 && value >= edges[below] { below += 1 }
            codes[row] = Int32(below)
          }
        }
      }
      count = values.count
    }
  }
}
