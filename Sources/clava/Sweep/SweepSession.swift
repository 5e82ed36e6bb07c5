import Configuration
import Essentials
import Fleet
import Foundation
import Storage
import Sweeps
import Synthesis
import TaskGraph

/// A process at work on a sweep.
///
/// It goes in rounds: the sweep's state says which trials stand at which rung, one plan holds the tasks of all of them,
/// the fleet runs it, and the results are told to the state. Tasks that trials share are computed once, and so are
/// those that an earlier round, or a process that was killed, has committed.
final class SweepSession {
  let folder: SweepFolder
  let planner: SweepPlanner
  let settings: FleetSettings
  let journal: SweepJournal
  private let observe: (SweepNews) -> Void
  private let lock: RunLock
  private var stopsSoon: Bool { FileSystem.exists(folder.stopRequest) }

  /// Takes up a sweep, or begins it if `specification` is given and nothing is there.
  ///
  /// - Throws: `ClavaError.configuration` if the sweep does not fit the database, or another one is in the folder.
  init(
    folder: SweepFolder, beginning specification: SweepSpecification?, observe: @escaping (SweepNews) -> Void
  ) throws {
    self.folder = folder
    self.observe = observe
    lock = try folder.directory.lock()
    FileSystem.removeIfPresent(folder.stopRequest)
    journal = try SweepJournal(folder: folder.journal)
    if !journal.isOpen {
      guard let specification else {
        throw ClavaError(
          .input, "the sweep was never begun", at: .init(file: folder.path),
          remedy: "give the `clava sweep run` command again")
      }
      planner = try SweepPlanner(specification, base: folder.baseReader())
      try journal.append(SweepState.open(specification))
      try journal.sync()
    } else {
      if let specification, specification != journal.state.specification {
        throw ClavaError(
          .configuration, "there is another sweep in this folder", at: .init(file: folder.path),
          remedy: "choose another folder with --out, or change the sweep with `clava sweep edit`")
      }
      planner = try SweepPlanner(journal.state.specification, base: folder.baseReader())
    }
    settings = try FleetSettings(planner.project.configuration)
    try FileSystem.writeAtomically(
      Data(SweepFileWriter.text(journal.state.specification).utf8), to: folder.specification)
  }

  /// Trials that are computed in one round: two for each worker, so that none waits for the longest.
  private var slots: Int { journal.state.specification.maxParallel ?? 2 * settings.workers }

  /// Goes on until every trial has ended, or somebody asks for an end.
  ///
  /// - Throws: `ClavaError.interrupted` after a signal; everything finished is kept.
  func run() throws {
    while true {
      while let record = journal.state.next(
        slots: slots, elapsed: journal.elapsed, isDraining: stopsSoon)
      {
        try journal.append(record)
        observe(.record(record))
      }
      try journal.sync()
      let active = journal.state.active.sorted().filter { journal.state.trials[$0].source != .asked }
      guard !active.isEmpty else { return }
      try round(active)
      observe(.round(journal.state))
    }
  }

  /// Computes the present rung of some trials.
  private func round(_ numbers: [Int]) throws {
    var works: [TrialWork] = []
    for number in numbers {
      let trial = journal.state.trials[number]
      guard let rung = trial.activeRung else { continue }
      works += try planner.work(trial, rung: rung)
    }
    let union = try PlanUnion(works.map(\.plan), namedLike: planner.reference)
    try FileSystem.writeAtomically(try CanonicalJSON.encode(union.plan), to: folder.directory.plan)
    observe(.begin(trials: numbers.map { journal.state.trials[$0] }, tasks: union.plan.tasks.count))
    let program = ProgramPath.current, run = folder.path, profile = union.plan.numericProfile
    let observe = TaskNews(observe)
    let outcome = try LocalFleet.run(
      plan: union.plan, directory: folder.directory, settings: settings,
      workerCommand: { endpoint, slot in
        [program, "worker", "--connect", endpoint, "--run", run, "--slot", "\(slot)", "--profile", profile]
      }, stop: Interruption.flag, observe: { observe.take($0) })
    if case .interrupted = outcome.status {
      throw ClavaError(
        .interrupted, "the sweep was interrupted; what is finished is kept", at: .init(file: folder.path),
        remedy: "clava sweep resume \(folder.path)")
    }
    var failures: [TaskIdentifier: FailedTask] = [:]
    if case .failed(let tasks) = outcome.status {
      for task in tasks { for id in [task.id] + task.blocked { failures[id] = failures[id] ?? task } }
    }
    let results = TrialResults(folder: folder, outcome: outcome)
    for number in numbers {
      let own = works.indices.filter { works[$0].trial == number }
      try conclude(number, own.map { (works[$0], union.names[$0]) }, results, failures)
    }
    try journal.sync()
  }

  /// Tells the state what became of a trial's rung.
  private func conclude(
    _ number: Int, _ works: [(work: TrialWork, names: [TaskIdentifier: TaskIdentifier])], _ results: TrialResults,
    _ failures: [TaskIdentifier: FailedTask]
  ) throws {
    let specification = journal.state.specification
    for (work, names) in works {
      if let failure = work.plan.tasks.lazy.compactMap({ failures[names[$0.id] ?? $0.id] }).first {
        return try end(.ended(number, .failed, cause: "task \(failure.id): \(failure.cause)"))
      }
    }
    let found = try works.map { try results.result(of: $0.work, names: $0.names) }
    guard let rung = works.first?.work.rung else { return }
    let (mean, spread) = TrialMetrics.combine(found.map(\.values))
    let digest = Digest.of(found.map(\.digest.hexadecimal).joined(separator: "\n"))
    let seconds = found.reduce(0) { $0 + $1.seconds } + (journal.state.trials[number].seconds ?? 0)
    // A process that ended between two records has told of the rung before.
    if specification.pruner.kind != .none, journal.state.trials[number].reached(rung) == nil {
      let record = SweepRecord.reached(
        rung, trial: number, step: planner.ladder.steps[rung], metrics: TrialMetrics.recorded(mean, specification),
        checkpoint: Digest.of(found.map(\.checkpoint.hexadecimal).joined(separator: "\n")))
      try journal.append(record)
      observe(.record(record))
    }
    guard rung == planner.ladder.last || specification.pruner.kind == .none else { return }
    let folder = folder.trial(number)
    try FileSystem.createFolder(folder)
    for (result, entry) in zip(found, works) {
      let name = entry.work.replicate == 0 ? "summary.json" : "summary-\(entry.work.replicate).json"
      try FileSystem.writeAtomically(try CanonicalJSON.encodePretty(result.summary), to: "\(folder)/\(name)")
    }
    let isNumber = specification.objectives.allSatisfy { mean[$0.name] != nil }
    try end(
      .ended(
        number, isNumber ? .complete : .nan, values: TrialMetrics.recorded(mean, specification),
        spread: spread.map { TrialMetrics.recorded($0, specification) },
        cause: isNumber ? nil : "an objective is no number", seconds: seconds, result: digest))
  }

  private func end(_ record: SweepRecord) throws {
    try journal.append(record)
    observe(.record(record))
  }
}

/// What a sweep tells while it works.
enum SweepNews {
  /// A round begins.
  case begin(trials: [Trial], tasks: Int)
  /// A line of the sweep's journal.
  case record(SweepRecord)
  /// The fleet says something.
  case fleet(FleetEvent)
  /// A round has ended.
  case round(SweepState)
}

/// Passes what the fleet says on; it is told on the thread that runs the plan.
private struct TaskNews: @unchecked Sendable {
  private let observe: (SweepNews) -> Void

  init(_ observe: @escaping (SweepNews) -> Void) { self.observe = observe }

  func take(_ event: FleetEvent) { observe(.fleet(event)) }
}
