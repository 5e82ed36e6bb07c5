internal import CKernels

/// Sums of coordinates by cluster, kept up to date as rows move between clusters.
///
/// A moved row is taken from one sum and added to another, which rounds as often as adding it anew would.
final class ClusterSums {
  private let features: MixedFeatures
  private let width: Int
  private let scales: [Double]
  private let clusterCount: Int
  // Memory of its own instead of arrays: moving a panel of rows is too short for their access checks.
  private let countOf: UnsafeMutablePointer<Double>
  private let sums: UnsafeMutablePointer<Double>

  init(_ features: MixedFeatures, count: Int) {
    self.features = features
    width = features.width
    scales =
      [Double](repeating: 1, count: features.numericCount)
      + features.categories.flatMap { [Double](repeating: $0.scale, count: $0.levels) }
    clusterCount = count
    countOf = .allocate(capacity: max(1, count))
    countOf.initialize(repeating: 0, count: count)
    sums = .allocate(capacity: max(1, count * features.width))
    sums.initialize(repeating: 0, count: count * features.width)
  }

  deinit {
    countOf.deallocate()
    sums.deallocate()
  }

  /// Rows of each cluster.
  var counts: [Double] { Array(UnsafeBufferPointer(start: countOf, count: clusterCount)) }

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
        features.numerics, Int64(labels.count), Int64(features.numericCount), assigned, &labels, countOf, sums,
        Int64(width)))
  }

  /// The same for a panel of rows without one-hot blocks.
  func move(
    rows: UnsafePointer<Double>, count: Int, _ labels: UnsafeMutablePointer<Int32>, to assigned: UnsafePointer<Int32>
  ) -> Int {
    Int(ck_move_rows(rows, Int64(count), Int64(width), assigned, labels, countOf, sums, Int64(width)))
  }

  func mean(cluster: Int, coordinate: Int) -> Double {
    sums[cluster * width + coordinate] * scales[coordinate] / countOf[cluster]
  }
}
