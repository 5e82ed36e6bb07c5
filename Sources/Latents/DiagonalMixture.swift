internal import CKernels
internal import Foundation
public import Tensors

/// How a mixture is started and when its estimation ends.
public struct MixtureOptions: Codable, Sendable, Hashable {
  /// The estimator.
  public enum Method: String, Codable, Sendable, Hashable, CaseIterable {
    /// k-means alone; its clusters are the components.
    case kmeans
    /// A mixture whose components start as greedy k-means++ seeds.
    case both
    /// A mixture started from a complete k-means.
    case gmm
  }

  /// Components asked for; fewer when there are fewer rows.
  public var components: Int
  /// Iterations at most.
  public var iterations: Int
  /// Estimation ends when the lower bound changes by less.
  public var tolerance: Double
  /// Added to every variance.
  public var varianceFloor: Double
  /// Rows used for fitting; more rows than that are sampled.
  public var fitRows: Int
  /// The estimator.
  public var method: Method

  /// The default recipe's options.
  public init(
    components: Int = 20, iterations: Int = 40, tolerance: Double = 1e-3, varianceFloor: Double = 1e-6,
    fitRows: Int = 60_000, method: Method = .both
  ) {
    self.components = components
    self.iterations = iterations
    self.tolerance = tolerance
    self.varianceFloor = varianceFloor
    self.fitRows = fitRows
    self.method = method
  }
}

/// A Gaussian mixture with diagonal covariances over mixed features.
///
/// One-hot blocks enter through tables: a component's log density is a constant, as if every coordinate of the block
/// were zero, plus a term for the row's level.
public struct DiagonalMixture: Codable, Sendable, Equatable {
  /// Component weights.
  public internal(set) var weights: [Double]
  /// Component means, components × `width`.
  public internal(set) var means: [Double]
  /// Component variances, components × `width`.
  public internal(set) var variances: [Double]
  /// Number of numeric coordinates.
  public let numericCount: Int
  /// Levels of each one-hot block.
  public let levelCounts: [Int]
  /// Scale of each one-hot block.
  public let scales: [Double]
  /// Mean log density before each update.
  public internal(set) var lowerBounds: [Double] = []
  /// Whether the lower bound settled within the iterations allowed.
  public internal(set) var converged = false

  /// Number of components.
  public var count: Int { weights.count }
  /// Number of coordinates.
  public var width: Int { levelCounts.reduce(numericCount, +) }

  /// A mixture with given parameters, in the coordinates of `features`.
  package init(weights: [Double], means: [Double], variances: [Double], features: MixedFeatures) {
    let width = features.width
    precondition(
      means.count == weights.count * width && variances.count == means.count,
      "\(weights.count) components of width \(width) have \(means.count) means and \(variances.count) variances")
    self.weights = weights
    self.means = means
    self.variances = variances
    numericCount = features.numericCount
    levelCounts = features.categories.map(\.levels)
    scales = features.categories.map(\.scale)
  }

  /// Estimates a mixture from at most `options.fitRows` rows: a prefix of a permutation of all rows, in row order.
  public static func fit(
    _ features: MixedFeatures, options: MixtureOptions, stream: RandomStream
  ) -> DiagonalMixture {
    var sample = features
    if features.rowCount > options.fitRows {
      let chosen = stream.permutation(count: features.rowCount, step: 2).prefix(max(1, options.fitRows)).sorted()
      sample = features.selecting(rows: chosen)
    }
    let width = features.width
    let count = width == 0 ? min(1, sample.rowCount) : min(max(1, options.components), sample.rowCount)
    var estimation = MixtureEstimation(sample, count: count, varianceFloor: options.varianceFloor)
    var mixture: DiagonalMixture
    switch options.method {
    case .both:
      let seeds = GreedySeeding.seedRows(sample, count: count, stream: stream)
      mixture = seeded(sample, rows: seeds, varianceFloor: options.varianceFloor)
    case .gmm, .kmeans:
      let clusters = KMeans.fit(sample, count: count, stream: stream)
      mixture = seeded(sample, rows: Array(0..<count), varianceFloor: options.varianceFloor)
      estimation.maximise(&mixture, labels: clusters.labels)
      if options.method == .kmeans {
        // Equal weights and variances make the most probable component the nearest centre.
        mixture.weights = [Double](repeating: 1 / Double(max(1, count)), count: count)
        mixture.variances = [Double](repeating: 1, count: count * width)
        mixture.means = clusters.centres
        mixture.converged = true
        return mixture
      }
    }
    estimation.run(&mixture, iterations: options.iterations, tolerance: options.tolerance)
    return mixture
  }

  /// The state before the first iteration: seed rows as means, the floor as variance, weight 1/n each, not normalised.
  package static func seeded(_ features: MixedFeatures, rows: [Int], varianceFloor: Double) -> DiagonalMixture {
    DiagonalMixture(
      weights: [Double](repeating: 1 / Double(max(1, features.rowCount)), count: rows.count),
      means: rows.flatMap { features.coordinates(row: $0) },
      variances: [Double](repeating: varianceFloor, count: rows.count * features.width), features: features)
  }

  /// The most probable component of each row, lowest on ties.
  public func predict(_ features: MixedFeatures, rows: Range<Int>) -> [Int32] {
    check(features)
    var labels = [Int32](repeating: 0, count: rows.count)
    guard count > 1, !rows.isEmpty else { return labels }
    let tables = densityTables()
    let blocks = FeatureBlocks(features)
    labels.withUnsafeMutableBufferPointer { labels in
      let capacity = FeatureBlocks.length * (tables.padded + 1)
      withUnsafeTemporaryAllocation(of: Double.self, capacity: capacity) { scores in
        guard let base = scores.baseAddress, let first = labels.baseAddress else { return }
        blocks.forEach(rows: rows) { block, start, blockRows in
          tables.fill(base, block)
          ck_mixture_extreme(
            base, Int64(blockRows), Int64(tables.padded), Int64(count), -1, first + (start - rows.lowerBound),
            base + FeatureBlocks.length * tables.padded)
        }
      }
    }
    return labels
  }

  /// The most probable component of every row.
  public func predict(_ features: MixedFeatures) -> [Int32] { predict(features, rows: 0..<features.rowCount) }

  /// The log density of each row.
  public func logDensities(_ features: MixedFeatures) -> [Double] {
    check(features)
    var densities = [Double](repeating: 0, count: features.rowCount)
    guard count > 0 else { return densities }
    let tables = densityTables()
    let blocks = FeatureBlocks(features)
    densities.withUnsafeMutableBufferPointer { densities in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: FeatureBlocks.length * tables.padded) { scores in
        guard let base = scores.baseAddress, let first = densities.baseAddress else { return }
        blocks.forEach(rows: 0..<features.rowCount) { block, start, rows in
          tables.fill(base, block)
          ck_mixture_normalise(base, Int64(rows), Int64(tables.padded), first + start)
        }
      }
    }
    return densities
  }

  /// Expectation maximisation from the current parameters.
  package mutating func estimate(
    _ features: MixedFeatures, iterations: Int, tolerance: Double, varianceFloor: Double
  ) {
    check(features)
    var estimation = MixtureEstimation(features, count: count, varianceFloor: varianceFloor)
    estimation.run(&self, iterations: iterations, tolerance: tolerance)
  }

  func check(_ features: MixedFeatures) {
    precondition(
      features.numericCount == numericCount && features.categories.map(\.levels) == levelCounts,
      "features of \(features.numericCount) numerics and levels \(features.categories.map(\.levels)) do not fit a "
        + "mixture of \(numericCount) numerics and levels \(levelCounts)")
  }

  /// Tables whose scores are log weight + log density.
  func densityTables() -> ComponentTables {
    let width = width
    var tables = ComponentTables(
      count: count, numericCount: numericCount, levelCount: width - numericCount, padding: -.infinity)
    let padded = tables.padded
    for component in 0..<count {
      let first = component * width
      var constant = log(weights[component]) - 0.5 * Double(width) * log(2 * Double.pi)
      for d in 0..<numericCount {
        constant -= 0.5 * log(variances[first + d])
        tables.means[d * padded + component] = means[first + d]
        tables.factors[d * padded + component] = -0.5 / variances[first + d]
      }
      var level = 0
      for (position, levels) in levelCounts.enumerated() {
        let scale = scales[position]
        for _ in 0..<levels {
          let mean = means[first + numericCount + level]
          let variance = variances[first + numericCount + level]
          constant -= 0.5 * (log(variance) + mean * mean / variance)
          tables.levels[level * padded + component] = -0.5 * scale * (scale - 2 * mean) / variance
          level += 1
        }
      }
      tables.base[component] = constant
    }
    return tables
  }
}
