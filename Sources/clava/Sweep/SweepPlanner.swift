import Configuration
import Essentials
import Sweeps
import Synthesis
import Tables
import TaskGraph
import Tensors

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
  /// The denoisers that scope `relation` tunes; empty under scope `run`.
  let denoisers: [PlannedDenoiser]
  /// Things about the sweep that its owner should know.
  let notices: [String]
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
    if specification.scope == .run { problems += SweepCheck.conflicts(specification.space, base: base) }
    guard problems.isEmpty else { throw ClavaError(.configuration, problems: problems) }
    project = try Project(configuration: configuration)
    (denoisers, notices) = try Self.denoisers(specification, project)
    if let first = denoisers.first {
      problems = SweepCheck.conflicts(specification.space, base: base) { Self.key($0, of: first.name) }
      guard problems.isEmpty else { throw ClavaError(.configuration, problems: problems) }
    }
    profile = NumericKernels.profile(configuration).text
    reference = try PlanBuilder.plan(for: project, numericProfile: profile).withAbsolutePaths
    let rows = project.survey.tables.reduce(0) { $0 + $1.rowCount }
    quickScale = min(configuration.structure.scale, Double(Self.quickRows) / Double(max(1, rows)))
    if specification.scope == .run {
      let unknown = TrialMetrics.problems(specification, depth: TrialMetrics.depth(of: project))
      guard unknown.isEmpty else { throw ClavaError(.configuration, problems: unknown) }
    }
    // Rungs and steps of the base configuration may exclude those of the pruner.
    _ = try self.configuration(TrialParameters(), rung: 0, of: denoisers.first?.name)
  }

  /// The configuration of a trial at a rung.
  ///
  /// - Parameter relation: the denoiser whose trial it is; nil is the whole database.
  /// - Throws: `ClavaError.configuration` if its values exclude each other.
  func configuration(
    _ parameters: TrialParameters, rung: Int, replicate: Int = 0, of relation: String? = nil
  ) throws -> Configuration {
    var reader = base
    Self.set(parameters, of: relation, specification, in: &reader)
    // Rungs are steps of all denoisers, of which each has its share.
    if specification.pruner.kind != .none {
      reader.read("denoiser.steps", .integer(Int64(specification.pruner.max)), at: .init())
    }
    var configuration = try reader.finish()
    configuration.seed += replicate
    configuration.evaluation.report = false
    // Only the training of one denoiser is planned, so there is nothing to score.
    if relation != nil { configuration.evaluation.enabled = false }
    guard specification.pruner.kind != .none else { return configuration }
    configuration.denoiser.rungs = Array(ladder.steps.dropLast())
    if rung < ladder.last {
      configuration.denoiser.stopAfter = ladder.steps[rung]
      configuration.structure.scale = quickScale
    }
    return configuration
  }

  /// Everything that a trial has to compute for a rung: one plan for each replicate.
  ///
  /// - Parameter relation: the denoiser whose trial it is; nil is the whole database.
  func work(_ trial: Trial, rung: Int, of relation: String? = nil) throws -> [TrialWork] {
    try (0..<specification.replicates).map { replicate in
      let project = try project.varied(
        configuration(trial.parameters, rung: rung, replicate: replicate, of: relation))
      var plan = try PlanBuilder.plan(for: project, numericProfile: profile).withAbsolutePaths
      if let denoiser = denoisers.first(where: { $0.name == relation }) { plan = try plan.leading(to: denoiser.task) }
      return TrialWork(
        relation: relation, trial: trial.number, rung: rung, replicate: replicate, project: project, plan: plan)
    }
  }

  /// Puts what a trial sets over a configuration: for `clava run` too, which then reproduces it.
  static func set(
    _ parameters: TrialParameters, of relation: String?, _ specification: SweepSpecification,
    in reader: inout ConfigurationReader
  ) {
    for (name, value) in parameters.values.sorted(by: { $0.key < $1.key }) {
      reader.read(relation.map { key(name, of: $0) } ?? name, value, at: .init(file: "sweep"))
    }
    guard specification.pruner.kind != .none else { return }
    let steps = relation.map { key("denoiser.steps", of: $0) } ?? "denoiser.steps"
    reader.read(steps, .integer(Int64(specification.pruner.max)), at: .init(file: "sweep"))
  }

  /// What a parameter is called where it is set for one denoiser alone.
  private static func key(_ parameter: String, of relation: String) -> String {
    "denoisers.\(relation).\(ConfigurationKey.named(parameter)?.option ?? parameter)"
  }
}
