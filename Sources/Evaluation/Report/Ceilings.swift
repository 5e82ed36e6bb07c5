/// The scores that real rows reach against other real rows: what is left to gain ends there.
///
/// Finite samples of one distribution differ, so that even perfect synthetic rows score below 1.
public struct Ceilings: Codable, Sendable, Hashable {
  /// What was compared, for example `training rows against held-out rows`.
  public var basis: String
  /// The scores of that comparison, or their means over several.
  public var scores: Scores
  /// How much they differ between repetitions, for example over bootstrap halves.
  public var spread: ScoreSpread?

  /// States a ceiling.
  public init(basis: String, scores: Scores, spread: ScoreSpread? = nil) {
    self.basis = basis
    self.scores = scores
    self.spread = spread
  }
}

/// Mean and standard deviation of each score over several comparisons.
public struct ScoreSpread: Codable, Sendable, Hashable {
  /// Mean and standard deviation of one number.
  public struct Value: Codable, Sendable, Hashable {
    /// The mean of the defined scores.
    public var mean: Double
    /// Their standard deviation with n − 1 in the denominator; nil for fewer than two.
    public var deviation: Double?
    /// How many were defined.
    public var count: Int

    /// Mean and deviation of scores; nil if none is defined.
    public init?(_ scores: [Score]) {
      let numbers = scores.compactMap(\.number)
      if numbers.isEmpty { return nil }
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      self.mean = mean
      count = numbers.count
      let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      deviation = numbers.count < 2 ? nil : (squares / Double(numbers.count - 1)).squareRoot()
    }
  }

  /// What the comparisons differ in, for example `3 seeds`.
  public var basis: String
  /// How many comparisons there are.
  public var count: Int
  /// Of the overall score.
  public var overall: Value?
  /// Of group sizes.
  public var cardinality: Value?
  /// Of single columns.
  public var shapes: Value?
  /// Of pairs by hop; index = hop.
  public var hops: [Value?]
  /// Of the mean over all pairs.
  public var averageTwoWay: Value?

  /// The spread of sets of scores of the same schema.
  public init(basis: String, of sets: [ScoreSet]) {
    self.basis = basis
    count = sets.count
    overall = Value(sets.map(\.overall))
    cardinality = Value(sets.map(\.cardinality))
    shapes = Value(sets.map(\.shapes))
    let depth = sets.map(\.hops.count).max() ?? 0
    hops = (0..<depth).map { hop in
      Value(sets.compactMap { $0.hops.indices.contains(hop) ? $0.hops[hop].score : nil })
    }
    averageTwoWay = Value(sets.map(\.averageTwoWay))
  }
}
