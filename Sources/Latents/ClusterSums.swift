internal import CKernels

/// Sums of coordinates by cluster, kept up to date as rows move between clusters.
///
/// A moved row is taken from one sum and added to another, which rounds as often as adding it anew would.
final class ClusterSums {
  private let features: MixedFeatures
  private let width: Int
  private let scales: [Double]
  private(set) var counts: [Double]
  private var sums: [Double]

  init(_ features: MixedFeatures, count: Int) {
    self.features = features
    width = features.width
    scales =
      [Double](repeating: 1, count: features.numericCount)
      + features.categories.flatMap { [Double](repeating: $0.scale, count: $0.levels) }
    counts = [Double](repeating: 0, count: count)
    sums = [Double](repeating: 0, count: count * features.width)
  }

  /// Moves every row whose label differs, a label of −1 being in no cluster; returns how many rows moved.
  @discardableResult
  func move(_ labels: inout [Int32], to assigned: [Int32]) -> Int {
    var offset = features.numericCount
    for category in features.categories {
      for row in 0..<labels.count where labels[row] != assigned[row] && category.codes[row] >= 0 {
        let coordinate = offset + Int(category.codes[row])
        sums[Int(assigned[row]) * width + coordinate] += 1
        if labels[row] >= 0 { sums[Int(labels[row]) * width + coordinate] -= 1 }
      }
      offset += category.levels
    }
    return Int(
      ck_move_rows(
        features.numerics, Int64(labels.count), Int64(features.numericCount), assigned, &labels, &counts, &sums,
        Int64(width)))
  }

  /// The same for a panel of rows without one-hot blocks.
  func move(
    rows: UnsafePointer<Double>, count: Int, _ labels: UnsafeMutablePointer<Int32>, to assigned: UnsafePointer<Int32>
  ) -> Int {
    Int(ck_move_rows(rows, Int64(count), Int64(width), assigned, labels, &counts, &sums, Int64(width)))
  }

  func mean(cluster: Int, coordinate: Int) -> Double {
    sums[cluster * width + coordinate] * scales[coordinate] / counts[cluster]
  }
}
