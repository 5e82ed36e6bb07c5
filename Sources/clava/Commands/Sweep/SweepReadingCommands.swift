import ArgumentParser
import Configuration
import Essentials
import Foundation
import Sweeps

/// `clava sweep status`.
struct SweepStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "How far a sweep is: trials by state and cause, and the best so far.",
    discussion: """
      Reads the sweep's journal; needs no process at work. Tasks of the present round: clava status SWEEP.

      EXAMPLES
        clava sweep status SWEEP
        clava sweep status SWEEP --trials --json
      """)

  @OptionGroup var folder: SweepFolderArgument

  @Flag(name: .long, help: "List every trial.")
  var trials = false

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    let sweep = try SweepFolder(path: folder.path, create: false)
    let journal = try SweepJournal(folder: sweep.journal)
    let state = journal.state, status = state.status
    if json {
      var members: [String: JSONValue] = [
        "status": try JSONValue(encoding: status), "elapsedSeconds": .number(journal.elapsed),
      ]
      if trials { members["trials"] = try JSONValue(encoding: state.trials) }
      return print(String(decoding: try CanonicalJSON.encodePretty(JSONValue.object(members)), as: UTF8.self))
    }
    let counts = status.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    print("\(status.trials)\(status.most.map { " of \($0)" } ?? "") trials: \(counts.isEmpty ? "none yet" : counts)")
    for (cause, count) in status.causes.sorted(by: { $0.key < $1.key }) { print("  \(count) ×  \(cause)") }
    if !status.rungs.isEmpty && state.specification.pruner.kind != .none {
      print("trials that reached each rung: \(status.rungs.map(String.init).joined(separator: ", "))")
    }
    for trial in state.best { print("best: \(SweepText.describe(trial, state.specification))") }
    if trials { for line in SweepText.table(state.trials, state.specification) { print(line) } }
  }
}

/// `clava sweep best`.
struct SweepBestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "best", abstract: "The best trial, and its configuration.",
    discussion: """
      With several objectives: all trials that no other one beats in every objective.

      EXAMPLES
        clava sweep best SWEEP
        clava sweep best SWEEP --apply best.yaml && clava run best.yaml --out RUN
      """)

  @OptionGroup var folder: SweepFolderArgument

  @Option(name: .long, help: "Write the trial's configuration, which `clava run` reproduces exactly.")
  var apply: String?

  @Option(name: .long, help: "The trial, if not the best one.")
  var trial: Int?

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    let sweep = try SweepFolder(path: folder.path, create: false)
    let state = try SweepJournal(folder: sweep.journal).state
    let chosen: [Trial]
    if let trial {
      guard state.trials.indices.contains(trial) else {
        throw ClavaError(
          .input, "there is no trial \(trial)", at: .init(file: folder.path),
          remedy: state.trials.isEmpty ? "no trial has begun" : "there are 0 to \(state.trials.count - 1)")
      }
      chosen = [state.trials[trial]]
    } else {
      chosen = state.best
    }
    guard let first = chosen.first else {
      throw ClavaError(
        .input, "no trial is complete", at: .init(file: folder.path),
        remedy: "go on with it: clava sweep resume \(folder.path)")
    }
    let base = try sweep.baseReader()
    if json {
      print(String(decoding: try CanonicalJSON.encodePretty(chosen), as: UTF8.self))
    } else {
      for trial in chosen {
        print(SweepText.describe(trial, state.specification))
        for line in state.specification.space.difference(trial.parameters, from: try base.finish()) {
          print("  \(line)")
        }
      }
      let settings = first.parameters.settings.map { "--set '\($0)'" }.joined(separator: " ")
      print("clava run \(sweep.base) --out RUN \(settings)\(stepsSetting(state.specification))")
    }
    guard let apply else { return }
    var reader = base
    for (name, value) in first.parameters.values.sorted(by: { $0.key < $1.key }) {
      reader.read(name, value, at: .init())
    }
    var configuration = try reader.finish()
    if state.specification.pruner.kind != .none { configuration.denoiser.steps = state.specification.pruner.max }
    configuration.output = Configuration().output
    try FileSystem.writeAtomically(
      Data(ConfigurationWriter.text(configuration, explained: false).utf8), to: apply)
    if !json { print("written to \(apply)") }
  }

  private func stepsSetting(_ specification: SweepSpecification) -> String {
    specification.pruner.kind == .none ? "" : " --set denoiser.steps=\(specification.pruner.max)"
  }
}

/// `clava sweep replay`.
struct SweepReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Recompute every suggestion and decision of a sweep and compare.",
    discussion: """
      What the journal holds counts; a difference is reported. Exit code 1 if there is one beyond the last bits of
      numbers.

      EXAMPLES
        clava sweep replay SWEEP
      """)

  @OptionGroup var folder: SweepFolderArgument

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    let sweep = try SweepFolder(path: folder.path, create: false)
    let records = try SweepJournal(folder: sweep.journal).records.enumerated().map { (sequence: $0, record: $1) }
    let report = try SweepReplay.run(records)
    if json {
      print(String(decoding: try CanonicalJSON.encodePretty(report), as: UTF8.self))
    } else {
      print(
        "\(report.suggestions) suggestions and \(report.decisions) decisions recomputed, "
          + "\(report.differences.count) differences")
      for difference in report.differences { print("  \(difference)") }
    }
    if report.differences.contains(where: { !$0.isRounding }) { throw ExitCode(1) }
  }
}

/// `clava sweep report`.
struct SweepReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "One HTML page about a sweep: history, rungs, importance, slices, Pareto front.",
    discussion: """
      Written to SWEEP/report, with all trials as CSV beside it; `clava sweep run` writes it at its end too.

      EXAMPLES
        clava sweep report SWEEP
      """)

  @OptionGroup var folder: SweepFolderArgument

  func run() throws {
    let sweep = try SweepFolder(path: folder.path, create: false)
    try sweep.writeReport(SweepJournal(folder: sweep.journal).state)
    print(sweep.report)
  }
}

/// `clava sweep export`.
struct SweepExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "All trials as CSV.",
    discussion: """
      EXAMPLES
        clava sweep export SWEEP > trials.csv
      """)

  @OptionGroup var folder: SweepFolderArgument

  @Flag(name: .long, help: "CSV, which is the only form.")
  var csv = false

  func run() throws {
    let sweep = try SweepFolder(path: folder.path, create: false)
    print(SweepReport(try SweepJournal(folder: sweep.journal).state, generatedBy: "clava").csv, terminator: "")
  }
}
