internal import Essentials

/// A sweep as one HTML page without anything outside of it, and as a table.
///
/// The page shows history, rungs, parallel coordinates, slices, a contour, importance, the Pareto front, the timeline
/// and all trials; it has light and dark colours.
public struct SweepReport: Sendable {
  /// The sweep.
  public var state: SweepState
  /// Program and version, for the foot of the page.
  public var generatedBy: String
  /// Where the log of a trial is, by its number, relative to the page.
  public var links: [Int: String]
  /// Further things to know: hardware, share of work reused, the command that made it.
  public var notices: [String]

  /// Prepares a report.
  public init(_ state: SweepState, generatedBy: String, links: [Int: String] = [:], notices: [String] = []) {
    self.state = state
    self.generatedBy = generatedBy
    self.links = links
    self.notices = notices
  }

  var specification: SweepSpecification { state.specification }
  /// What the page is about.
  private var name: String { specification.name + (specification.relation.map { ": denoiser \($0)" } ?? "") }
  var complete: [Trial] { state.trials.filter { $0.end == .complete } }
  /// Parameters that take more than one value.
  var varied: [Parameter] { specification.space.parameters.filter { $0.levels != 1 } }

  /// What a mark says when the pointer rests on it.
  func title(of trial: Trial) -> String {
    let values = specification.objectives.compactMap { objective in
      trial.values[objective.name].map { "\(objective.name) \(Markup.number($0))" }
    }
    let parameters = specification.space.parameters.compactMap { parameter in
      trial.parameters.shortText(parameter.name).map { "\(parameter.name) = \($0)" }
    }
    return (["trial \(trial.number), \(trial.state.name)"] + values + parameters).joined(separator: "\n")
  }

  /// The importance for one objective; nil with too few trials.
  public func importance(of objective: Objective) -> ParameterImportance? { forest(objective)?.importance }

  func forest(_ objective: Objective) -> ImportanceForest? {
    ImportanceForest(
      specification.space,
      trials: complete.compactMap { trial in trial.values[objective.name].map { (trial.parameters, $0) } },
      seed: specification.seed)
  }

  /// The importance for the pruner's metric at the first rung, which far more trials reach than the end; nil without a
  /// pruner, with several brackets, or with too few trials.
  var rungImportance: ParameterImportance? {
    let metric = specification.pruner.metric
    guard state.prunes, state.ladder.brackets == 1 else { return nil }
    return ParameterImportance.of(
      specification.space,
      trials: state.trials.compactMap { trial in
        trial.rungs.first { $0.rung == 0 }?.metrics[metric].map { (trial.parameters, $0) }
      }, seed: specification.seed)
  }

  /// The page.
  public var html: String {
    let sections = [
      ("Summary", summary), ("History", history), ("Rungs", rungs), ("Parallel coordinates", parallel),
      ("Pareto front", front), ("Importance of parameters", importances), ("Slices", slices), ("Contour", contour),
      ("Timeline", timeline), ("Trials", table),
    ].filter { !$0.1.isEmpty }
    let body = sections.map { name, content in "<section><h2>\(name)</h2>\(content)</section>" }.joined(separator: "\n")
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>Sweep \(Markup.escape(name))</title><style>\(Self.style)</style></head>
      <body><h1>Sweep \(Markup.escape(name))</h1>
      \(body)
      <footer>\(Markup.escape(generatedBy))</footer><script>\(Self.script)</script></body></html>

      """
  }

  private var summary: String {
    let status = state.status
    let counts = status.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    var lines = [
      "\(status.trials)\(status.most.map { " of \($0)" } ?? "") trials: \(counts.isEmpty ? "none yet" : counts)",
      "Objectives: "
        + specification.objectives.map { "\($0.goal.rawValue) \($0.name)" }.joined(separator: ", ")
        + "; sampler \(specification.sampler.kind.rawValue), pruner \(specification.pruner.kind.rawValue), seed "
        + "\(specification.seed)",
    ]
    if specification.objectives.count == 1, let best = state.best.first {
      lines.append("Best: " + title(of: best).replacing("\n", with: ", "))
    } else if !status.best.isEmpty {
      let volume = status.hypervolume.map { ", hypervolume \(Markup.number($0))" } ?? ""
      lines.append("Pareto set: trials \(status.best.map(String.init).joined(separator: ", "))\(volume)")
    }
    for (cause, count) in status.causes.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(8) {
      lines.append("\(count) × \(cause)")
    }
    return "<ul>" + (lines + notices).map { "<li>\(Markup.escape($0))</li>" }.joined() + "</ul>" + legend
  }

  private var legend: String {
    let names = Set(state.trials.map(\.state.name)).sorted()
    guard names.count > 1 else { return "" }
    return "<p class=\"legend\">"
      + names.map { "<svg viewBox=\"0 0 12 12\"><circle cx=\"6\" cy=\"6\" r=\"5\" class=\"\($0)\"/></svg>\($0)" }
      .joined(separator: " ")
      + "</p>"
  }

  /// All trials: number, state, parameters, objectives, seconds, digest of the result, rungs and cause, separated by
  /// commas. Trials of a denoiser have its name in front.
  public var csv: String { Self.csv([self]) }

  /// The trials of several sweeps of equal parameters and objectives as one table.
  public static func csv(_ reports: [SweepReport]) -> String {
    let lines = reports.prefix(1).map(\.head) + reports.flatMap(\.lines)
    return lines.map { $0.map(field).joined(separator: ",") + "\n" }.joined()
  }

  private var head: [String] {
    let fixed = ["trial", "state", "bracket", "rungs", "seconds", "result", "cause"]
    return (specification.relation == nil ? [] : ["relation"]) + fixed + specification.space.parameters.map(\.name)
      + specification.objectives.map(\.name)
  }

  private var lines: [[String]] {
    let parameters = specification.space.parameters.map(\.name), objectives = specification.objectives.map(\.name)
    return state.trials.map { trial -> [String] in
      var fields: [String] = specification.relation.map { [$0] } ?? []
      fields += [String(trial.number), trial.state.name, String(trial.bracket), String(trial.rungs.count)]
      fields.append(trial.seconds.map { "\($0)" } ?? "")
      fields.append(trial.result?.hexadecimal ?? "")
      fields.append(trial.cause ?? "")
      for name in parameters { fields.append(trial.parameters.text(name) ?? "") }
      for name in objectives { fields.append(trial.values[name].map { "\($0)" } ?? "") }
      return fields
    }
  }

  private static func field(_ text: String) -> String {
    text.contains { ",\"\n\r".contains($0) } ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
  }
}
