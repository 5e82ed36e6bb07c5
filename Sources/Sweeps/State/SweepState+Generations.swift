/// `synchronous: B`: trials come in generations, and nothing depends on the order in which they arrive.
extension SweepState {
  /// The trials of a generation that have been suggested.
  private func members(of generation: Int, size: Int) -> Range<Int> {
    generation * size..<min((generation + 1) * size, trials.count)
  }

  /// Whether all trials of a generation are there: it is full, or the sweep has no more of them.
  private func isWhole(_ members: Range<Int>, size: Int) -> Bool {
    members.count == size || !hasMore
  }

  /// Whether a trial may be suggested: all trials of earlier generations have ended.
  func admitsTrial(_ number: Int) -> Bool {
    guard let size = specification.synchronous else { return true }
    let first = number - number % size
    return active.allSatisfy { $0 >= first } && paused.allSatisfy { $0 >= first }
  }

  /// The next decision about a rung that all trials of a generation and bracket have reached or will not reach.
  func generationDecision(isOver: Bool) -> SweepRecord? {
    guard let size = specification.synchronous else { return nil }
    for number in undecided.sorted() {
      if let action = generationAction(number, size: size, isOver: isOver) {
        return .decide(.init(trial: number, action: action, seen: sequence))
      }
    }
    return nil
  }

  /// What a full rung says of a trial; nil if the rung is not full.
  func generationAction(_ number: Int, size: Int, isOver: Bool) -> SweepRecord.Decide.Action? {
    guard case .paused(let rung) = trials[number].state else { return nil }
    let members = members(of: number / size, size: size)
    guard isOver || isWhole(members, size: size) else { return nil }
    let peers = members.filter { trials[$0].bracket == trials[number].bracket && trials[$0].source != .asked }
    guard peers.allSatisfy({ (trials[$0].activeRung ?? .max) > rung }) else { return nil }
    let losses = peers.compactMap { peer in
      trials[peer].reached(rung).map { (trial: peer, loss: loss(of: $0)) }
    }
    let kept =
      specification.pruner.kind == .median
      ? PruningRules.betterHalf(losses) : PruningRules.halving(losses, eta: specification.pruner.eta)
    return kept.contains(number) ? .promote : .stop
  }

  /// The trials of earlier generations as they ended, and those of the same generation that came before as running.
  func generationResults(before number: Int, size: Int) -> [TrialResult] {
    let first = number - number % size
    return trials.prefix(number).map { trial in
      trial.number < first
        ? result(of: trial) : TrialResult(number: trial.number, parameters: trial.parameters, outcome: .running)
    }
  }
}
