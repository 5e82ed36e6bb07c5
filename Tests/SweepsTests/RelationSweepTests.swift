import Configuration
import Essentials
import Foundation
import Sweeps
import Testing

@Suite("Sweeps of single denoisers")
struct RelationSweepTests {
  private static let text = """
    sweep: { name: acme, scope: relation, seed: 7, trials: 6, max_parallel: 4 }
    sampler: { kind: random }
    pruner: { kind: asha, min: 10, max: 40, eta: 2 }
    parameters:
      denoiser.learning_rate: { log_uniform: [1e-4, 1e-2] }
      denoiser.layers: { choice: [[256, 256, 256], [64]] }
    """

  private func problems(_ text: String) -> [Problem] {
    do {
      _ = try SweepFile.read(text: text, source: "s.yaml")
      return []
    } catch {
      return (error as? ClavaError)?.problems ?? []
    }
  }

  /// Finishes what runs: every rung and objective is a function of trial and denoiser.
  private static func work(_ state: inout SweepState, losses: (Trial) -> Double) throws {
    while true {
      while let record = state.next(slots: 2) { try state.apply(record, sequence: state.sequence + 1) }
      guard let number = state.active.min(), let rung = state.trials[number].activeRung else { return }
      let trial = state.trials[number]
      try state.apply(
        .reached(rung, trial: number, step: state.ladder.steps[rung], metrics: ["val_loss": losses(trial)]),
        sequence: state.sequence + 1)
      guard rung == state.ladder.last else { continue }
      try state.apply(
        .ended(number, .complete, values: ["val_loss": losses(trial)]), sequence: state.sequence + 1)
    }
  }

  @Test("the validation loss is objective and rung metric if the file names none")
  func usual() throws {
    let found = try SweepFile.read(text: Self.text, source: "s.yaml").specification
    #expect(found.scope == .relation && found.objectives == [Objective(name: "val_loss", goal: .minimize)])
    #expect(found.pruner.metric == "val_loss" && found.pruner.goal == .minimize)
    #expect(try SweepFile.read(text: SweepFileWriter.text(found), source: "again").specification == found)
  }

  @Test(
    "what scope relation cannot vary or look at is refused with the reason",
    arguments: [
      ("denoiser.layers", "sampling.steps", "only trains denoisers"),
      ("denoiser.layers", "denoiser.condition", "same for all denoisers"),
      ("denoiser.layers", "denoiser.holdout", "measured on"),
      ("denoiser.layers", "denoisers.order.layers", "tunes every denoiser"),
      ("denoiser.layers", "denoiser.layerz", "no such configuration key"),
      ("sampler:", "objective: { name: pairs, goal: maximize }\nsampler:", "no denoiser has 'pairs'"),
      ("sampler:", "objective: { name: loss, goal: maximize }\nsampler:", "a loss is made small"),
      (
        "sampler:",
        "objective: [{ name: loss, goal: minimize }, { name: val_loss, goal: minimize }]\nsampler:", "one objective"
      ),
      ("asha,", "asha, metric: quick_score,", "at a rung"),
    ])
  func refused(old: String, new: String, words: String) {
    let found = problems(Self.text.replacing(old, with: new))
    #expect(found.count == 1 && found.first?.message.contains(words) == true, "\(found)")
    #expect(found.first?.remedy?.isEmpty == false)
    if old == "denoiser.layers" { #expect(found.first?.place.line == 6) }
  }

  @Test("every denoiser has a stream of its own, which others do not move")
  func streams() throws {
    let sweep = try SweepFile.read(text: Self.text, source: "s.yaml").specification
    let one = sweep.search(of: "order"), two = sweep.search(of: "customer")
    #expect(one.relation == "order" && one.maxParallel == nil && one.trials == 6)
    #expect(one.seed != two.seed && one.seed >= 0 && one == sweep.search(of: "order"))
    var other = sweep
    other.seed = 8
    #expect(other.search(of: "order").seed != one.seed)
    func first(_ specification: SweepSpecification) throws -> TrialParameters? {
      var state = try SweepState([SweepState.open(specification)])
      try state.apply(#require(state.next(slots: 1)), sequence: 1)
      return state.trials.first?.parameters
    }
    #expect(try first(one) != first(two))
  }

  @Test("the base configuration is tried first where the ranges hold it, and each denoiser finds a best of its own")
  func states() throws {
    let sweep = try SweepFile.read(text: Self.text, source: "s.yaml").specification
    let base = Configuration()
    var found: [RelationStatus] = []
    for (name, wanted) in [("order", 1e-4), ("customer", 1e-2)] {
      var state = try SweepState(SweepState.open(sweep.search(of: name), base: base))
      try Self.work(&state) { trial in
        abs(log(trial.parameters["denoiser.learning_rate"]?.double ?? 1) - log(wanted))
      }
      #expect(state.trials.count == 6 && state.trials.first?.source == .enqueued)
      #expect(state.trials.first?.parameters["denoiser.learning_rate"] == .number(0.001))
      #expect(state.trial(like: base)?.number == 0)
      found.append(RelationStatus(state, base: base))
    }
    #expect(found.map(\.relation) == ["order", "customer"])
    for status in found {
      // The base is either complete or compared where it was pruned.
      #expect(status.baseTrial == 0 && (status.baseValue == nil) == (status.comparison != nil))
      #expect(status.comparison.map { $0.best <= $0.base } ?? true)
    }
    let rates = found.compactMap { $0.best?.parameters["denoiser.learning_rate"]?.double }
    #expect(rates.count == 2 && rates[0] < 1e-3 && rates[1] > 1e-3)
    #expect(found.allSatisfy { $0.changes.contains { $0.hasPrefix("denoiser.learning_rate: 0.001 → ") } })
    // Outside of the ranges, or in a fixed design, there is no such trial.
    var narrow = base
    narrow.denoiser.layers = [32]
    #expect(try SweepState.open(sweep.search(of: "order"), base: narrow).count == 1)
    var grid = sweep
    grid.sampler.kind = .sobol
    #expect(try SweepState.open(grid.search(of: "order"), base: base).count == 1)
  }

  @Test("the trials of all denoisers make one table, and one page leads to all reports")
  func reports() throws {
    let sweep = try SweepFile.read(text: Self.text, source: "s.yaml").specification
    var reports: [SweepReport] = []
    for name in ["order", "a<b"] {
      var state = try SweepState(SweepState.open(sweep.search(of: name), base: Configuration()))
      try Self.work(&state) { Double($0.number + 1) }
      reports.append(SweepReport(state, generatedBy: "test"))
    }
    let lines = SweepReport.csv(reports).split(separator: "\n")
    #expect(lines.count == 13 && lines[0].hasPrefix("relation,trial,state,"))
    #expect(lines[1].hasPrefix("order,0,complete,") && lines[7].hasPrefix("a<b,0,complete,"))
    #expect(reports[1].html.contains("<h1>Sweep acme: denoiser a&lt;b</h1>"))
    let page = RelationsPage(
      sweep,
      lines: reports.map { (RelationStatus($0.state, base: Configuration()), "../relations/x/report/index.html") },
      generatedBy: "test")
    #expect(page.html.components(separatedBy: "<tr>").count == 4)
    #expect(page.html.contains("<td>a&lt;b</td>") && !page.html.contains("http"))
  }
}
