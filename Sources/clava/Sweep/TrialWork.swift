import Configuration
import Essentials
import Sweeps
import Synthesis
import Tables
import TaskGraph
import Tensors

/// What one trial has to compute for one rung with one seed.
struct TrialWork {
  let trial: Int
  let rung: Int
  let replicate: Int
  let project: Project
  let plan: Plan
}

/// Turns trials into plans.
struct SweepPlanner {
  /// Synthetic rows, over all tables, that a rung before the last is judged by.
  static let quickRows = 10_000

  let specification: SweepSpecification
  let ladder: RungLadder
  /// The base configuration and its database.
  let project: Project
  /// The plan of the base configuration: tasks that trials share with it are called as there.
  let reference: Plan
  private let base: ConfigurationReader
  private let profile: String
  private let quickScale: Double

  /// Reads the database and checks that the sweep fits it, before the first trial.
  ///
  /// - Throws: `ClavaError.configuration` with everything that does not.
  init(_ specification: SweepSpecification, base: ConfigurationReader) throws {
    self.specification = specification
    self.base = base
    ladder = RungLadder(specification.pruner)
    let configuration = try base.finish()
    var problems = Self.problems(specification, configuration)
    problems += SweepCheck.conflicts(specification.space, base: base)
    guard problems.isEmpty else { throw ClavaError(.configuration, problems: problems) }
    project = try Project(configuration: configuration)
    profile = NumericKernels.profile(configuration).text
    reference = try PlanBuilder.plan(for: project, numericProfile: profile).withAbsolutePaths
    let rows = project.survey.tables.reduce(0) { $0 + $1.rowCount }
    quickScale = min(configuration.structure.scale, Double(Self.quickRows) / Double(max(1, rows)))
    let unknown = TrialMetrics.problems(specification, depth: TrialMetrics.depth(of: project))
    guard unknown.isEmpty else { throw ClavaError(.configuration, problems: unknown) }
  }

  /// The configuration of a trial at a rung.
  ///
  /// - Throws: `ClavaError.configuration` if its values exclude each other.
  func configuration(_ parameters: TrialParameters, rung: Int, replicate: Int = 0) throws -> Configuration {
    var reader = base
    for (name, value) in parameters.values.sorted(by: { $0.key < $1.key }) {
      reader.read(name, value, at: .init(file: "sweep"))
    }
    if specification.pruner.kind != .none {
      reader.read("denoiser.steps", .integer(Int64(specification.pruner.max)), at: .init())
    }
    var configuration = try reader.finish()
    configuration.seed += replicate
    configuration.evaluation.report = false
    guard specification.pruner.kind != .none else { return configuration }
    configuration.denoiser.rungs = Array(ladder.steps.dropLast())
    if rung < ladder.last {
      configuration.denoiser.stopAfter = ladder.steps[rung]
      configuration.structure.scale = quickScale
    }
    return configuration
  }

  /// Everything that a trial has to compute for a rung: one plan for each replicate.
  func work(_ trial: Trial, rung: Int) throws -> [TrialWork] {
    try (0..<specification.replicates).map { replicate in
      let project = try project.varied(
        configuration(trial.parameters, rung: rung, replicate: replicate))
      return TrialWork(
        trial: trial.number, rung: rung, replicate: replicate, project: project,
        plan: try PlanBuilder.plan(for: project, numericProfile: profile).withAbsolutePaths)
    }
  }

  private static func problems(_ specification: SweepSpecification, _ base: Configuration) -> [Problem] {
    var found: [Problem] = []
    if specification.scope == .relation {
      found.append(
        Problem(
          "scope relation is not available yet", at: .init(key: "sweep.scope"),
          remedy: "leave it out: scope run tunes the whole database"))
    }
    let pruner = specification.pruner
    if pruner.kind != .none {
      if pruner.resource != "steps" {
        found.append(
          Problem(
            "found resource '\(pruner.resource)', expected steps", at: .init(key: "pruner.resource"),
            remedy: "rungs are optimiser steps of the denoisers"))
      }
      if specification.space.named("denoiser.steps") != nil {
        found.append(
          Problem(
            "denoiser.steps is what the pruner spends", at: .init(key: "parameters.denoiser.steps"),
            remedy: "leave it out of parameters: pruner.max is the number of steps of a full trial"))
      }
      for name in ["denoiser.rungs", "denoiser.stop_after"] where specification.space.named(name) != nil {
        found.append(
          Problem("\(name) belongs to the pruner", at: .init(key: "parameters.\(name)"), remedy: "leave it out"))
      }
    }
    let names = specification.objectives.map(\.name) + (pruner.kind == .none ? [] : [pruner.metric])
    if names.contains("val_loss"), base.denoiser.holdout == 0,
      specification.space.named("denoiser.holdout") == nil
    {
      found.append(
        Problem(
          "val_loss needs rows kept from training", at: .init(key: "denoiser.holdout"),
          remedy: "set denoiser: { holdout: 0.05 } in the base configuration, or take another metric"))
    }
    if base.evaluation.holdout != nil {
      found.append(
        Problem(
          "evaluation.holdout is not used by sweeps", at: .init(key: "evaluation.holdout"),
          remedy: "split the data first (scripts/split-holdout), learn one part and set evaluation.data to the other"))
    }
    if !base.evaluation.enabled {
      found.append(
        Problem(
          "the base configuration switches evaluation off, so trials would have no scores",
          at: .init(key: "evaluation.enabled"), remedy: "leave evaluation.enabled out"))
    }
    return found
  }
}
