/// How far a sweep is.
public struct SweepStatus: Sendable, Hashable, Codable {
  /// Trials by state, of the states that occur.
  public var counts: [String: Int] = [:]
  /// Ended trials by cause.
  public var causes: [String: Int] = [:]
  /// Trials so far, and at most.
  public var trials = 0
  public var most: Int?
  /// Rungs that were reached, by rung.
  public var rungs: [Int] = []
  /// The best trial, or the Pareto set.
  public var best: [Int] = []
  /// Two objectives and more: volume that the Pareto set dominates, up to a tenth beyond the worst complete trial.
  public var hypervolume: Double?
  /// Parameters that wait to be tried.
  public var queued = 0
  public var spaceVersion = 0
}

extension SweepState {
  /// Counts over all trials.
  ///
  /// - Complexity: O(trials), and with several objectives times the size of the Pareto set.
  public var status: SweepStatus {
    var status = SweepStatus()
    status.trials = trials.count
    status.most = specification.mostTrials
    status.queued = queue.count
    status.spaceVersion = spaceVersion
    status.rungs = [Int](repeating: 0, count: ladder.steps.count)
    for trial in trials {
      status.counts[trial.state.name, default: 0] += 1
      if let cause = trial.cause { status.causes[cause, default: 0] += 1 }
      for reached in trial.rungs where status.rungs.indices.contains(reached.rung) { status.rungs[reached.rung] += 1 }
    }
    status.best = best.map(\.number)
    status.hypervolume = hypervolume
    return status
  }

  /// The best complete trial; of several objectives all that none beats in all of them. Empty before the first.
  public var best: [Trial] {
    let complete = trials.filter { $0.end == .complete }
    if specification.objectives.count > 1 {
      return ParetoFront.indices(of: complete.map(losses)).map { complete[$0] }
    }
    return complete.min { (losses(of: $0)[0], $0.number) < (losses(of: $1)[0], $1.number) }.map { [$0] } ?? []
  }

  /// The volume that the Pareto set dominates; nil for one objective or before the first complete trial.
  public var hypervolume: Double? {
    guard specification.objectives.count > 1 else { return nil }
    let all = trials.filter { $0.end == .complete }.map(losses)
    return ParetoFront.reference(all).map { Hypervolume.of(best.map(losses), reference: $0) }
  }
}
