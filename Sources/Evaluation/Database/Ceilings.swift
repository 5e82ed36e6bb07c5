/// What real rows reach when they are scored against other real rows: the highest scores that can be hoped for.
public struct Ceilings: Sendable, Codable, Hashable {
  /// Which rows were compared, as a sentence without a full stop.
  public var basis: String
  /// The scores of the first comparison.
  public var scores: Scores
  /// Mean and standard deviation of each score over all comparisons.
  public var spread: [ScoreSpread]

  /// Joins comparisons of the same kind, of which there is at least one.
  public init(basis: String, comparisons: [Scores]) {
    precondition(!comparisons.isEmpty, "ceilings need at least one comparison")
    self.basis = basis
    scores = comparisons[0]
    spread = ScoreSpread.of(comparisons)
  }
}
