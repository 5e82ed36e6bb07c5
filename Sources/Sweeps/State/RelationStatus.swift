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
  /// The complete trial that has the values of the base configuration, nil if there is none.
  public var baseTrial: Int?
  /// Objective of that trial.
  public var baseValue: Double?
  /// What the best trial changes in the base configuration, as `key: old → new`.
  public var changes: [String] = []

  /// Gathers the status.
  ///
  /// - Parameter base: the base configuration as the denoiser sees it.
  public init(_ state: SweepState, base: Configuration) {
    relation = state.specification.relation ?? ""
    status = state.status
    let objective = state.specification.objectives.first?.name ?? ""
    best = state.best.first
    bestValue = best?.values[objective]
    if let like = state.trial(like: base), like.end == .complete {
      baseTrial = like.number
      baseValue = like.values[objective]
    }
    changes = best.map { state.specification.space.difference($0.parameters, from: base) } ?? []
  }
}
