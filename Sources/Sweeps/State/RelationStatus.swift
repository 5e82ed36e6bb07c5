public import Configuration

/// How far the small sweep of one denoiser is, and what it has found.
public struct RelationStatus: Sendable, Hashable, Codable {
  /// The denoiser.
  public var relation: String
  /// Its trials.
  public var status: SweepStatus
  /// The best complete trial, nil before the first.
  public var best: Trial?
  /// Objective of the best trial.
  public var bestValue: Double?
  /// The trial that has the values of the base configuration, nil if there is none.
  public var baseTrial: Int?
  /// Objective of that trial, nil if it is not complete.
  public var baseValue: Double?
  /// How that trial and the best one stood where it ended, if it is not complete.
  public var comparison: Comparison?
  /// What the best trial changes in the base configuration, as `key: old → new`.
  public var changes: [String] = []

  /// The trial with the values of the base configuration and the best one at the same rung.
  public struct Comparison: Sendable, Hashable, Codable {
    /// Steps of the rung.
    public var step: Int
    /// The pruner's metric of the two.
    public var base: Double
    public var best: Double
  }

  /// Gathers the status.
  ///
  /// - Parameter base: the base configuration as the denoiser sees it.
  public init(_ state: SweepState, base: Configuration) {
    relation = state.specification.relation ?? ""
    status = state.status
    let objective = state.specification.objectives.first?.name ?? ""
    best = state.best.first
    bestValue = best?.values[objective]
    if let like = state.trial(like: base) {
      baseTrial = like.number
      if like.end == .complete { baseValue = like.values[objective] } else { comparison = comparison(of: like, state) }
    }
    changes = best.map { state.specification.space.difference($0.parameters, from: base) } ?? []
  }

  /// The last rung that both trials have reached.
  private func comparison(of base: Trial, _ state: SweepState) -> Comparison? {
    let metric = state.specification.pruner.metric
    for reached in base.rungs.reversed() {
      guard let other = best?.reached(reached.rung)?.metrics[metric], let own = reached.metrics[metric] else {
        continue
      }
      return Comparison(step: reached.step, base: own, best: other)
    }
    return nil
  }
}
