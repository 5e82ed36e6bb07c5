import ArgumentParser
import Configuration
import Essentials
import Foundation
import Sweeps
import Synthesis

/// `clava sweep run`.
struct SweepRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Begin a sweep, or go on with it.",
    discussion: """
      Trials run in rounds of `max_parallel` (two for each worker). A sweep that was interrupted or killed goes on when
      the same command is given again.

      EXAMPLES
        clava sweep run sweep.yaml --data DIR --out SWEEP
        clava sweep run sweep.yaml --synchronous 8     same trials whatever the workers and the timing
        clava sweep run wandb.yaml --data DIR --json
        clava sweep run sweep.yaml --data DIR --set denoiser.holdout=0.05     scope relation: needs a holdout
      """)

  @Argument(help: "Sweep file (YAML), also one of Weights & Biases.", completion: .file())
  var file: String

  @Option(name: .long, help: "Folder with the tables and their metadata.", completion: .directory)
  var data: String?

  @Option(name: .long, help: "Folder of the sweep.", completion: .directory)
  var out = "clava-sweep"

  @Option(name: .long, help: "Worker processes (default: one for each core).")
  var workers: String?

  @Option(name: .long, help: "Set any key of the base configuration. May be repeated.")
  var set: [String] = []

  @Option(name: .long, help: "Trials of a generation, each of which sees only earlier generations.")
  var synchronous: Int?

  @Flag(name: .long, help: "Print the sweep's records and the fleet's events as JSON lines on standard output.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print only errors.")
  var quiet = false

  func run() throws {
    let input = try SweepInput(
      file: file, data: data, output: out, workers: workers, settings: set, synchronous: synchronous)
    if !json && !quiet { for notice in input.notices { print("note: \(notice)") } }
    try SweepExecution(folder: input.folder(), beginning: input.specification, printsJSON: json, isQuiet: quiet).run()
  }
}

/// `clava sweep resume`.
struct SweepResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Go on with a sweep after any stop, whatever its reason.",
    discussion: """
      EXAMPLES
        clava sweep resume SWEEP
      """)

  @OptionGroup var folder: SweepFolderArgument

  @Flag(name: .long, help: "Print the sweep's records and the fleet's events as JSON lines on standard output.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print only errors.")
  var quiet = false

  func run() throws {
    try SweepExecution(
      folder: try SweepFolder(path: folder.path, create: false), beginning: nil, printsJSON: json, isQuiet: quiet
    ).run()
  }
}

/// Runs a sweep to its end and shows it: the common part of `run` and `resume`.
struct SweepExecution {
  let folder: SweepFolder
  let beginning: SweepSpecification?
  let printsJSON: Bool
  let isQuiet: Bool

  func run() throws {
    Interruption.install()
    var display: SweepDisplay?
    let session = try SweepSession(folder: folder, beginning: beginning) { display?.show($0) }
    display = SweepDisplay(session.planner.specification, printsJSON: printsJSON, isQuiet: isQuiet)
    if !printsJSON && !isQuiet { for notice in session.planner.notices { print("note: \(notice)") } }
    try session.run()
    let sweep = try OpenedSweep(folder)
    let report = try sweep.writeReports()
    if printsJSON { return try printStatus(sweep) }
    guard !isQuiet else { return }
    if sweep.isByRelation { try printRelations(sweep) } else { printBest(session) }
    guard sweep.searches.contains(where: { !$0.state.best.isEmpty }) else {
      print("no trial is complete; see `clava sweep status \(folder.path)`")
      return
    }
    print("report: \(report)")
    print(
      "\(sweep.isByRelation ? "configuration with the best of each" : "its configuration"): "
        + "clava sweep best \(folder.path) --apply best.yaml")
  }

  private func printStatus(_ sweep: OpenedSweep) throws {
    var line: [String: JSONValue] = ["type": .string("status")]
    if sweep.isByRelation {
      line["relations"] = try JSONValue(encoding: sweep.relations())
    } else {
      line["status"] = try JSONValue(encoding: sweep.whole.state.status)
    }
    JSONLines.print(line)
  }

  private func printRelations(_ sweep: OpenedSweep) throws {
    let relations = try sweep.relations(), specification = sweep.whole.state.specification
    for line in SweepText.table(relations, specification) { print(line) }
    print("")
    for line in SweepText.changes(relations, specification) { print(line) }
  }

  private func printBest(_ session: SweepSession) {
    let state = session.whole.state, specification = state.specification
    for line in SweepText.table(state.trials, specification) { print(line) }
    print("")
    guard let best = state.best.first else { return }
    print("best: \(SweepText.describe(best, specification))")
    for line in specification.space.difference(best.parameters, from: session.planner.project.configuration) {
      print("  \(line)")
    }
  }
}
