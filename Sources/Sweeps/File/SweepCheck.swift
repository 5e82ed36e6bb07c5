public import Configuration
public import Essentials

/// Checks of a sweep's parts against each other, and of its trials against the rules of the configuration.
public enum SweepCheck {
  /// What does not go together.
  static func problems(_ specification: SweepSpecification, at place: Problem.Place) -> [Problem] {
    var found: [Problem] = []
    func add(_ message: String, _ key: String, _ remedy: String) {
      var named = place
      named.key = key
      found.append(Problem(message, at: named, remedy: remedy))
    }
    let sampler = specification.sampler
    if specification.trials == nil && specification.budget == nil && sampler.kind != .grid && sampler.kind != .file {
      add("nothing ends the sweep", "sweep.trials", "add trials: 50 or budget: 12h to sweep")
    }
    if sampler.kind == .grid {
      if let combinations = specification.space.combinations {
        if combinations > ParameterSpace.mostCells {
          add(
            "the grid has more than \(ParameterSpace.mostCells) cells", "parameters",
            "take larger steps, or sampler: { kind: tpe }")
        }
      } else {
        let names = specification.space.parameters.filter { $0.levels == nil }.map(\.name)
        add(
          "a grid needs steps, which \(names.joined(separator: ", ")) does not have", "parameters",
          "add step, or list the values as choice")
      }
    }
    if sampler.kind == .tpe || sampler.kind == .sobol,
      specification.space.parameters.count > SobolSequence.dimensions
    {
      add(
        "\(specification.space.parameters.count) parameters are more than the \(SobolSequence.dimensions) dimensions of "
          + "the Sobol sequence", "parameters", "vary fewer, or take sampler: { kind: random }")
    }
    for (index, point) in sampler.points.enumerated() {
      found += specification.space.problems(of: point, at: place).map { problem in
        var numbered = problem
        numbered.message = "trial \(index) of the list: \(problem.message)"
        return numbered
      }
    }
    if specification.scope == .relation { found += RelationCheck.problems(specification, at: place) }
    let ladder = RungLadder(specification.pruner)
    if specification.pruner.kind == .asha && specification.pruner.brackets > ladder.steps.count {
      add(
        "\(specification.pruner.brackets) brackets are more than the \(ladder.steps.count) rungs", "pruner.brackets",
        "take \(ladder.steps.count) at most")
    }
    return found
  }

  /// Trials that the configuration refuses, though each value fits its key: choices that exclude each other.
  ///
  /// All combinations of choices and of the ends of ranges are tried, or 512 of them if there are more.
  ///
  /// - Parameters:
  ///   - base: the reader of the base configuration, before `finish`.
  ///   - key: the configuration path that a parameter sets, if it is not its name.
  /// - Returns: the first problem, with the trial that has it; empty if all are good.
  public static func conflicts(
    _ space: ParameterSpace, base: ConfigurationReader, key: (String) -> String = { $0 }
  ) -> [Problem] {
    let counts = space.parameters.map { $0.isCategorical ? $0.levels ?? 1 : 2 }
    let all = counts.reduce(1) { $0.multipliedReportingOverflow(by: $1).overflow ? .max : $0 * $1 }
    let tried = min(all, 512)
    for number in 0..<tried {
      // Spread over the combinations where there are too many.
      var rest = all == .max ? number &* 0x9E37_79B9 : number * (all / tried)
      let chosen = space.assemble { index, _ in
        let level = rest % counts[index]
        rest /= counts[index]
        let parameter = space.parameters[index]
        return parameter.isCategorical ? parameter.value(level: level) : parameter.value(at: level == 0 ? 0 : 1)
      }
      var reader = base
      for (name, value) in chosen.values.sorted(by: { $0.key < $1.key }) { reader.read(key(name), value, at: .init()) }
      do {
        _ = try reader.finish()
      } catch let error as ClavaError {
        return error.problems.map { problem in
          Problem(
            "trials with \(chosen.canonicalText): \(problem.message)", at: problem.place,
            remedy: (problem.remedy.map { "\($0); or " } ?? "") + "use when to keep such values apart")
        }
      } catch {
        return [Problem("\(error)")]
      }
    }
    return []
  }
}
