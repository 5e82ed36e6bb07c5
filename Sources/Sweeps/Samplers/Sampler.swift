internal import Tensors

/// Chooses the parameters of trials. A suggestion is a pure function of its arguments.
public struct Sampler: Sendable {
  /// How trials are chosen.
  public var options: SamplerOptions
  /// Where they are chosen.
  public var space: ParameterSpace
  /// Seed of the sweep.
  public var seed: Int

  /// Creates a sampler.
  public init(_ options: SamplerOptions, space: ParameterSpace, seed: Int) {
    self.options = options
    self.space = space
    self.seed = seed
  }

  /// The parameters of one trial of a random, Sobol or TPE sweep.
  ///
  /// - Parameters:
  ///   - trial: its number, from 0.
  ///   - results: the other trials that it may know of, by number.
  ///   - fixed: parameters that somebody chose for it; the sampler chooses the others.
  public func suggest(
    trial: Int, results: [TrialResult] = [], fixed: TrialParameters = TrialParameters()
  ) -> TrialParameters {
    switch options.kind {
    case .random, .grid: return random(trial: trial, fixed: fixed)
    case .file: return fixed
    case .sobol: return sobol(trial: trial, fixed: fixed)
    case .tpe:
      var known = 0
      for result in results where result.outcome != .running { known += 1 }
      guard known >= options.startup else { return sobol(trial: trial, fixed: fixed) }
      return estimated(trial: trial, by: TreeParzenEstimator(results), fixed: fixed)
    }
  }

  /// With one objective, parameters that count under the same conditions are drawn together, once the first of them is
  /// due.
  private func estimated(trial: Int, by estimator: TreeParzenEstimator, fixed: TrialParameters) -> TrialParameters {
    var drawn = fixed
    return space.assemble { index, _ in
      let parameter = space.parameters[index]
      if parameter.levels == 1 { return drawn[parameter.name] ?? parameter.value(level: 0) }
      if drawn[parameter.name] == nil {
        let group = space.parameters.filter {
          $0.conditions == parameter.conditions && $0.levels != 1 && fixed[$0.name] == nil
            && (estimator.isJoint || $0 == parameter)
        }
        let values = estimator.suggest(
          group, candidates: options.candidates, streams: group.map { stream("tpe", $0.name) },
          choice: stream("tpe-choice", parameter.name), trial: trial)
        for (member, value) in zip(group, values) { drawn[member.name] = value }
      }
      return drawn[parameter.name] ?? parameter.value(at: 0.5)
    }
  }

  /// Independent draws; each parameter has a stream of its own, so that adding one moves no other.
  func random(trial: Int, fixed: TrialParameters) -> TrialParameters {
    space.assemble { index, _ in
      let parameter = space.parameters[index]
      return fixed[parameter.name]
        ?? parameter.value(at: stream("random", parameter.name).uniform(row: UInt64(trial)))
    }
  }

  /// The point with the trial's number; every declared parameter has its dimension, whether it counts or not.
  func sobol(trial: Int, fixed: TrialParameters) -> TrialParameters {
    space.assemble { index, _ in
      let parameter = space.parameters[index]
      let unit = SobolSequence.scrambled(
        index: UInt32(truncatingIfNeeded: trial), dimension: index, stream: stream("sobol", parameter.name))
      return fixed[parameter.name] ?? parameter.value(at: unit)
    }
  }

  private func stream(_ use: String, _ name: String) -> RandomStream {
    RandomStream(seed: UInt64(seed), name: "sweep/\(use)/\(name)")
  }
}
