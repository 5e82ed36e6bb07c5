import Essentials
import Fleet
import Foundation
import Sweeps

/// Says on standard error how a sweep goes: one line for what ends, one for each round.
final class SweepDisplay {
  private let specification: SweepSpecification
  private let printsJSON: Bool
  private let isQuiet: Bool
  private let began = Date()
  private var done = 0
  private var total = 0
  private var lastShown = Date.distantPast
  private let isTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

  init(_ specification: SweepSpecification, printsJSON: Bool, isQuiet: Bool) {
    self.specification = specification
    self.printsJSON = printsJSON
    self.isQuiet = isQuiet
  }

  func show(_ news: SweepNews) {
    if printsJSON { return printJSON(news) }
    guard !isQuiet else { return }
    switch news {
    case .begin(let trials, let tasks):
      total = tasks
      let names = trials.map { trial in
        specification.pruner.kind == .none ? "\(trial.number)" : "\(trial.number) (rung \(trial.activeRung ?? 0))"
      }
      say("trials \(names.joined(separator: ", ")): \(tasks) tasks")
    case .record(let record): show(record)
    case .fleet(.overview(let done, let total, let remaining, _)):
      guard isTerminal || Date().timeIntervalSince(lastShown) > 10 else { return }
      lastShown = Date()
      let left = remaining.map { ", about \(TextFormatting.duration($0)) left in this round" } ?? ""
      say("\(done) of \(total) tasks\(left)", passing: true)
    case .fleet(.warning(let message)): say(message)
    case .fleet(.workerLost(_, let cause)): say(cause)
    case .fleet(.taskFailed(let task, _, let attempt, let cause, let willRetry, _)):
      say("\(task) (attempt \(attempt)) failed: \(cause)\(willRetry ? "; it is tried again" : "")")
    case .fleet: break
    case .round(let state):
      let status = state.status
      let counts = status.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
      let best = state.best.prefix(1).map { "; best: \(SweepText.describe($0, specification))" }.first ?? ""
      say("\(counts)\(status.most.map { " of \($0)" } ?? "")\(best)")
    }
  }

  private func show(_ record: SweepRecord) {
    switch record {
    case .suggest(let suggest): say("trial \(suggest.trial): \(suggest.params.canonicalText)")
    case .decide(let decide) where decide.action != .pause: say("trial \(decide.trial): \(decide.action.rawValue)")
    case .rung(let rung):
      let value = rung.metrics[specification.pruner.metric].map { SweepText.number($0) } ?? "no number"
      say("trial \(rung.trial): rung \(rung.rung), \(specification.pruner.metric) \(value)")
    case .end(let end):
      let values = specification.objectives.map { objective in
        "\(objective.name) \(end.values[objective.name].map { SweepText.number($0) } ?? "–")"
      }
      let text = end.state == .complete ? values.joined(separator: ", ") : end.cause ?? ""
      say("trial \(end.trial): \(end.state.rawValue)\(text.isEmpty ? "" : ", \(text)")")
    default: break
    }
  }

  private func printJSON(_ news: SweepNews) {
    switch news {
    case .record(let record): JSONLines.print(record)
    case .fleet(let event): JSONLines.print(event)
    case .begin, .round: break
    }
  }

  private func say(_ line: String, passing: Bool = false) {
    let time = TextFormatting.duration(Date().timeIntervalSince(began))
    let erase = isTerminal ? "\r\u{1b}[2K" : ""
    FileHandle.standardError.write(Data("\(erase)[\(time)] \(line)\(passing && isTerminal ? "" : "\n")".utf8))
  }
}

/// Trials as people read them.
enum SweepText {
  /// Six significant digits at most.
  static func number(_ value: Double) -> String { String(format: "%.6g", value) }

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
}
