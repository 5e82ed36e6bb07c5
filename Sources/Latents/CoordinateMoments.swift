internal import CKernels

/// Mean and variance of every coordinate.
struct CoordinateMoments {
  /// Of the numeric coordinates.
  let means: [Double]
  /// Of the numeric coordinates, then of those of the one-hot blocks.
  let allMeans: [Double]
  /// In the order of `allMeans`, n in the denominator.
  let variances: [Double]
  /// Mean over all coordinates.
  let meanVariance: Double

  init(_ features: MixedFeatures) {
    let rowCount = Double(max(1, features.rowCount))
    var sums = [Double](repeating: 0, count: features.numericCount)
    var squares = sums
    ck_column_moments(
      features.numerics, Int64(features.rowCount), Int64(features.numericCount), &sums, &squares)
    means = sums.map { $0 / rowCount }
    var allMeans = means
    var variances = (0..<features.numericCount).map { [means] d in
      max(0, squares[d] / rowCount - means[d] * means[d])
    }
    for category in features.categories {
      var counts = [Double](repeating: 0, count: category.levels)
      for code in category.codes where code >= 0 { counts[Int(code)] += 1 }
      for count in counts {
        allMeans.append(category.scale * (count / rowCount))
        variances.append(category.scale * category.scale * (count / rowCount) * (1 - count / rowCount))
      }
    }
    self.allMeans = allMeans
    self.variances = variances
    meanVariance = variances.isEmpty ? 0 : variances.reduce(0, +) / Double(variances.count)
  }
}
