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
    let moments = CoordinateMoments(features)
    let movement = tolerance * moments.meanVariance
    let search = model.prefersScreening(features) ? CentreSearch(features, origin: moments.means) : nil
    let sums = ClusterSums(features, count: model.count)
    var labels = [Int32](repeating: -1, count: features.rowCount)
    var assigned = labels
    var settled = false
    while model.iterations < iterations {
      model.iterations += 1
      if let search {
        settled = search.reassign(model.centres, &labels, sums) == 0
      } else {
        model.assignMixed(features, into: &assigned)
        settled = sums.move(&labels, to: assigned) == 0
      }
      let before = model.centres
      model.update(sums, features: features, labels: &labels)
      var shift = 0.0
      for (old, new) in zip(before, model.centres) { shift += (new - old) * (new - old) }
      if settled || shift <= movement { break }
    }
    if !settled { model.assign(features, search, into: &labels) }
    model.labels = labels
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
    var labels = [Int32](repeating: 0, count: features.rowCount)
    let search =
      prefersScreening(features) ? CentreSearch(features, origin: CoordinateMoments(features).means) : nil
    assign(features, search, into: &labels)
    return labels
  }

  private func prefersScreening(_ features: MixedFeatures) -> Bool {
    features.categories.isEmpty && features.numericCount > 0
  }

  private func assign(_ features: MixedFeatures, _ search: CentreSearch?, into labels: inout [Int32]) {
    if let search {
      search.nearest(centres, into: &labels)
    } else {
      assignMixed(features, into: &labels)
    }
  }

  /// Looks the terms of one-hot blocks up in tables.
  private func assignMixed(_ features: MixedFeatures, into labels: inout [Int32]) {
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
  }

  private func distances(_ features: MixedFeatures, labels: [Int32]) -> [Double] {
    var distances = [Double](repeating: 0, count: features.rowCount)
    ck_label_distances(
      features.numerics, Int64(features.rowCount), Int64(features.numericCount), labels, centres, Int64(width),
      &distances)
    var offset = features.numericCount
    for category in features.categories {
      let squares = (0..<count).map { cluster in
        (0..<category.levels).reduce(0) {
          $0 + centres[cluster * width + offset + $1] * centres[cluster * width + offset + $1]
        }
      }
      for row in 0..<features.rowCount {
        let cluster = Int(labels[row])
        distances[row] += squares[cluster]
        guard category.codes[row] >= 0 else { continue }
        let centre = centres[cluster * width + offset + Int(category.codes[row])]
        distances[row] += category.scale * (category.scale - 2 * centre)
      }
      offset += category.levels
    }
    // One-hot distances are differences of large terms and may come out a rounding error below zero.
    return features.categories.isEmpty ? distances : distances.map { max(0, $0) }
  }

  private mutating func update(_ sums: ClusterSums, features: MixedFeatures, labels: inout [Int32]) {
    var sizes = sums.counts
    var empty = sizes.indices.filter { sizes[$0] == 0 }
    if !empty.isEmpty {
      let distances = distances(features, labels: labels)
      var farthest = distances.indices.sorted { (-distances[$0], $0) < (-distances[$1], $1) }[...]
      var moved = labels
      while let cluster = empty.first, let row = farthest.popFirst() {
        let source = Int(labels[row])
        guard sizes[source] > 1 else { continue }
        sizes[source] -= 1
        moved[row] = Int32(cluster)
        empty.removeFirst()
      }
      sums.move(&labels, to: moved)
    }
    for (cluster, size) in sums.counts.enumerated() where size > 0 {
      for d in 0..<width { centres[cluster * width + d] = sums.mean(cluster: cluster, coordinate: d) }
    }
  }
}
