import Configuration
import Essentials
import Evaluation
import Fleet
import Foundation
import Storage
import Sweeps
import Synthesis
import Tables
import TaskGraph

/// What one replicate of a trial came to.
struct TrialResult {
  /// What is kept of it in the folder of the trial.
  var summary: any Encodable
  var values: MetricValues
  /// Digest of the content of all synthetic tables, or of the network of the one denoiser.
  var digest: Digest
  /// Content of the models, from which the next rung continues.
  var checkpoint: Digest
  var seconds: Double
}

/// Reads the results of trials out of the outcome of the tasks of many.
struct TrialResults {
  let folder: SweepFolder
  let outcome: RunOutcome

  /// The result of one replicate.
  ///
  /// - Parameter names: what its tasks are called in the plan of all.
  func result(of work: TrialWork, names: [TaskIdentifier: TaskIdentifier]) throws -> TrialResult {
    let objects = try folder.directory.objectStore()
    let seconds = Dictionary(
      outcome.statistics.tasks.map { ($0.id, $0.seconds) }, uniquingKeysWith: { first, _ in first })
    var outputs: [TaskIdentifier: [TaskOutput]] = [:]
    var own: [TaskIdentifier: Double] = [:]
    for task in work.plan.tasks {
      guard let name = names[task.id], let found = outcome.outputs[name] else {
        throw ClavaError(.internal, "task \(task.id) of trial \(work.trial) has no result")
      }
      outputs[task.id] = found
      own[task.id] = seconds[name]
    }
    func path(_ output: TaskOutput) -> String { objects.path(of: output.digest) }
    let total = work.plan.tasks.reduce(0) { $0 + (own[$1.id] ?? 0) }
    let checkpoint = Self.digest(
      work.plan.tasks.filter { $0.kind.hasPrefix("train-") }.flatMap { task in task.outputs.map { (task.id, $0) } },
      outputs)
    if let relation = work.relation {
      let denoiser = try DenoiserResult.gather(relation, outputs: outputs, path: path)
      return TrialResult(
        summary: denoiser, values: TrialMetrics.values(denoiser, seconds: total), digest: denoiser.content,
        checkpoint: checkpoint, seconds: total)
    }
    let summary = try RunSummary.gather(
      project: work.project, outputs: outputs, scores: try scores(of: work, outputs: outputs, path: path),
      seconds: own, wallSeconds: total, tasksRun: work.plan.tasks.count, tasksCached: 0,
      fleet: .init(
        workers: 1, idleWhileReadyShare: 0,
        peakMemory: outcome.statistics.tasks.map(\.peakMemory).max() ?? 0, lostWorkers: []),
      path: path)
    let tables = work.plan.results.filter { $0.path.hasSuffix(".csv") }
    return TrialResult(
      summary: summary, values: try TrialMetrics.values(summary, seconds: total),
      digest: Self.digest(tables.map { ($0.task, $0.output) }, outputs),
      checkpoint: checkpoint, seconds: total)
  }

  /// Scores against the folder that `evaluation.data` names, for which the tables have to be files for a moment.
  private func scores(
    of work: TrialWork, outputs: [TaskIdentifier: [TaskOutput]], path: (TaskOutput) -> String
  ) throws -> Scores? {
    guard let data = work.project.configuration.evaluation.data else { return nil }
    let passing = "\(folder.path)/trials/.scoring"
    FileSystem.removeIfPresent(passing)
    try FileSystem.createFolder(passing)
    defer { FileSystem.removeIfPresent(passing) }
    try ResultPublisher.publish(work.plan, outputs: outputs, runDirectory: passing, path: path)
    let tables = work.project.schema.tables
    return try FolderEvaluation.scores(
      schema: work.project.schema, real: ResultLayout(tables: tables.map(\.name), folder: data),
      synthetic: ResultLayout(
        tables: tables.map(\.name), configuration: work.project.configuration, runDirectory: passing),
      copiedTables: Set(tables.filter { $0.kind == .lookup }.map(\.name)))
  }

  private static func digest(
    _ results: [(task: TaskIdentifier, output: String)], _ outputs: [TaskIdentifier: [TaskOutput]]
  ) -> Digest {
    let lines = results.compactMap { result in
      outputs[result.task]?.first { $0.name == result.output }.map {
        "\(result.task) \(result.output) \($0.contentDigest.hexadecimal)"
      }
    }
    return Digest.of(lines.sorted().joined(separator: "\n"))
  }
}
