internal import CKernels
internal import Foundation
public import Tensors

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

  /// Estimates a mixture from at most `options.fitRows` rows.
  ///
  /// - Precondition: The method is none with a type of its own, see ``VariationalMixture``.
  public static func fit(
    _ features: MixedFeatures, options: MixtureOptions, stream: RandomStream
  ) -> DiagonalMixture {
    let sample = features.sample(limit: options.fitRows, stream: stream)
    let count = options.componentCount(sample)
    var estimation = MixtureEstimation(sample, count: count, varianceFloor: options.varianceFloor)
    var mixture: DiagonalMixture
    switch options.method {
    case .both:
      let seeds = GreedySeeding.seedRows(sample, count: count, stream: stream)
      mixture = seeded(sample, rows: seeds, varianceFloor: options.varianceFloor)
    case .gmm, .kmeans:
      let clusters = KMeans.fit(sample, count: count, iterations: options.meansIterations, stream: stream)
      mixture = seeded(sample, rows: Array(0..<count), varianceFloor: options.varianceFloor)
      estimation.maximise(&mixture, labels: clusters.labels)
      if options.method == .kmeans {
        // Equal weights and variances make the most probable component the nearest centre.
        mixture.weights = [Double](repeating: 1 / Double(max(1, count)), count: count)
        mixture.variances = [Double](repeating: 1, count: count * sample.width)
        mixture.means = clusters.centres
        mixture.converged = true
        return mixture
      }
    case .variational:
      preconditionFailure("method variational estimates a VariationalMixture")
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
    predict(features, rows: rows, tables: densityTables())
  }

  /// The component with the highest score in `tables` of each row, lowest on ties.
  func predict(_ features: MixedFeatures, rows: Range<Int>, tables: ComponentTables) -> [Int32] {
    check(features)
    var labels = [Int32](repeating: 0, count: rows.count)
    guard count > 1, !rows.isEmpty else { return labels }
    labels.withUnsafeMutableBufferPointer { labels in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: FeatureBlocks.length) { best in
        guard let best = best.baseAddress, let first = labels.baseAddress else { return }
        FeatureBlocks(features).forEachWithScores(rows: rows, padded: tables.padded) {
          block, scores, start, blockRows in
          tables.fill(scores, block)
          ck_mixture_extreme(
            scores, Int64(blockRows), Int64(tables.padded), Int64(count), -1, first + (start - rows.lowerBound), best)
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
    densities.withUnsafeMutableBufferPointer { densities in
      guard let first = densities.baseAddress else { return }
      FeatureBlocks(features).forEachWithScores(rows: 0..<features.rowCount, padded: tables.padded) {
        block, scores, start, rows in
        tables.fill(scores, block)
        ck_mixture_normalise(scores, Int64(rows), Int64(tables.padded), first + start)
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
  func densityTables() -> ComponentTables { densityTables(logWeights: weights.map { log($0) }) }

  /// Tables whose scores are the given number of each component + log density.
  func densityTables(logWeights: [Double]) -> ComponentTables {
    let width = width
    var tables = ComponentTables(
      count: count, numericCount: numericCount, levelCount: width - numericCount, padding: -.infinity)
    let padded = tables.padded
    for component in 0..<count {
      let first = component * width
      var constant = logWeights[component] - 0.5 * Double(width) * log(2 * Double.pi)
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
