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
/// It goes in rounds: the state of each search says which trials stand at which rung, one plan holds the tasks of all of
/// them, the fleet runs it, and the results are told to the states. Tasks that trials share are computed once, and so
/// are those that an earlier round, or a process that was killed, has committed.
final class SweepSession {
  let folder: SweepFolder
  let planner: SweepPlanner
  let settings: FleetSettings
  /// The journal that says what the sweep is.
  let whole: SweepJournal
  /// What is searched: the whole database, or each denoiser.
  let searches: [SweepSearch]
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
    whole = try SweepJournal(folder: folder.whole.journal)
    if !whole.isOpen {
      guard let specification else {
        throw ClavaError(
          .input, "the sweep was never begun", at: .init(file: folder.path),
          remedy: "give the `clava sweep run` command again")
      }
      planner = try SweepPlanner(specification, base: folder.baseReader())
      try whole.append(SweepState.open(specification))
      try whole.sync()
    } else {
      if let specification, specification != whole.state.specification {
        throw ClavaError(
          .configuration, "there is another sweep in this folder", at: .init(file: folder.path),
          remedy: "choose another folder with --out, or change the sweep with `clava sweep edit`")
      }
      planner = try SweepPlanner(whole.state.specification, base: folder.baseReader())
    }
    let planner = self.planner
    searches =
      planner.specification.scope == .run
      ? [SweepSearch(relation: nil, folder: folder.whole, journal: whole)]
      : try planner.denoisers.map(\.name).sorted().map { try Self.search($0, folder, planner) }
    settings = try FleetSettings(planner.project.configuration)
    try FileSystem.writeAtomically(
      Data(SweepFileWriter.text(whole.state.specification).utf8), to: folder.specification)
  }

  /// The search of one denoiser, begun if it is not there, and brought under the specification that is in force: a
  /// process may have ended between two journals.
  private static func search(
    _ relation: String, _ folder: SweepFolder, _ planner: SweepPlanner
  ) throws -> SweepSearch {
    let place = folder.search(of: relation)
    try FileSystem.createFolder(place.journal)
    let journal = try SweepJournal(folder: place.journal)
    let specification = planner.specification.search(of: relation)
    if !journal.isOpen {
      let base = planner.project.configuration.configured(forDenoiser: relation)
      for record in try SweepState.open(specification, base: base) { try journal.append(record) }
    } else if journal.state.specification != specification {
      try journal.append(journal.state.edit(to: specification))
    }
    try journal.sync()
    return SweepSearch(relation: relation, folder: place, journal: journal)
  }

  /// Trials that are computed in one round: two for each worker, so that none waits for the longest.
  private var slots: Int { planner.specification.maxParallel ?? 2 * settings.workers }

  /// A search's part of the slots; each has one, so that none waits for the others to end.
  private func slots(of search: SweepSearch, elapsed: Double) -> Int {
    guard search.relation != nil else { return slots }
    let unfinished = searches.count { !$0.state.isFinished(elapsed: elapsed) }
    return max(1, (slots + unfinished - 1) / max(1, unfinished))
  }

  /// Seconds of work on the sweep so far.
  private var elapsed: Double { searches.map(\.journal.elapsed).max() ?? 0 }

  /// Goes on until every trial has ended, or somebody asks for an end.
  ///
  /// - Throws: `ClavaError.interrupted` after a signal; everything finished is kept.
  func run() throws {
    while true {
      for search in searches { try decide(search) }
      let due = searches.map { search in
        (search, search.state.active.sorted().filter { search.state.trials[$0].source != .asked })
      }.filter { !$0.1.isEmpty }
      guard !due.isEmpty else { return }
      try round(due)
      observe(.round(searches))
    }
  }

  /// Writes all decisions and suggestions that are due.
  private func decide(_ search: SweepSearch) throws {
    let slots = slots(of: search, elapsed: elapsed)
    while let record = search.state.next(slots: slots, elapsed: elapsed, isDraining: stopsSoon) {
      try search.journal.append(record)
      observe(.record(record, of: search.relation))
    }
    try search.journal.sync()
  }

  /// Computes the present rung of some trials.
  private func round(_ due: [(search: SweepSearch, trials: [Int])]) throws {
    var works: [TrialWork] = []
    for (search, numbers) in due {
      for number in numbers {
        let trial = search.state.trials[number]
        guard let rung = trial.activeRung else { continue }
        works += try planner.work(trial, rung: rung, of: search.relation)
      }
    }
    let union = try PlanUnion(works.map(\.plan), namedLike: planner.reference)
    try FileSystem.writeAtomically(try CanonicalJSON.encode(union.plan), to: folder.directory.plan)
    observe(
      .begin(
        trials: due.flatMap { search, numbers in numbers.map { (search.relation, search.state.trials[$0]) } },
        tasks: union.plan.tasks.count))
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
    for (search, numbers) in due {
      for number in numbers {
        let own = works.indices.filter { works[$0].trial == number && works[$0].relation == search.relation }
        try conclude(number, of: search, own.map { (works[$0], union.names[$0]) }, results, failures)
      }
      try search.journal.sync()
    }
  }

  /// Tells the state what became of a trial's rung.
  private func conclude(
    _ number: Int, of search: SweepSearch,
    _ works: [(work: TrialWork, names: [TaskIdentifier: TaskIdentifier])],
    _ results: TrialResults, _ failures: [TaskIdentifier: FailedTask]
  ) throws {
    let specification = search.specification
    for (work, names) in works {
      if let failure = work.plan.tasks.lazy.compactMap({ failures[names[$0.id] ?? $0.id] }).first {
        return try tell(.ended(number, .failed, cause: "task \(failure.id): \(failure.cause)"), to: search)
      }
    }
    let found = try works.map { try results.result(of: $0.work, names: $0.names) }
    guard let rung = works.first?.work.rung else { return }
    let (mean, spread) = TrialMetrics.combine(found.map(\.values))
    let digest = Digest.of(found.map(\.digest.hexadecimal).joined(separator: "\n"))
    let seconds = found.reduce(0) { $0 + $1.seconds } + (search.state.trials[number].seconds ?? 0)
    // A process that ended between two records has told of the rung before.
    if specification.pruner.kind != .none, search.state.trials[number].reached(rung) == nil {
      try tell(
        .reached(
          rung, trial: number, step: planner.ladder.steps[rung], metrics: TrialMetrics.recorded(mean, specification),
          checkpoint: Digest.of(found.map(\.checkpoint.hexadecimal).joined(separator: "\n"))), to: search)
    }
    guard rung == planner.ladder.last || specification.pruner.kind == .none else { return }
    let folder = search.folder.trial(number)
    try FileSystem.createFolder(folder)
    for (result, entry) in zip(found, works) {
      let name = entry.work.replicate == 0 ? "summary.json" : "summary-\(entry.work.replicate).json"
      try FileSystem.writeAtomically(try CanonicalJSON.encodePretty(result.summary), to: "\(folder)/\(name)")
    }
    let isNumber = specification.objectives.allSatisfy { mean[$0.name] != nil }
    try tell(
      .ended(
        number, isNumber ? .complete : .nan, values: TrialMetrics.recorded(mean, specification),
        spread: spread.map { TrialMetrics.recorded($0, specification) },
        cause: isNumber ? nil : "an objective is no number", seconds: seconds, result: digest), to: search)
  }

  private func tell(_ record: SweepRecord, to search: SweepSearch) throws {
    try search.journal.append(record)
    observe(.record(record, of: search.relation))
  }
}
