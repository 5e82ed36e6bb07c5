import Essentials
import Evaluation
import Foundation
import Synthesis

/// Evaluates one generator, and others to stand beside it.
struct FolderComparison {
  let subject: EvaluationSubject
  /// Other generators.
  let compared: [(name: String, files: ResultLayout)]
  let mode: EvaluationMode
  let options: DatabaseReport.Options
  let progress: EvaluationProgress

  /// What came of it.
  struct Result {
    /// One a generator.
    var reports: [EvaluationReport]
    /// Scores of every column and pair of the first one, in the printed mode.
    var details: DatabaseScores?
    /// Distances to training rows of the first one, where there is a holdout.
    var distances: [(table: String, distances: DistanceToClosestRecord)]
    var mode: EvaluationMode
  }

  /// Evaluates.
  ///
  /// - Parameters:
  ///   - needsPage: whether plots are wanted.
  ///   - needsDetails: whether the scores of every column and pair are wanted.
  func run(needsPage: Bool, needsDetails: Bool) throws -> Result {
    progress.begin("reading")
    let (folders, first) = try RealFolders.load(
      schema: subject.schema, real: subject.real, holdout: subject.holdout, synthetic: subject.synthetic[0],
      threads: options.threads)
    var options = options
    options.includesPlots = needsPage
    var result = Result(reports: [], details: nil, distances: [], mode: mode)
    let names = [subject.title] + compared.map(\.name)
    for index in names.indices {
      let read = index == 0 ? first : try folders.with(synthetic: compared[index - 1].files)
      let found = try evaluate(read, title: names[index], options)
      var report = found.report
      if index == 0 {
        report.run = subject.run
        if needsDetails {
          result.details = found.scores[mode]
          progress.begin("distances")
          result.distances = FolderEvaluation.distances(read.database)
        }
        // Real rows are the same for all.
        options.ceilings = 0
      } else {
        report.ceilings = result.reports[0].ceilings
      }
      result.reports.append(report)
    }
    try addSpread(folders, &result)
    return result
  }

  private func evaluate(
    _ read: FolderDatabase, title: String, _ options: DatabaseReport.Options
  ) throws -> DatabaseReport {
    let progress = progress
    return try DatabaseReport.compute(
      read.database, title: title, generatedBy: ReportFolder.generatedBy, notices: read.notices, options: options
    ) { progress.show($0, done: $1, of: $2) }
  }

  /// Scores of further results of the first generator.
  private func addSpread(_ folders: RealFolders, _ result: inout Result) throws {
    guard subject.synthetic.count > 1 else { return }
    var sets = [result.reports[0].scores.all]
    var others = [result.reports[0].sdmetricsScores?.all].compactMap { $0 }
    for (index, files) in subject.synthetic.enumerated().dropFirst() {
      progress.begin("scores of result \(index + 1)")
      let read = try folders.with(synthetic: files)
      sets.append(try DatabaseScores.compute(read.database, threads: options.threads).scores.all)
      if mode == .sdmetrics {
        others.append(
          try DatabaseScores.compute(
            read.database, mode: .sdmetrics, seed: options.findings.seed, threads: options.threads
          ).scores.all)
      }
      result.reports[0].notices += read.notices.map { "result \(index + 1): \($0)" }
    }
    result.reports[0].spread = ScoreSpread(
      basis: "\(subject.synthetic.count) synthetic databases", of: mode == .sdmetrics ? others : sets)
  }
}

extension FolderComparison.Result {
  /// All that was found, for people.
  var text: [String] { EvaluationText.lines(reports) }
}

/// All that was found, for programs: the report of the first generator without its plots, and more beside it.
extension FolderComparison.Result: Encodable {
  private enum Key: String, CodingKey { case scores, details, distances, compared }

  private struct Details: Encodable {
    let tables: [TableScores]
    let relations: [RelationScores]
    let paths: [PathScores]
  }

  func encode(to encoder: any Encoder) throws {
    var others = reports.map { report in
      var report = report
      report.plots = []
      return report
    }
    guard !others.isEmpty else { return }
    let first = others.removeFirst()
    try first.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    if mode == .sdmetrics { try container.encode(first.sdmetricsScores, forKey: .scores) }
    if let details {
      try container.encode(
        Details(tables: details.tables, relations: details.relations, paths: details.paths), forKey: .details)
    }
    if !distances.isEmpty {
      try container.encode(
        Dictionary(uniqueKeysWithValues: distances.map { ($0.table, $0.distances) }), forKey: .distances)
    }
    if !others.isEmpty { try container.encode(others, forKey: .compared) }
  }
}
