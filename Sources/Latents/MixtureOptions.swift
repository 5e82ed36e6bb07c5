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
    /// A variational Bayesian mixture, from seeds; the label of a group is drawn from its rows' mean probabilities.
    case variational
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
  /// Iterations of k-means at most, where the estimator has one.
  public var meansIterations: Int

  /// The default recipe's options.
  public init(
    components: Int = 20, iterations: Int = 40, tolerance: Double = 1e-3, varianceFloor: Double = 1e-6,
    fitRows: Int = 60_000, method: Method = .both, meansIterations: Int = 100
  ) {
    self.components = components
    self.iterations = iterations
    self.tolerance = tolerance
    self.varianceFloor = varianceFloor
    self.fitRows = fitRows
    self.method = method
    self.meansIterations = meansIterations
  }

  /// The components that these rows can have.
  func componentCount(_ features: MixedFeatures) -> Int {
    min(features.width == 0 ? 1 : max(1, components), features.rowCount)
  }
}
