internal import CKernels
internal import Foundation
public import Tensors

/// A variational Bayesian Gaussian mixture with diagonal covariances and a Dirichlet process over the components.
///
/// Priors: concentration 1 / components, mean precision 1 around the mean of the data, the data's variance with as many
/// degrees of freedom as coordinates.
///
/// Source: Blei and Jordan, "Variational inference for Dirichlet process mixtures", 2006; the formulas and the bound
/// without its constant terms are scikit-learn's `BayesianGaussianMixture`.
public struct VariationalMixture: Codable, Sendable, Equatable {
  /// Expected weights, posterior means and normalised covariances.
  public internal(set) var components: DiagonalMixture
  /// First parameters of the beta distributions of the sticks, one per component.
  public internal(set) var firstConcentrations: [Double]
  /// Second parameters of the beta distributions of the sticks.
  public internal(set) var secondConcentrations: [Double]
  /// Precision of each component's mean, in rows.
  public internal(set) var meanPrecisions: [Double]
  /// Degrees of freedom of each component's covariance.
  public internal(set) var degreesOfFreedom: [Double]
  /// Lower bound of the log likelihood, without constant terms, after each update.
  public internal(set) var lowerBounds: [Double] = []
  /// Whether the lower bound settled within the iterations allowed.
  public internal(set) var converged = false

  /// Number of components.
  public var count: Int { components.count }

  init(components: DiagonalMixture) {
    self.components = components
    firstConcentrations = components.weights
    secondConcentrations = components.weights
    meanPrecisions = components.weights
    degreesOfFreedom = components.weights
  }

  /// Estimates a mixture from at most `options.fitRows` rows, started from greedy k-means++ seeds;
  /// `options.method` does not matter.
  public static func fit(
    _ features: MixedFeatures, options: MixtureOptions, stream: RandomStream
  ) -> VariationalMixture {
    let sample = features.sample(limit: options.fitRows, stream: stream)
    let seeds = GreedySeeding.seedRows(sample, count: options.componentCount(sample), stream: stream)
    return fit(sample, seeds: seeds, options: options)
  }

  /// Estimates a mixture whose components start with one seed row each.
  package static func fit(
    _ features: MixedFeatures, seeds: [Int], options: MixtureOptions
  ) -> VariationalMixture {
    var mixture = VariationalMixture(
      components: .seeded(features, rows: seeds, varianceFloor: options.varianceFloor))
    var estimation = VariationalEstimation(features, count: seeds.count, varianceFloor: options.varianceFloor)
    estimation.run(&mixture, seeds: seeds, iterations: options.iterations, tolerance: options.tolerance)
    return mixture
  }

  /// The most probable component of every row, lowest on ties.
  public func predict(_ features: MixedFeatures) -> [Int32] {
    components.predict(features, rows: 0..<features.rowCount, tables: scoreTables())
  }

  /// The probability of each component for each row, rows × `count`.
  public func probabilities(_ features: MixedFeatures) -> [Double] {
    groupProbabilities(
      features, parentRows: (0..<features.rowCount).map { Int32($0) }, parentCount: features.rowCount)
  }

  /// Mean probability of each component over the rows of each parent, parents × `count`; zeros for a parent without
  /// rows.
  public func groupProbabilities(_ features: MixedFeatures, parentRows: [Int32], parentCount: Int) -> [Double] {
    components.check(features)
    precondition(
      parentRows.count == features.rowCount, "\(parentRows.count) parents of \(features.rowCount) rows")
    var means = [Double](repeating: 0, count: parentCount * count)
    guard count > 0 else { return means }
    var sizes = [Double](repeating: 0, count: parentCount)
    let tables = scoreTables()
    let padded = tables.padded
    withUnsafeTemporaryAllocation(of: Double.self, capacity: FeatureBlocks.length) { norms in
      guard let norms = norms.baseAddress else { return }
      FeatureBlocks(features).forEachWithScores(rows: 0..<features.rowCount, padded: padded) {
        block, scores, start, rows in
        tables.fill(scores, block)
        ck_mixture_normalise(scores, Int64(rows), Int64(padded), norms)
        for row in 0..<rows {
          let parent = Int(parentRows[start + row])
          sizes[parent] += 1
          for component in 0..<count { means[parent * count + component] += scores[row * padded + component] }
        }
      }
    }
    for parent in 0..<parentCount where sizes[parent] > 0 {
      for component in 0..<count { means[parent * count + component] /= sizes[parent] }
    }
    return means
  }

  /// Tables whose scores are expected log weight + expected log density.
  func scoreTables() -> ComponentTables {
    let width = Double(components.width)
    var stick = 0.0
    var offsets = [Double](repeating: 0, count: count)
    for component in 0..<count {
      let first = firstConcentrations[component]
      let second = secondConcentrations[component]
      let sum = SpecialFunctions.digamma(first + second)
      let freedom = degreesOfFreedom[component]
      var logPrecision = width * log(2)
      for d in 0..<components.width { logPrecision += SpecialFunctions.digamma(0.5 * (freedom - Double(d))) }
      offsets[component] =
        SpecialFunctions.digamma(first) - sum + stick - 0.5 * width * log(freedom)
        + 0.5 * (logPrecision - width / meanPrecisions[component])
      stick += SpecialFunctions.digamma(second) - sum
    }
    return components.densityTables(logWeights: offsets)
  }

  /// The part of the lower bound that depends on the parameters only.
  func parameterBound() -> Double {
    let width = components.width
    var bound = 0.0
    for component in 0..<count {
      let freedom = degreesOfFreedom[component]
      var logDeterminant = -0.5 * Double(width) * log(freedom)
      for d in 0..<width { logDeterminant -= 0.5 * log(components.variances[component * width + d]) }
      bound += freedom * logDeterminant + 0.5 * freedom * Double(width) * log(2)
      for d in 0..<width { bound += SpecialFunctions.logGamma(0.5 * (freedom - Double(d))) }
      bound += SpecialFunctions.logBeta(firstConcentrations[component], secondConcentrations[component])
      bound -= 0.5 * Double(width) * log(meanPrecisions[component])
    }
    return bound
  }
}
