public import Essentials

/// One trial of a sweep with everything that was reported of it.
public struct Trial: Sendable, Hashable, Codable {
  /// Who chose a trial's parameters, and who runs it.
  public enum Source: String, Sendable, Hashable, Codable {
    case sampler
    /// Somebody enqueued parameters.
    case enqueued
    /// Somebody asked for parameters and runs the trial elsewhere.
    case asked
  }

  /// Where a trial stands.
  public enum State: Sendable, Hashable, Codable {
    /// It has parameters; its first rung is due.
    case suggested
    /// The rung is being computed, or it was the last one and the objectives are.
    case running(rung: Int)
    /// The rung is done; whether the trial goes on is not decided.
    case paused(rung: Int)
    case ended(SweepRecord.End.State)

    /// One word, as it stands in reports.
    public var name: String {
      switch self {
      case .suggested: "suggested"
      case .running: "running"
      case .paused: "paused"
      case .ended(let state): state.rawValue
      }
    }
  }

  /// One rung that was reached.
  public struct Reached: Sendable, Hashable, Codable {
    public var rung: Int
    public var step: Int
    public var metrics: MetricValues
    public var checkpoint: Digest?
    /// When it was reported: seconds on the journal's clock, if it has one.
    public var time: Double?
  }

  /// Its number, from 0.
  public var number: Int
  public var parameters: TrialParameters
  public var source: Source
  /// Version of the space that it was drawn from.
  public var space: Int
  /// Its bracket, which is also its first rung.
  public var bracket: Int
  public var state: State
  /// The rungs it reached, rising.
  public var rungs: [Reached] = []
  /// Objectives and other numbers at the end, or told so far.
  public var values = MetricValues()
  /// Standard deviations over replicates.
  public var spread: MetricValues?
  /// Why it ended, where it did not complete.
  public var cause: String?
  /// Worker seconds spent.
  public var seconds: Double?
  /// Digest of the result.
  public var result: Digest?
  /// When it was suggested and when it ended: seconds on the journal's clock, if it has one.
  public var began: Double?
  public var finished: Double?

  init(number: Int, parameters: TrialParameters, source: Source, space: Int, bracket: Int, began: Double?) {
    self.number = number
    self.parameters = parameters
    self.source = source
    self.space = space
    self.bracket = bracket
    self.state = .suggested
    self.began = began
  }

  /// The rung that is due or being computed, nil if none is.
  public var activeRung: Int? {
    switch state {
    case .suggested: bracket
    case .running(let rung): rung
    case .paused, .ended: nil
    }
  }

  /// How it ended, nil if it has not.
  public var end: SweepRecord.End.State? {
    if case .ended(let end) = state { end } else { nil }
  }

  /// What was reported at a rung.
  public func reached(_ rung: Int) -> Reached? { rungs.first { $0.rung == rung } }

  /// The checkpoint from which its next rung continues, nil for the first.
  public var checkpoint: Digest? { rungs.last?.checkpoint }
}
