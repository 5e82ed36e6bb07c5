import ArgumentParser
import Configuration
import Essentials
import Foundation
import Sweeps
import Synthesis
import Tables
import TaskGraph
import Tensors

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show the task graph with predicted time and memory, or write it; nothing is run.",
    discussion: """
      The data is read once and checked, exactly as a run would.

      EXAMPLES
        clava plan --data DIR
        clava plan config.yaml --tasks
        clava plan config.yaml --json
        clava plan sweep.yaml --data DIR          trials, tasks they share, predicted time
        clava plan config.yaml --write RUN        make the run directory; see clava export
      """)

  @OptionGroup var options: ConfigurationOptions

  @Flag(name: .long, help: "List every task.")
  var tasks = false

  @Flag(name: .long, help: "Print the plan as JSON.")
  var json = false

  @Option(
    name: .long, help: ArgumentHelp("Write the plan into a run directory, for run-task and export.", valueName: "run"),
    completion: .directory)
  var write: String?

  func run() throws {
    if let input = try sweep() { return try forecast(input) }
    var (configuration, notices) = try options.resolve()
    if let write {
      configuration.output = write
      let session = try RunSession(configuration: configuration)
      print("\(write): \(session.plan.tasks.count) tasks in \(session.plan.levels.count) levels, nothing was run")
      return
    }
    let project = try Project(configuration: configuration)
    let plan = try PlanBuilder.plan(for: project, numericProfile: NumericKernels.profile(configuration).text)
    if json {
      print(String(decoding: try CanonicalJSON.encodePretty(plan), as: UTF8.self))
      return
    }
    let workers = configuration.workers ?? ProcessInfo.processInfo.activeProcessorCount
    for line in Self.lines(plan, project: project, workers: workers, listsTasks: tasks) { print(line) }
    for notice in notices { print("note: \(notice)") }
    if configuration.evaluation.holdout != nil {
      print(
        "note: this is the plan of all rows; a run divides them first and learns from the part that is not held out")
    }
    let suggested = project.suggestedLookupTables
    if !suggested.isEmpty {
      print(
        "note: may be reference data, see 'kind: lookup' in docs/configuration.md: \(suggested.joined(separator: ", "))"
      )
    }
  }

  /// The sweep, if the file is one.
  private func sweep() throws -> SweepInput? {
    guard let file = options.file, !FileSystem.isFolder(file),
      let data = try? FileSystem.read(file), SweepFile.recognises(String(decoding: data, as: UTF8.self))
    else { return nil }
    return try SweepInput(
      file: file, data: options.data, output: options.out ?? "clava-sweep", workers: options.workers,
      settings: options.set)
  }

  /// What a sweep would compute.
  private func forecast(_ input: SweepInput) throws {
    let reader = try input.baseReader()
    let planner = try SweepPlanner(input.specification, base: reader)
    let forecast = try SweepForecast(planner)
    let workers = input.base.workers ?? ProcessInfo.processInfo.activeProcessorCount
    if json {
      print(String(decoding: try CanonicalJSON.encodePretty(forecast.json(workers: workers)), as: UTF8.self))
      return
    }
    for line in forecast.lines(workers: workers) { print(line) }
    for notice in input.notices + planner.notices { print("note: \(notice)") }
  }

  private static func lines(_ plan: Plan, project: Project, workers: Int, listsTasks: Bool) -> [String] {
    let rows = project.survey.tables.reduce(0) { $0 + $1.rowCount }
    var lines = [
      "\(project.schema.tables.count) tables, \(project.schema.relations.count) relations, \(TextFormatting.count(rows)) rows",
      "",
    ]
    var stages: [String] = []
    for task in plan.tasks where !stages.contains(task.stage) { stages.append(task.stage) }
    lines += TextFormatting.table(
      header: ["stage", "tasks", "seconds", "memory of the largest"],
      rows: stages.map { stage in
        let tasks = plan.tasks.filter { $0.stage == stage }
        return [
          stage, String(tasks.count), String(format: "%.1f", tasks.reduce(0) { $0 + $1.cost.seconds }),
          TextFormatting.bytes(tasks.map(\.cost.memory).max() ?? 0),
        ]
      })
    let work = plan.tasks.reduce(0) { $0 + $1.cost.seconds }
    let longest = plan.criticalPathSeconds.values.max() ?? 0
    lines.append("")
    lines.append(
      "predicted: \(TextFormatting.duration(max(longest, work / Double(workers)))) on \(workers) workers"
        + " (work \(TextFormatting.duration(work)), longest chain \(TextFormatting.duration(longest)))")
    if listsTasks {
      lines.append("")
      lines += TextFormatting.table(
        header: ["task", "seconds", "memory", "reads from"],
        rows: plan.tasks.map { task in
          var sources: [String] = []
          for input in task.inputs where !sources.contains(input.task.name) { sources.append(input.task.name) }
          let shown = sources.prefix(4).joined(separator: " ") + (sources.count > 4 ? " … \(sources.count)" : "")
          return [
            task.id.name, String(format: "%.2f", task.cost.seconds), TextFormatting.bytes(task.cost.memory), shown,
          ]
        })
    }
    return lines
  }
}
