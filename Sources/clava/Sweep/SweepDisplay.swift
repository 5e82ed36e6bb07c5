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
      let names = trials.map { relation, trial in
        (relation.map { "\($0) " } ?? "")
          + (specification.pruner.kind == .none ? "\(trial.number)" : "\(trial.number) (rung \(trial.activeRung ?? 0))")
      }
      let more = names.count > 12 ? " and \(names.count - 12) more" : ""
      say("trials \(names.prefix(12).joined(separator: ", "))\(more): \(tasks) tasks")
    case .record(let record, let relation): show(record, relation.map { "\($0) " } ?? "")
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
    case .round(let searches): show(searches)
    }
  }

  private func show(_ searches: [SweepSearch]) {
    let all = searches.map(\.state.status)
    let counts = SweepText.counts(all)
    let most = all.compactMap(\.most)
    let text = counts + (most.count == all.count ? " of \(most.reduce(0, +))" : "")
    guard specification.scope == .run else {
      let found = searches.count { !$0.state.best.isEmpty }
      return say("\(text); a best one for \(found) of \(searches.count) denoisers")
    }
    let best = searches.first?.state.best.first.map { "; best: \(SweepText.describe($0, specification))" } ?? ""
    say("\(text)\(best)")
  }

  private func show(_ record: SweepRecord, _ name: String) {
    switch record {
    case .suggest(let suggest): say("\(name)trial \(suggest.trial): \(suggest.params.canonicalText)")
    case .decide(let decide) where decide.action != .pause:
      say("\(name)trial \(decide.trial): \(decide.action.rawValue)")
    case .rung(let rung):
      let value = rung.metrics[specification.pruner.metric].map { SweepText.number($0) } ?? "no number"
      say("\(name)trial \(rung.trial): rung \(rung.rung), \(specification.pruner.metric) \(value)")
    case .end(let end):
      let values = specification.objectives.map { objective in
        "\(objective.name) \(end.values[objective.name].map { SweepText.number($0) } ?? "–")"
      }
      let text = end.state == .complete ? values.joined(separator: ", ") : end.cause ?? ""
      say("\(name)trial \(end.trial): \(end.state.rawValue)\(text.isEmpty ? "" : ", \(text)")")
    default: break
    }
  }

  private func printJSON(_ news: SweepNews) {
    switch news {
    case .record(let record, nil): JSONLines.print(record)
    case .record(let record, let relation?):
      guard case .object(var members)? = try? JSONValue(encoding: record) else { return }
      members["relation"] = .string(relation)
      JSONLines.print(members)
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
