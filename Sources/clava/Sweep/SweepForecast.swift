import Essentials
import Foundation
import Sweeps
import TaskGraph

/// What a sweep would compute, as far as it is known before anything runs.
struct SweepForecast {
  /// Trials whose plans are made; more would say the same.
  private static let mostTrials = 256

  let specification: SweepSpecification
  /// Trials that were looked at.
  let trials: [Trial]
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
    var state = SweepState()
    try state.apply(SweepState.open(planner.specification), sequence: 0)
    while state.trials.count < Self.mostTrials, let record = state.ask() {
      try state.apply(record, sequence: state.sequence + 1)
    }
    trials = state.trials
    let plans = try trials.flatMap { try planner.work($0, rung: planner.ladder.last).map(\.plan) }
    union = try PlanUnion(plans, namedLike: planner.reference)
    separateTasks = plans.reduce(0) { $0 + $1.tasks.count }
    separateSeconds = plans.reduce(0) { $0 + Self.seconds($1) }
    if planner.specification.pruner.kind == .none {
      firstRungSeconds = nil
    } else {
      let first = try trials.flatMap { try planner.work($0, rung: $0.bracket).map(\.plan) }
      firstRungSeconds = Self.seconds(try PlanUnion(first, namedLike: planner.reference).plan)
    }
  }

  private static func seconds(_ plan: Plan) -> Double { plan.tasks.reduce(0) { $0 + $1.cost.seconds } }

  /// The forecast for people.
  func lines(workers: Int) -> [String] {
    func time(_ seconds: Double) -> String { TextFormatting.duration(seconds / Double(workers)) }
    let names = specification.space.parameters.map(\.name).joined(separator: ", ")
    var lines = [
      "\(trials.count) trials\(specification.mostTrials.map { $0 > trials.count ? " of \($0)" : "" } ?? "") over \(names)"
    ]
    if specification.sampler.kind == .tpe, trials.count > specification.sampler.startup {
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
      "trials": .integer(Int64(trials.count)), "distinctTasks": .integer(Int64(union.plan.tasks.count)),
      "separateTasks": .integer(Int64(separateTasks)), "seconds": .number(Self.seconds(union.plan)),
      "separateSeconds": .number(separateSeconds), "workers": .integer(Int64(workers)),
      "firstRungSeconds": firstRungSeconds.map { .number($0) } ?? .null,
    ])
  }
}
