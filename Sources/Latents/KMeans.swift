internal import CKernels
public import Tensors

/// Lloyd's k-means over mixed features.
public struct KMeans: Codable, Sendable, Equatable {
  /// Cluster centres, clusters × `width`.
  public private(set) var centres: [Double]
  /// Number of clusters.
  public let count: Int
  /// Number of coordinates of a centre.
  public let width: Int
  /// Sum of the squared distances of the fitted rows to their centres.
  public private(set) var inertia: Double = 0
  /// Lloyd iterations done.
  public private(set) var iterations: Int = 0
  /// The cluster of each fitted row.
  public private(set) var labels: [Int32] = []

  /// Greedy k-means++ seeds, then Lloyd iterations.
  public static func fit(
    _ features: MixedFeatures, count: Int, iterations: Int = 100, tolerance: Double = 1e-4, stream: RandomStream
  ) -> KMeans {
    let seeds = GreedySeeding.seedRows(features, count: count, stream: stream)
    return fit(
      features, centres: seeds.flatMap { features.coordinates(row: $0) }, iterations: iterations,
      tolerance: tolerance)
  }

  /// Lloyd iterations from given centres until no label changes or the centres move by less than
  /// `tolerance` × (mean variance of the coordinates) in total squares.
  ///
  /// A cluster without rows takes the row farthest from its centre.
  public static func fit(
    _ features: MixedFeatures, centres: [Double], iterations: Int = 300, tolerance: Double = 1e-4
  ) -> KMeans {
    let width = features.width
    precondition(
      width == 0 || centres.count % width == 0, "\(centres.count) numbers are no centres of width \(width)")
    var model = KMeans(
      centres: centres, count: width == 0 ? min(1, features.rowCount) : centres.count / width, width: width)
    guard features.rowCount > 0, model.count > 0 else { return model }
    let moments = ClusterSums(features, count: 1)
    moments.add(labels: [Int32](repeating: 0, count: features.rowCount))
    let movement = tolerance * moments.meanVariance(rowCount: features.rowCount)
    let sums = ClusterSums(features, count: model.count)
    var labels = [Int32](repeating: -1, count: features.rowCount)
    var settled = false
    while model.iterations < iterations {
      model.iterations += 1
      let assigned = model.nearest(features)
      settled = assigned == labels
      labels = assigned
      let before = model.centres
      sums.reset()
      sums.add(labels: labels)
      model.update(sums, features: features, labels: &labels)
      var shift = 0.0
      for (old, new) in zip(before, model.centres) { shift += (new - old) * (new - old) }
      if settled || shift <= movement { break }
    }
    model.labels = settled ? labels : model.nearest(features)
    model.inertia = model.distances(features, labels: model.labels).reduce(0, +)
    return model
  }

  private init(centres: [Double], count: Int, width: Int) {
    self.centres = centres
    self.count = count
    self.width = width
  }

  /// The nearest centre of every row, lowest on ties.
  public func nearest(_ features: MixedFeatures) -> [Int32] {
    // |x − c|² without |x|²: base |c|², slope −2c.
    var tables = ComponentTables(
      count: count, numericCount: features.numericCount, levelCount: width - features.numericCount,
      padding: .infinity)
    let padded = tables.padded
    for component in 0..<count {
      var base = 0.0
      for d in 0..<width {
        let centre = centres[component * width + d]
        base += centre * centre
        if d < features.numericCount { tables.factors[d * padded + component] = -2 * centre }
      }
      tables.base[component] = base
      var level = 0
      for category in features.categories {
        for _ in 0..<category.levels {
          tables.levels[level * padded + component] =
            -2 * category.scale * centres[component * width + features.numericCount + level]
          level += 1
        }
      }
    }
    var labels = [Int32](repeating: 0, count: features.rowCount)
    let blocks = FeatureBlocks(features)
    labels.withUnsafeMutableBufferPointer { labels in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: FeatureBlocks.length * (padded + 1)) { scores in
        guard let base = scores.baseAddress, let first = labels.baseAddress else { return }
        blocks.forEach(rows: 0..<features.rowCount) { block, start, rows in
          ck_mixture_linear_scores(block, Int64(padded), tables.factors, tables.base, tables.levels, base)
          ck_mixture_extreme(
            base, Int64(rows), Int64(padded), Int64(count), 1, first + start, base + FeatureBlocks.length * padded)
        }
      }
    }
    return labels
  }

  private func distances(_ features: MixedFeatures, labels: [Int32]) -> [Double] {
    let tables = ComponentTables(squaredDistancesTo: centres, of: features)
    var distances = [Double](repeating: 0, count: features.rowCount)
    let blocks = FeatureBlocks(features)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: FeatureBlocks.length * tables.padded) { scores in
      guard let base = scores.baseAddress else { return }
      blocks.forEach(rows: 0..<features.rowCount) { block, start, rows in
        tables.fill(base, block)
        for row in 0..<rows {
          distances[start + row] = max(0, base[row * tables.padded + Int(labels[start + row])])
        }
      }
    }
    return distances
  }

  private mutating func update(_ sums: ClusterSums, features: MixedFeatures, labels: inout [Int32]) {
    var empty = (0..<count).filter { sums.counts[$0] == 0 }
    if !empty.isEmpty {
      let distances = distances(features, labels: labels)
      var farthest = distances.indices.sorted { (-distances[$0], $0) < (-distances[$1], $1) }[...]
      while let cluster = empty.first, let row = farthest.popFirst() {
        guard sums.counts[Int(labels[row])] > 1 else { continue }
        labels[row] = Int32(cluster)
        empty.removeFirst()
      }
      sums.reset()
      sums.add(labels: labels)
    }
    for cluster in 0..<count where sums.counts[cluster] > 0 {
      for d in 0..<width { centres[cluster * width + d] = sums.mean(cluster: cluster, coordinate: d) }
    }
  }
}

/// Sums of coordinates by cluster, formed block by block.
private final class ClusterSums {
  private let features: MixedFeatures
  private let width: Int
  private let scales: [Double]
  private(set) var counts: [Double]
  private var sums: [Double]
  private var squares: [Double]

  init(_ features: MixedFeatures, count: Int) {
    self.features = features
    width = features.width
    scales =
      [Double](repeating: 1, count: features.numericCount)
      + features.categories.flatMap { [Double](repeating: $0.scale, count: $0.levels) }
    counts = [Double](repeating: 0, count: count)
    sums = [Double](repeating: 0, count: count * features.width)
    squares = count == 1 ? sums : []
  }

  func reset() {
    counts.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    sums.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
  }

  func add(labels: [Int32]) {
    let numericCount = features.numericCount
    let wantsSquares = !squares.isEmpty
    counts.withUnsafeMutableBufferPointer { counts in
      for label in labels { counts[Int(label)] += 1 }
    }
    sums.withUnsafeMutableBufferPointer { sums in
      features.numerics.withUnsafeBufferPointer { numerics in
        for row in 0..<labels.count {
          let target = Int(labels[row]) &* width
          let source = row &* numericCount
          for d in 0..<numericCount { sums[target &+ d] += numerics[source &+ d] }
        }
        if wantsSquares {
          squares.withUnsafeMutableBufferPointer { squares in
            for row in 0..<labels.count {
              for d in 0..<numericCount {
                let x = numerics[row &* numericCount &+ d]
                squares[d] += x * x
              }
            }
          }
        }
      }
      var offset = numericCount
      for category in features.categories {
        for row in 0..<labels.count where category.codes[row] >= 0 {
          sums[Int(labels[row]) &* width &+ offset &+ Int(category.codes[row])] += 1
        }
        offset += category.levels
      }
    }
  }

  func mean(cluster: Int, coordinate: Int) -> Double {
    sums[cluster * width + coordinate] * scales[coordinate] / counts[cluster]
  }

  /// Mean over the coordinates of their variance; meant for one cluster that holds all rows.
  func meanVariance(rowCount: Int) -> Double {
    guard width > 0, rowCount > 0 else { return 0 }
    var total = 0.0
    for d in 0..<width {
      let mean = mean(cluster: 0, coordinate: d)
      let square = d < features.numericCount ? squares[d] : sums[d] * scales[d] * scales[d]
      total += max(0, square / Double(rowCount) - mean * mean)
    }
    return total / Double(width)
  }
}
