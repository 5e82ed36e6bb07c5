import ArgumentParser
import Essentials
import Foundation
import Storage
import Sweeps

/// A sweep that nobody is at work on, to add records to its history.
struct SteeredSweep {
  let folder: SweepFolder
  let sweep: OpenedSweep
  private let lock: AnyObject

  /// Takes the sweep's lock.
  ///
  /// - Parameters:
  ///   - path: its folder.
  ///   - relation: the only denoiser that is meant.
  /// - Throws: `ClavaError.input` if a process is at work on it, or it has no such denoiser.
  init(_ path: String, relation: String? = nil) throws {
    folder = try SweepFolder(path: path, create: false)
    lock = try folder.directory.lock()
    sweep = try OpenedSweep(folder, relation: relation)
    guard sweep.whole.isOpen else {
      throw ClavaError(
        .input, "the sweep was never begun", at: .init(file: path),
        remedy: "give the `clava sweep run` command again")
    }
  }

  /// Adds records to a journal durably.
  static func append(_ records: [SweepRecord], to journal: SweepJournal) throws {
    for record in records { try journal.append(record) }
    try journal.sync()
  }
}

/// `clava sweep enqueue`.
struct SweepEnqueueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enqueue", abstract: "Try these parameters next; the sampler chooses those that are missing.",
    discussion: """
      EXAMPLES
        clava sweep enqueue SWEEP denoiser.learning_rate=1e-3 labels.clusters=30
        clava sweep enqueue SWEEP --relation trans denoiser.learning_rate=1e-3
      """)

  @OptionGroup var folder: SweepSearchArgument

  @Argument(help: "NAME=VALUE of one parameter or more.")
  var settings: [String]

  func run() throws {
    let steered = try SteeredSweep(folder.path, relation: folder.relation)
    let journal = try steered.sweep.single().journal
    let parameters = try TrialParameters(settings: settings)
    let problems = journal.state.specification.space.problems(of: parameters)
    guard problems.isEmpty else { throw ClavaError(.configuration, problems: problems) }
    try SteeredSweep.append([.enqueued(parameters)], to: journal)
    print("enqueued: \(parameters.canonicalText); `clava sweep resume \(folder.path)` tries it")
  }
}

/// `clava sweep ask`.
struct SweepAskCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ask", abstract: "Parameters for a trial that is run elsewhere; tell its numbers later.",
    discussion: """
      EXAMPLES
        clava sweep ask SWEEP --json
        clava sweep tell SWEEP 12 pairs=0.93
      """)

  @OptionGroup var folder: SweepSearchArgument

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    let steered = try SteeredSweep(folder.path, relation: folder.relation)
    let journal = try steered.sweep.single().journal
    guard let record = journal.state.ask(), case .suggest(let suggest) = record else {
      throw ClavaError(
        .input, "the sweep has no more trials to give", at: .init(file: folder.path),
        remedy: "raise sweep.trials with `clava sweep edit`")
    }
    try SteeredSweep.append([record], to: journal)
    if json {
      print(String(decoding: try CanonicalJSON.encode(suggest), as: UTF8.self))
    } else {
      print("trial \(suggest.trial)")
      for setting in suggest.params.settings { print("  \(setting)") }
    }
  }
}

/// `clava sweep tell`.
struct SweepTellCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tell", abstract: "Numbers of a trial that ran elsewhere.",
    discussion: """
      The trial is complete once all objectives are told.

      EXAMPLES
        clava sweep tell SWEEP 12 pairs=0.93 seconds=80
      """)

  @OptionGroup var folder: SweepSearchArgument

  @Argument(help: "Number of the trial.")
  var trial: Int

  @Argument(help: "NAME=NUMBER of one metric or more.")
  var values: [String]

  func run() throws {
    let steered = try SteeredSweep(folder.path, relation: folder.relation)
    let journal = try steered.sweep.single().journal
    guard journal.state.trials.indices.contains(trial) else {
      throw ClavaError(
        .input, "there is no trial \(trial)", at: .init(file: folder.path), remedy: "get one with `clava sweep ask`")
    }
    var metrics = MetricValues()
    for value in values {
      let parts = value.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, let number = Double(parts[1]) else {
        throw ClavaError(.configuration, "'\(value)' is no NAME=NUMBER", remedy: "write for example pairs=0.93")
      }
      metrics[String(parts[0])] = number
    }
    try SteeredSweep.append([.told(trial, metrics)], to: journal)
    print("trial \(trial): \(journal.state.trials[trial].state.name)")
  }
}

/// `clava sweep edit`.
struct SweepEditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit", abstract: "Put a changed sweep file in force: more trials, wider ranges, another stop rule.",
    discussion: """
      EXAMPLES
        clava sweep edit SWEEP sweep.yaml
      """)

  @OptionGroup var folder: SweepFolderArgument

  @Argument(help: "The changed sweep file.", completion: .file())
  var file: String

  func run() throws {
    let steered = try SteeredSweep(folder.path)
    let whole = steered.sweep.whole
    let text = String(decoding: try FileSystem.read(file, code: .configuration), as: UTF8.self)
    var specification = try SweepFile.read(text: text, source: file).specification
    let old = whole.state.specification
    specification.synchronous = specification.synchronous ?? old.synchronous
    if specification.sampler.kind == .file && specification.sampler.points.isEmpty {
      specification.sampler.points = old.sampler.points
    }
    guard specification != old else { return print("nothing has changed") }
    let record = try whole.state.edit(to: specification)
    let searches = steered.sweep.searches.filter { $0.relation != nil }
    let edits = try searches.map { try $0.state.edit(to: specification.search(of: $0.relation ?? "")) }
    _ = try SweepPlanner(specification, base: steered.folder.baseReader())
    // Should the process end in between, the next one that works on the sweep adds what is missing.
    try SteeredSweep.append([record], to: whole)
    for (search, edit) in zip(searches, edits) { try SteeredSweep.append([edit], to: search.journal) }
    try FileSystem.writeAtomically(Data(SweepFileWriter.text(specification).utf8), to: steered.folder.specification)
    if case .edit(let edit) = record { for line in edit.what { print("now: \(line)") } }
    print("`clava sweep resume \(folder.path)` goes on under it")
  }
}

/// `clava sweep retry`.
struct SweepRetryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Run again exactly the failed, nan and timeout trials, with the same parameters.",
    discussion: """
      EXAMPLES
        clava sweep retry SWEEP --failed
      """)

  @OptionGroup var folder: SweepSearchArgument

  @Flag(name: .long, help: "The trials that failed, were no number or ran out of time.")
  var failed = false

  func run() throws {
    guard failed else {
      throw ValidationError("say which: --failed")
    }
    let steered = try SteeredSweep(folder.path, relation: folder.relation)
    var count = 0
    for search in steered.sweep.searches {
      let records = search.state.retries()
      try SteeredSweep.append(records, to: search.journal)
      count += records.count
    }
    print("\(count) trials to run again; `clava sweep resume \(folder.path)` does")
  }
}

/// `clava sweep stop`.
struct SweepStopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "Let the rungs that run now finish, and start no others.",
    discussion: """
      With --now they save a checkpoint and end at once. `clava sweep resume` goes on in either case.

      EXAMPLES
        clava sweep stop SWEEP
        clava sweep stop SWEEP --now
      """)

  @OptionGroup var folder: SweepFolderArgument

  @Flag(name: .long, help: "Save checkpoints and end at once.")
  var now = false

  func run() throws {
    let sweep = try SweepFolder(path: folder.path, create: false)
    if (try? sweep.directory.lock()) != nil { return print("nobody is at work on the sweep") }
    try FileSystem.writeAtomically(Data(), to: sweep.stopRequest)
    if now {
      guard let process = sweep.directory.lockHolder, kill(process, SIGTERM) == 0 else {
        throw ClavaError(
          .input, "the process at work on the sweep cannot be reached from here", at: .init(file: folder.path),
          remedy: "give the command on its machine, or send it SIGTERM")
      }
    }
    print(now ? "the sweep saves its work and ends" : "the sweep ends after the present round")
  }
}
