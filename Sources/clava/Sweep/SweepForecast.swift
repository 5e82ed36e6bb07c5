import Configuration
import Essentials
import Foundation
import Sweeps
import Synthesis
import TaskGraph

/// What a sweep would compute, as far as it is known before anything runs.
struct SweepForecast {
  /// Trials whose plans are made; more would say the same.
  private static let mostTrials = 256

  let specification: SweepSpecification
  /// Denoisers that have trials of their own; 0 under scope `run`.
  let denoisers: Int
  /// Number of trials that were looked at, over all denoisers.
  let trials: Int
  /// The tasks of every trial run to its end.
  let union: PlanUnion
  /// Tasks and seconds that the trials would take one by one.
  let separateTasks: Int
  let separateSeconds: Double
  /// Seconds of the first rungs of all trials, where trials are ended early.
  let firstRungSeconds: Double?

  /// Looks at the trials that need no results to be chosen.
  init(_ planner: SweepPlanner) throws {
    specification = planner.specification
    denoisers = planner.denoisers.count
    let trials = try Self.trials(planner)
    self.trials = trials.count
    let plans = try trials.flatMap { relation, trial in
      try planner.work(trial, rung: planner.ladder.last, of: relation).map(\.plan)
    }
    union = try PlanUnion(plans, namedLike: planner.reference)
    separateTasks = plans.reduce(0) { $0 + $1.tasks.count }
    separateSeconds = plans.reduce(0) { $0 + Self.seconds($1) }
    if planner.specification.pruner.kind == .none {
      firstRungSeconds = nil
    } else {
      let first = try trials.flatMap { relation, trial in
        try planner.work(trial, rung: trial.bracket, of: relation).map(\.plan)
      }
      firstRungSeconds = Self.seconds(try PlanUnion(first, namedLike: planner.reference).plan)
    }
  }

  /// The trials of every search, which share the number that is looked at.
  private static func trials(_ planner: SweepPlanner) throws -> [(relation: String?, trial: Trial)] {
    let relations: [String?] = planner.denoisers.isEmpty ? [nil] : planner.denoisers.map(\.name)
    return try relations.flatMap { relation in
      let records =
        try relation.map {
          try SweepState.open(
            planner.specification.search(of: $0), base: planner.project.configuration.configured(forDenoiser: $0))
        } ?? [SweepState.open(planner.specification)]
      var state = try SweepState(records)
      while state.trials.count < max(1, mostTrials / relations.count), let record = state.ask() {
        try state.apply(record, sequence: state.sequence + 1)
      }
      return state.trials.map { (relation, $0) }
    }
  }

  private static func seconds(_ plan: Plan) -> Double { plan.tasks.reduce(0) { $0 + $1.cost.seconds } }

  /// The forecast for people.
  func lines(workers: Int) -> [String] {
    func time(_ seconds: Double) -> String { TextFormatting.duration(seconds / Double(workers)) }
    let names = specification.space.parameters.map(\.name).joined(separator: ", ")
    let most = specification.mostTrials.map { $0 * max(1, denoisers) }
    let each = denoisers > 0 ? " (\(trials / denoisers) of each of \(denoisers) denoisers)" : ""
    var lines = ["\(trials) trials\(most.map { $0 > trials ? " of \($0)" : "" } ?? "")\(each) over \(names)"]
    if specification.sampler.kind == .tpe, trials / max(1, denoisers) > specification.sampler.startup {
      lines.append(
        "those after the first \(specification.sampler.startup) depend on results; others stand for them here")
    }
    var stages: [String] = []
    for task in union.plan.tasks where !stages.contains(task.stage) { stages.append(task.stage) }
    lines.append("")
    lines += TextFormatting.table(
      header: ["stage", "distinct tasks", "seconds"],
      rows: stages.map { stage in
        let tasks = union.plan.tasks.filter { $0.stage == stage }
        return [stage, String(tasks.count), String(format: "%.1f", tasks.reduce(0) { $0 + $1.cost.seconds })]
      })
    let share = 1 - Double(union.plan.tasks.count) / Double(max(1, separateTasks))
    lines.append("")
    lines.append(
      "\(union.plan.tasks.count) distinct tasks instead of \(separateTasks): "
        + String(format: "%.0f %%", 100 * share) + " are shared")
    lines.append(
      "predicted on \(workers) workers: \(time(Self.seconds(union.plan))) if every trial runs to its end, "
        + "\(time(separateSeconds)) if each ran alone"
        + (firstRungSeconds.map { "; \(time($0)) for the first rungs" } ?? ""))
    return lines
  }

  /// The forecast for programs.
  func json(workers: Int) -> JSONValue {
    .object([
      "trials": .integer(Int64(trials)), "denoisers": .integer(Int64(denoisers)),
      "distinctTasks": .integer(Int64(union.plan.tasks.count)),
      "separateTasks": .integer(Int64(separateTasks)), "seconds": .number(Self.seconds(union.plan)),
      "separateSeconds": .number(separateSeconds), "workers": .integer(Int64(workers)),
      "firstRungSeconds": firstRungSeconds.map { .number($0) } ?? .null,
    ])
  }
}
