/// What a sampler may know of one earlier trial.
public struct TrialResult: Sendable, Hashable {
  /// How it stands.
  public enum Outcome: Sendable, Hashable {
    /// Its objectives as losses: smaller is better.
    case complete([Double])
    /// Ended early or waiting at a rung: the resource spent and the loss of the pruner's metric there.
    case pruned(step: Int, loss: Double)
    /// Its parameters led to no number, or to none in time.
    case bad
    case running
  }

  public var number: Int
  public var parameters: TrialParameters
  public var outcome: Outcome

  /// States a result.
  public init(number: Int, parameters: TrialParameters, outcome: Outcome) {
    self.number = number
    self.parameters = parameters
    self.outcome = outcome
  }
}
