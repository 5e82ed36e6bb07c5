import Configuration
import Essentials
import Evaluation
import Fleet
import Foundation
import Scheduling
import Storage
import Synthesis
import Tables
import TaskGraph
import Tensors

/// One invocation of `clava run` or `clava sample`: prepares the run directory, runs the plan on local workers, publishes the result.
struct RunSession {
  let configuration: Configuration
  let project: Project
  let plan: Plan
  let directory: RunDirectory
  /// How the fleet is run.
  let settings: FleetSettings
  /// What was taken from the run whose models serve this one.
  let reuse: TrainedRun.Reuse?
  private let lock: RunLock

  /// Checks the data, then opens or creates the run directory. Nothing is written before the data was found good.
  ///
  /// - Parameter models: a run whose finished tasks are taken over, so that nothing has to be trained.
  init(configuration: Configuration, models: TrainedRun? = nil) throws {
    self.configuration = configuration
    let whole = try Project(configuration: configuration)
    settings = try FleetSettings(configuration)
    try Self.check(configuration)
    if let folder = Self.evaluationFolder(configuration) {
      try FolderEvaluation.check(schema: whole.schema, files: Self.files(whole, in: folder))
    }
    guard configuration.evaluation.holdout != nil else {
      project = whole
      plan = try Self.plan(whole)
      try models?.check(plan)
      directory = try RunDirectory(path: configuration.output, create: true)
      lock = try directory.lock()
      try Self.write(configuration, plan, directory)
      reuse = try models?.bring(plan, into: directory)
      return
    }
    // The parts of the data are files of the run, so its folder has to be there before there can be a plan.
    let isNew = !FileSystem.exists("\(configuration.output)/config.yaml")
    directory = try RunDirectory(path: configuration.output, create: true)
    lock = try directory.lock()
    do {
      project = try Project(
        configuration: configuration, split: HoldoutSplit.prepare(whole, in: directory.path))
      plan = try Self.plan(project)
      try models?.check(plan)
      try Self.write(configuration, plan, directory)
      reuse = try models?.bring(plan, into: directory)
    } catch {
      // Nothing is left behind that a next attempt would take for another run.
      if isNew {
        for name in FileSystem.list(directory.path) where name != "keys" {
          FileSystem.removeIfPresent("\(directory.path)/\(name)")
        }
      }
      throw error
    }
  }

  private static func plan(_ project: Project) throws -> Plan {
    try PlanBuilder.plan(
      for: project, numericProfile: NumericKernels.profile(project.configuration).text
    ).withAbsolutePaths
  }

  /// Whether the run itself sees to it that there are workers.
  var startsWorkers: Bool { settings.launcher != .external }
  /// Number of worker processes.
  var workers: Int { settings.workers }

  /// Runs the plan.
  func run(observe: @escaping @Sendable (FleetEvent) -> Void) throws -> RunOutcome {
    let program = ProgramPath.current, run = directory.path, profile = plan.numericProfile
    return try LocalFleet.run(
      plan: plan, directory: directory, settings: settings,
      workerCommand: { endpoint, slot in
        [program, "worker", "--connect", endpoint, "--run", run, "--slot", "\(slot)", "--profile", profile]
      }, stop: Interruption.flag, observe: observe)
  }

  /// Publishes the synthetic tables and writes the summary.
  func publish(_ outcome: RunOutcome) throws -> RunSummary {
    let objects = try directory.objectStore()
    func path(_ output: TaskOutput) -> String { objects.path(of: output.digest) }
    try ResultPublisher.publish(plan, outputs: outcome.outputs, runDirectory: directory.path, path: path)
    let tasks = outcome.statistics.tasks
    let borrowed = tasks.compactMap(\.borrowedSeconds)
    let scores = try scoresAgainstFolder()
    if let scores {
      try FileSystem.writeAtomically(try CanonicalJSON.encodePretty(scores), to: "\(directory.path)/scores.json")
    }
    let summary = try RunSummary.gather(
      project: project, outputs: outcome.outputs, scores: scores,
      seconds: Dictionary(tasks.map { ($0.id, $0.seconds) }, uniquingKeysWith: { first, _ in first }),
      wallSeconds: outcome.statistics.seconds, tasksRun: tasks.count { !$0.isCached },
      tasksCached: tasks.count { $0.isCached },
      fleet: RunSummary.Fleet(
        workers: workers, idleWhileReadyShare: outcome.statistics.scheduling.idleWhileReadyShare,
        peakMemory: tasks.map(\.peakMemory).max() ?? 0, lostWorkers: outcome.statistics.lostWorkers,
        borrowedSeconds: borrowed.isEmpty ? nil : borrowed.reduce(0, +)),
      path: path)
    try FileSystem.writeAtomically(try CanonicalJSON.encodePretty(summary), to: "\(directory.path)/summary.json")
    try RunReportWriter(session: self, outcome: outcome, summary: summary).write()
    return summary
  }

  /// Scores of the published tables against the folder that the configuration names instead of the input.
  private func scoresAgainstFolder() throws -> Scores? {
    guard let folder = Self.evaluationFolder(configuration) else { return nil }
    let tables = project.schema.tables
    return try FolderEvaluation.scores(
      schema: project.schema, real: Self.files(project, in: folder),
      synthetic: ResultLayout(
        tables: tables.map(\.name), configuration: configuration, runDirectory: directory.path),
      copiedTables: Set(tables.filter { $0.kind == .lookup }.map(\.name)))
  }

  private static func evaluationFolder(_ configuration: Configuration) -> String? {
    configuration.evaluation.enabled ? configuration.evaluation.data : nil
  }

  private static func files(_ project: Project, in folder: String) -> ResultLayout {
    ResultLayout(tables: project.schema.tables.map(\.name), folder: folder)
  }

  /// An existing run of the same configuration is continued, one of another is refused.
  private static func check(_ configuration: Configuration) throws {
    let path = "\(configuration.output)/config.yaml"
    if FileSystem.exists(configuration.output) && !FileSystem.isFolder(configuration.output) {
      throw ClavaError(
        .configuration, "the output is a file, a folder was expected", at: .init(file: configuration.output),
        remedy: "choose another folder with --out")
    }
    guard FileSystem.exists(path) else {
      if FileSystem.list(configuration.output).contains(where: { $0 != "keys" }) {
        throw ClavaError(
          .configuration, "the output folder holds other files and no run", at: .init(file: configuration.output),
          remedy: "choose an empty or new folder with --out")
      }
      return
    }
    var reader = ConfigurationReader()
    try reader.read(file: path)
    // How many processes work on a run, and what it is called, does not change what it is.
    var old = try reader.finish()
    old.workers = configuration.workers
    old.output = configuration.output
    old.checkpoint = configuration.checkpoint
    let coreType = old.fleet.coreType
    old.fleet = configuration.fleet
    old.fleet.coreType = coreType
    let differences = ConfigurationWriter.differences(from: old, to: configuration)
    guard differences.isEmpty else {
      throw ClavaError(
        .configuration, "there is a run of another configuration (\(differences.joined(separator: "; ")))",
        at: .init(file: configuration.output),
        remedy: "give the same options to continue it, or choose another folder with --out")
    }
  }

  /// Makes what remote workers and engines read independent of where they are started.
  static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : URL(fileURLWithPath: path).standardizedFileURL.path
  }

  private static func write(_ configuration: Configuration, _ plan: Plan, _ directory: RunDirectory) throws {
    try FileSystem.writeAtomically(
      Data(ConfigurationWriter.text(configuration, explained: false).utf8), to: directory.configuration)
    try FileSystem.writeAtomically(try CanonicalJSON.encode(plan), to: directory.plan)
  }
}

extension Plan {
  /// The same plan with the full paths of its sources, which a worker elsewhere can open. Keys do not hold paths.
  var withAbsolutePaths: Plan {
    var plan = self
    for task in plan.tasks.indices {
      for source in plan.tasks[task].sources.indices {
        plan.tasks[task].sources[source].path = RunSession.absolute(plan.tasks[task].sources[source].path)
      }
    }
    return plan
  }
}
