extension SweepState {
  /// The next trial with its parameters; nil if there is none, or none yet.
  func suggestion(ignoresGenerations: Bool = false) -> SweepRecord.Suggest? {
    let number = trials.count
    guard hasMore, ignoresGenerations || admitsTrial(number), let chosen = nextParameters else { return nil }
    return .init(
      trial: number, params: chosen.parameters, seen: sequence, space: spaceVersion, source: chosen.source)
  }

  /// Enqueued parameters first, then what the sampler says.
  var nextParameters: (parameters: TrialParameters, source: Trial.Source)? {
    let number = trials.count
    let sampler = Sampler(specification.sampler, space: specification.space, seed: specification.seed)
    if let fixed = queue.first {
      return (sampler.suggest(trial: number, results: results(before: number), fixed: fixed), .enqueued)
    }
    switch specification.sampler.kind {
    case .grid: return nextCombination().map { (specification.space.combination($0), .sampler) }
    case .file:
      let points = specification.sampler.points
      return samplerCount < points.count ? (points[samplerCount], .sampler) : nil
    case .random, .sobol, .tpe:
      return (sampler.suggest(trial: number, results: results(before: number)), .sampler)
    }
  }

  /// Whether there will be further trials, now or later, as far as time allows.
  var hasMore: Bool {
    if let most = specification.trials, trials.count >= most { return false }
    switch specification.sampler.kind {
    case .grid: return !queue.isEmpty || nextCombination() != nil
    case .file: return !queue.isEmpty || samplerCount < specification.sampler.points.count
    case .random, .sobol, .tpe: return true
    }
  }

  /// The first combination of the grid, in declared order, whose values no trial has.
  func nextCombination() -> Int? {
    guard let combinations = specification.space.combinations, combinations <= ParameterSpace.mostCells else {
      return nil
    }
    var index = gridCursor
    while index < combinations, cells.contains(specification.space.combination(index).canonicalText) { index += 1 }
    return index < combinations ? index : nil
  }

  /// What the sampler of a trial may know; empty where it does not look.
  private func results(before number: Int) -> [TrialResult] {
    guard specification.sampler.kind == .tpe else { return [] }
    if let size = specification.synchronous { return generationResults(before: number, size: size) }
    return trials.compactMap { trial in
      // Trials that a machine failed or a person stopped say nothing of their parameters.
      trial.end == .failed || trial.end == .stopped ? nil : result(of: trial)
    }
  }

  /// A trial as samplers see it.
  func result(of trial: Trial) -> TrialResult {
    TrialResult(number: trial.number, parameters: trial.parameters, outcome: outcome(of: trial))
  }

  private func outcome(of trial: Trial) -> TrialResult.Outcome {
    switch trial.state {
    case .suggested, .running: return .running
    case .ended(.complete): return .complete(losses(of: trial))
    case .ended(.nan), .ended(.timeout), .ended(.failed), .ended(.stopped): return .bad
    case .paused, .ended(.pruned):
      guard let last = trial.rungs.last, let loss = loss(of: last) else { return .bad }
      return .pruned(step: last.step, loss: loss)
    }
  }

  /// The objectives of a complete trial as losses.
  func losses(of trial: Trial) -> [Double] {
    specification.objectives.map { objective in trial.values[objective.name].map(objective.loss) ?? .infinity }
  }
}
