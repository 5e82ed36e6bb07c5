extension SweepState {
  /// The record to write next; nil if there is nothing to decide or to start now.
  ///
  /// - Parameters:
  ///   - slots: trials that may be computed at the same time.
  ///   - elapsed: seconds that the sweep has spent; over its budget nothing new starts.
  ///   - isDraining: whether somebody asked to stop: what runs goes on, nothing starts, nothing is closed.
  public func next(slots: Int, elapsed: Double = 0, isDraining: Bool = false) -> SweepRecord? {
    guard sequence >= 0 else { return nil }
    if let missing = withoutNumber { return missing }
    if isDraining { return nil }
    let isOver = specification.budget.map { elapsed >= $0 } ?? false
    if let decision = dueDecision(isOver: isOver) { return decision }
    let limit = min(slots, specification.maxParallel ?? .max)
    if !isOver && active.count < limit {
      if let number = promotable { return decide(number, .promote) }
      if let suggestion = suggestion() { return .suggest(suggestion) }
    }
    return closing(isOver: isOver)
  }

  /// Whether every trial has ended and no further one will be suggested.
  public func isFinished(elapsed: Double = 0) -> Bool {
    guard sequence >= 0, active.isEmpty, paused.isEmpty else { return false }
    return (specification.budget.map { elapsed >= $0 } ?? false) || !hasMore
  }

  /// Parameters for a trial that somebody runs elsewhere; nil if the sweep has no more trials to give.
  public func ask() -> SweepRecord? {
    guard var suggestion = suggestion(ignoresGenerations: true) else { return nil }
    suggestion.source = .asked
    return .suggest(suggestion)
  }

  /// Records that run again exactly the failed, nan and timeout trials.
  public func retries() -> [SweepRecord] {
    trials.filter { trial in trial.end.map(Self.retried.contains) ?? false }.map { decide($0.number, .retry) }
  }

  private func decide(_ trial: Int, _ action: SweepRecord.Decide.Action) -> SweepRecord {
    .decide(.init(trial: trial, action: action, seen: sequence))
  }

  /// A rung without a number ends its trial.
  private var withoutNumber: SweepRecord? {
    guard prunes else { return nil }
    let number = undecided.filter { trials[$0].rungs.last.map { loss(of: $0) == nil } ?? false }.min()
    return number.map { .ended($0, .nan, cause: "\(specification.pruner.metric) is no number") }
  }

  /// Decisions that wait for nothing: of the median rule, and of a full rung of a generation.
  private func dueDecision(isOver: Bool) -> SweepRecord? {
    guard !undecided.isEmpty else { return nil }
    if specification.synchronous != nil { return generationDecision(isOver: isOver) }
    return undecided.min().flatMap(medianDecision)
  }

  /// The trial that asynchronous halving would let go on, from the highest rung down, first brackets first.
  var promotable: Int? {
    guard halvesAsynchronously else { return nil }
    for rung in stride(from: ladder.last - 1, through: 0, by: -1) {
      for table in tables {
        if let number = table[rung].promotable(eta: specification.pruner.eta) { return number }
      }
    }
    return nil
  }

  /// Nothing runs and nothing more may start: the best waiting trial is finished if none is complete yet, the others
  /// are pruned.
  private func closing(isOver: Bool) -> SweepRecord? {
    guard active.isEmpty, !paused.isEmpty, isOver || !hasMore else { return nil }
    guard halvesAsynchronously else { return paused.min().map { decide($0, .stop) } }
    for rung in stride(from: ladder.last - 1, through: 0, by: -1) {
      for table in tables {
        guard let best = table[rung].best else { continue }
        return decide(best, completeCount == 0 && !isOver ? .promote : .stop)
      }
    }
    return paused.min().map { decide($0, .stop) }
  }

  /// Worse than the median of the complete trials at the same rung stops, everything else goes on.
  func medianDecision(_ number: Int) -> SweepRecord? {
    guard case .paused(let rung) = trials[number].state, let own = trials[number].reached(rung).flatMap(loss) else {
      return nil
    }
    let others = trials.filter { $0.end == .complete }
    let losses = others.compactMap { $0.reached(rung).flatMap(loss) }
    let isStopped =
      others.count >= specification.pruner.startup && PruningRules.isBelowMedian(own, others: losses)
    return decide(number, isStopped ? .stop : .promote)
  }
}
