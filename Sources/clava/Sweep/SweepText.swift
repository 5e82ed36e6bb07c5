import Foundation
import Sweeps

/// Trials as people read them.
enum SweepText {
  /// Six significant digits at most.
  static func number(_ value: Double) -> String { String(format: "%.6g", value) }

  /// Trials of all searches by state.
  static func counts(_ statuses: [SweepStatus]) -> String {
    var counts: [String: Int] = [:]
    for status in statuses { counts.merge(status.counts) { $0 + $1 } }
    return counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
  }

  /// Objectives of a trial in one phrase.
  static func describe(_ trial: Trial, _ specification: SweepSpecification) -> String {
    let values = specification.objectives.map { objective in
      let spread = trial.spread?[objective.name].map { " ± \(number($0))" } ?? ""
      return "\(objective.name) \(trial.values[objective.name].map(number) ?? "–")\(spread)"
    }
    return "trial \(trial.number), \(values.joined(separator: ", "))"
  }

  /// A table of all trials, or of some.
  static func table(_ trials: [Trial], _ specification: SweepSpecification) -> [String] {
    let names = specification.space.parameters.map(\.name)
    let rungMetric = specification.pruner.kind == .none ? [] : [specification.pruner.metric]
    return TextFormatting.table(
      header: ["trial", "state", "rung"] + specification.objectives.map(\.name) + rungMetric + names,
      rows: trials.map { trial -> [String] in
        var cells = [String(trial.number), trial.state.name, trial.rungs.last.map { String($0.rung) } ?? "–"]
        cells += specification.objectives.map { trial.values[$0.name].map(number) ?? "–" }
        cells += rungMetric.map { name in trial.rungs.last?.metrics[name].map(number) ?? "–" }
        return cells + names.map { trial.parameters.shortText($0) ?? "–" }
      })
  }

  /// A line for each denoiser: its trials, the best value, that of the base configuration, and the best trial's
  /// parameters.
  static func table(_ relations: [RelationStatus], _ specification: SweepSpecification) -> [String] {
    let names = specification.space.parameters.map(\.name)
    let objective = specification.objectives.first?.name ?? "objective"
    return TextFormatting.table(
      header: ["denoiser", "trials", "complete", "best", objective, "base"] + names.map(option),
      rows: relations.map { relation -> [String] in
        let status = relation.status
        let most = status.most.map { " of \($0)" } ?? ""
        var cells = [relation.relation, "\(status.trials)\(most)", "\(status.counts["complete"] ?? 0)"]
        cells.append(relation.best.map { "\($0.number)" } ?? "–")
        cells += [relation.bestValue, relation.baseValue].map { $0.map(number) ?? "–" }
        return cells + names.map { relation.best?.parameters.shortText($0) ?? "–" }
      })
  }

  /// What the best trial of each denoiser changes, and how it stood against the base configuration where that one was
  /// pruned.
  static func changes(_ relations: [RelationStatus], _ specification: SweepSpecification) -> [String] {
    relations.flatMap { relation -> [String] in
      guard relation.best != nil else { return [] }
      let none = "the base configuration is the best"
      let line = "\(relation.relation): \(relation.changes.isEmpty ? none : relation.changes.joined(separator: "; "))"
      guard let ended = relation.comparison else { return [line] }
      return [
        line,
        "  the base had \(specification.pruner.metric) \(number(ended.base)) after \(ended.step) steps, this trial "
          + number(ended.best),
      ]
    }
  }

  /// All options of scope `relation` are those of `denoiser`.
  private static func option(_ name: String) -> String { String(name.split(separator: ".").last ?? "") }
}
