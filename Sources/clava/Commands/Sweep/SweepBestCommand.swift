import ArgumentParser
import Configuration
import Essentials
import Foundation
import Sweeps

/// `clava sweep best`.
struct SweepBestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "best", abstract: "The best trial, and its configuration.",
    discussion: """
      With several objectives: all trials that no other one beats in every objective. With scope relation: the best trial
      of each denoiser; --apply writes the options of all of them below `denoisers`.

      EXAMPLES
        clava sweep best SWEEP
        clava sweep best SWEEP --apply best.yaml && clava run best.yaml --out RUN
        clava sweep best SWEEP --relation trans --trial 3 --apply trans.yaml
      """)

  @OptionGroup var folder: SweepSearchArgument

  @Option(name: .long, help: "Write the trial's configuration, which `clava run` reproduces exactly.")
  var apply: String?

  @Option(name: .long, help: "The trial, if not the best one.")
  var trial: Int?

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    let sweep = try folder.open()
    if sweep.isByRelation && trial == nil { return try runForDenoisers(sweep) }
    let search = try sweep.single(), state = search.state
    let chosen = try chosenTrials(of: state)
    guard let first = chosen.first else { throw noTrial }
    let base = try sweep.folder.baseReader()
    if json {
      print(String(decoding: try CanonicalJSON.encodePretty(chosen), as: UTF8.self))
    } else {
      let configuration = try base.finish().configured(forDenoiser: search.relation ?? "")
      for trial in chosen {
        print(SweepText.describe(trial, state.specification))
        for line in state.specification.space.difference(trial.parameters, from: configuration) { print("  \(line)") }
      }
      if search.relation == nil {
        let settings = first.parameters.settings.map { "--set '\($0)'" }.joined(separator: " ")
        print("clava run \(sweep.folder.base) --out RUN \(settings)\(stepsSetting(state.specification))")
      }
    }
    try write(base, [(search, first)])
  }

  /// The best of every denoiser.
  private func runForDenoisers(_ sweep: OpenedSweep) throws {
    let best = sweep.searches.compactMap { search in search.state.best.first.map { (search, $0) } }
    guard !best.isEmpty else { throw noTrial }
    let relations = try sweep.relations()
    if json {
      print(String(decoding: try CanonicalJSON.encodePretty(relations), as: UTF8.self))
    } else {
      let specification = sweep.whole.state.specification
      for line in SweepText.table(relations, specification) { print(line) }
      print("")
      for line in SweepText.changes(relations, specification) { print(line) }
      if apply == nil { print("clava sweep best \(folder.path) --apply best.yaml && clava run best.yaml --out RUN") }
    }
    try write(sweep.folder.baseReader(), best)
  }

  private func chosenTrials(of state: SweepState) throws -> [Trial] {
    guard let trial else { return state.best }
    guard state.trials.indices.contains(trial) else {
      throw ClavaError(
        .input, "there is no trial \(trial)", at: .init(file: folder.path),
        remedy: state.trials.isEmpty ? "no trial has begun" : "there are 0 to \(state.trials.count - 1)")
    }
    return [state.trials[trial]]
  }

  private var noTrial: ClavaError {
    ClavaError(
      .input, "no trial is complete", at: .init(file: folder.path),
      remedy: "go on with it: clava sweep resume \(folder.path)")
  }

  /// Writes a configuration with what trials set over the base.
  private func write(_ base: ConfigurationReader, _ chosen: [(search: SweepSearch, trial: Trial)]) throws {
    guard let apply else { return }
    var reader = base
    for (search, trial) in chosen {
      SweepPlanner.set(trial.parameters, of: search.relation, search.specification, in: &reader)
    }
    var configuration = try reader.finish()
    configuration.output = Configuration().output
    try FileSystem.writeAtomically(
      Data(ConfigurationWriter.text(configuration, explained: false).utf8), to: apply)
    if !json { print("written to \(apply)") }
  }

  private func stepsSetting(_ specification: SweepSpecification) -> String {
    specification.pruner.kind == .none ? "" : " --set denoiser.steps=\(specification.pruner.max)"
  }
}
