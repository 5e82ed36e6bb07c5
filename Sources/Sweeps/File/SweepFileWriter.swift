import Configuration
import Essentials

/// Sweeps as YAML text.
public enum SweepFileWriter {
  /// The sweep as a file; reading it gives the same specification.
  public static func text(_ specification: SweepSpecification) -> String {
    ([sweep(specification), "objective:"] + specification.objectives.map(objective)
      + [sampler(specification.sampler)] + specification.sampler.points.map(point)
      + [pruner(specification.pruner), "parameters:"] + specification.space.parameters.map(parameter))
      .joined(separator: "\n") + "\n"
  }

  private static func section(_ name: String, _ members: [(String, String?)]) -> String {
    "\(name): { \(members.compactMap { key, value in value.map { "\(key): \($0)" } }.joined(separator: ", ")) }"
  }

  private static func sweep(_ specification: SweepSpecification) -> String {
    section(
      "sweep",
      [
        ("name", YAMLText.scalar(specification.name)), ("base", specification.base.map(YAMLText.scalar)),
        ("scope", specification.scope.rawValue), ("seed", String(specification.seed)),
        ("trials", specification.trials.map(String.init)),
        ("max_parallel", specification.maxParallel.map(String.init) ?? "auto"),
        ("budget", specification.budget.map { "\(YAMLText.number($0))s" }),
        ("replicates", String(specification.replicates)),
        ("synchronous", specification.synchronous.map(String.init)),
      ])
  }

  private static func objective(_ objective: Objective) -> String {
    "  - { name: \(YAMLText.scalar(objective.name)), goal: \(objective.goal.rawValue) }"
  }

  private static func sampler(_ options: SamplerOptions) -> String {
    guard options.points.isEmpty else {
      return "sampler:\n  kind: \(options.kind.rawValue)\n  startup: \(options.startup)\n"
        + "  candidates: \(options.candidates)\n  points:"
    }
    return section(
      "sampler",
      [
        ("kind", options.kind.rawValue), ("startup", String(options.startup)),
        ("candidates", String(options.candidates)), ("path", options.path.map(YAMLText.scalar)),
      ])
  }

  private static func point(_ point: TrialParameters) -> String { "    - \(YAMLText.value(.object(point.values)))" }

  private static func pruner(_ options: PrunerOptions) -> String {
    guard options.kind != .none else { return "pruner: { kind: none }" }
    return section(
      "pruner",
      [
        ("kind", options.kind.rawValue), ("metric", YAMLText.scalar(options.metric)), ("goal", options.goal.rawValue),
        ("resource", YAMLText.scalar(options.resource)), ("min", String(options.min)), ("max", String(options.max)),
        ("eta", String(options.eta)), ("brackets", String(options.brackets)), ("startup", String(options.startup)),
      ])
  }

  private static func parameter(_ parameter: Parameter) -> String {
    var members: [(String, String?)]
    switch parameter.domain {
    case .value(let value): members = [("value", YAMLText.value(value))]
    case .choice(let values): members = [("choice", YAMLText.value(.array(values)))]
    case .integers(let range):
      members = [
        (range.isLogarithmic ? "log_int" : "int", "[\(range.low), \(range.high)]"),
        ("step", range.step == 1 ? nil : String(range.step)),
      ]
    case .numbers(let range):
      members = [
        (
          range.isLogarithmic ? "log_uniform" : "uniform",
          "[\(YAMLText.number(range.low)), \(YAMLText.number(range.high))]"
        ),
        ("step", range.step.map(YAMLText.number)),
      ]
    }
    if !parameter.conditions.isEmpty {
      let conditions = parameter.conditions.map { condition in
        let values = condition.values.count == 1 ? condition.values[0] : .array(condition.values)
        return "\(condition.name): \(YAMLText.value(values))"
      }
      members.append(("when", "{ \(conditions.joined(separator: ", ")) }"))
    }
    return "  " + section(YAMLText.scalar(parameter.name), members)
  }
}
