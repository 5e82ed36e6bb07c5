import Configuration
import Essentials
public import Evaluation
public import Latents
import Storage
import Tables
public import TaskGraph

/// What a finished run made: `RUN/summary.json` and the table at the end of `clava run`.
public struct RunSummary: Codable, Sendable {
  /// One table of the result.
  public struct Table: Codable, Sendable {
    /// Name of the table.
    public var name: String
    /// `generated` or `lookup`; rows of a lookup table are copies of real ones.
    public var kind: String
    /// Rows of the input.
    public var realRows: Int
    /// Rows of the result.
    public var rows: Int
    /// Seconds of training on one slot, nil where there was nothing to train.
    public var trainingSeconds: Double?
    /// Seconds of sampling, calibration and writing on one slot.
    public var samplingSeconds: Double
    /// Mean training loss at the end, over the models of the table; nil where there is none.
    public var loss: Double?
    /// Loss of rows kept from training, where there is a holdout.
    public var validationLoss: Double?
    /// Share of the sampled rows that show the label of their group, as its classifier sees them, for each relation
    /// that has one.
    public var labelAgreement: [String: Double]?
    /// Columns that are written by rule instead of being modelled.
    public var columnsNotGenerated: [String]
    /// What the structure reached: path agreement, repeated pairs.
    public var structure: StructureReport?
  }

  /// Version of this form.
  public var format = 1
  /// Recipe of the run.
  public var recipe: String
  /// Seed of the run.
  public var seed: Int
  /// Tables in the order of the metadata.
  public var tables: [Table]
  /// Scores against the input, nil when evaluation is switched off.
  public var scores: Scores?
  /// Sentences for the user: what is copied, not generated, repaired or suggested.
  public var notices: [String]
  /// Wall-clock seconds of this invocation.
  public var wallSeconds: Double
  /// Tasks that were computed and tasks taken from an earlier run.
  public var tasksRun: Int
  /// Tasks whose result was there already.
  public var tasksCached: Int
  /// Seconds on one slot of the tasks of each kind.
  public var secondsByKind: [String: Double]
  /// How the workers fared.
  public var fleet: Fleet

  /// What the workers did with their time.
  public struct Fleet: Codable, Sendable {
    /// Number of worker processes.
    public var workers: Int
    /// Share of the workers' time in which one was idle although a task was ready.
    public var idleWhileReadyShare: Double
    /// Largest memory of any compute process, in bytes.
    public var peakMemory: Int
    /// One sentence for each worker that was lost on the way.
    public var lostWorkers: [String]
    /// Seconds for which idle workers lent their processor to a training of another; nil: none.
    public var borrowedSeconds: Double?

    /// Creates a record.
    public init(
      workers: Int, idleWhileReadyShare: Double, peakMemory: Int, lostWorkers: [String], borrowedSeconds: Double? = nil
    ) {
      self.borrowedSeconds = borrowedSeconds
      self.workers = workers
      self.idleWhileReadyShare = idleWhileReadyShare
      self.peakMemory = peakMemory
      self.lostWorkers = lostWorkers
    }
  }

  /// Gathers the summary from committed outputs.
  ///
  /// - Parameters:
  ///   - scores: scores that were computed outside the plan, if there are any.
  ///   - seconds: seconds each task took when it was computed.
  ///   - path: where an output's file is.
  public static func gather(
    project: Project, outputs: [TaskIdentifier: [TaskOutput]], scores: Scores? = nil,
    seconds: [TaskIdentifier: Double], wallSeconds: Double, tasksRun: Int, tasksCached: Int, fleet: Fleet,
    path: (TaskOutput) -> String
  ) throws -> RunSummary {
    func file(_ task: TaskIdentifier, _ name: String) -> String? {
      outputs[task]?.first { $0.name == name }.map(path)
    }
    var notices = project.schema.warnings + project.survey.warnings
    var tables: [Table] = []
    let omitted = project.schema.tables.filter { $0.kind == .omitted }.map(\.name)
    if !omitted.isEmpty {
      notices.append("omitted, no rows are generated: \(omitted.joined(separator: ", "))")
    }
    for table in project.schema.tables where table.kind != .omitted {
      guard let structurePath = file(TaskNames.structure(table.name), OutputName.structure) else {
        throw ClavaError(.internal, "the structure of table \(table.name) is not among the results")
      }
      let structure = try StoredStructure(path: structurePath)
      let report = try structure.report()
      let views = try PlanBuilder.viewNames(of: table, in: project)
      let models = try views.compactMap { view in
        try file(TaskNames.train(view), OutputName.model).map(StoredModel.information(path:))
      }
      let relations = project.schema.parents(of: table.name).map(\.name)
      let training = seconds.filter { task, _ in
        views.contains { task == TaskNames.train($0) } || relations.contains { task == TaskNames.trainClassifier($0) }
      }
      let prefixes =
        views.flatMap { ["expand/\($0)", "sample/\($0)/", "calibrate/\($0)"] }
        + ["", "-rows", "-candidates", "-start", "-solve"].map { "match\($0)/\(table.name)/" }
        + ["structure/\(table.name)", "assemble/\(table.name)"]
      let later = seconds.filter { task, _ in
        prefixes.contains { task.name == $0 || ($0.hasSuffix("/") && task.name.hasPrefix($0)) }
      }
      func total(_ seconds: [TaskIdentifier: Double]) -> Double {
        seconds.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value }
      }
      func mean(_ losses: [Double]) -> Double? {
        losses.isEmpty ? nil : losses.reduce(0, +) / Double(losses.count)
      }
      tables.append(
        Table(
          name: table.name, kind: table.kind.rawValue, realRows: try project.survey(of: table.name).rowCount,
          rows: structure.rowCount, trainingSeconds: training.isEmpty ? nil : total(training),
          samplingSeconds: total(later), loss: mean(models.map(\.loss)),
          validationLoss: mean(models.compactMap(\.validationLoss)),
          labelAgreement: try labelAgreement(of: table, views: views, project, outputs, path),
          columnsNotGenerated: table.columnsNotGenerated, structure: report))
      if table.kind == .lookup {
        notices.append("table \(table.name) is a lookup table: its rows are copies of the real ones")
      }
      notices += report.notices.map { "table \(table.name): \($0)" }
    }
    notices += EmptyTables.notices(tables.map { ($0.name, $0.rows, $0.realRows) }) { name in
      project.schema.parents(of: name).map(\.parent)
    }
    let skipped = tables.filter { !$0.columnsNotGenerated.isEmpty }
    if !skipped.isEmpty {
      notices.append(
        "not generated, written by rule: "
          + skipped.map { "\($0.name) (\($0.columnsNotGenerated.joined(separator: ", ")))" }.joined(separator: "; "))
    }
    let suggested = project.suggestedLookupTables
    if !suggested.isEmpty {
      notices.append(
        "a column of distinct names and no parents: \(suggested.joined(separator: ", ")) may be reference data; "
          + "'tables: { NAME: { kind: lookup } }' keeps the rows of such a table as they are, which copies real rows")
    }
    let planned = try file(TaskNames.scores, OutputName.scores).map { path in
      try CanonicalJSON.decode(Scores.self, from: FileSystem.read(path), source: path)
    }
    return RunSummary(
      recipe: project.configuration.recipe, seed: project.configuration.seed, tables: tables, scores: scores ?? planned,
      notices: notices, wallSeconds: wallSeconds, tasksRun: tasksRun, tasksCached: tasksCached,
      secondsByKind: Dictionary(grouping: seconds.sorted { $0.key < $1.key }) { $0.key.kind }
        .mapValues { $0.reduce(0) { $0 + $1.value } },
      fleet: fleet)
  }

  /// Shares of sampled rows that show their labels, by relation.
  private static func labelAgreement(
    of table: TableSchema, views: [String], _ project: Project, _ outputs: [TaskIdentifier: [TaskOutput]],
    _ path: (TaskOutput) -> String
  ) throws -> [String: Double]? {
    let parents = project.schema.parents(of: table.name).map(\.name)
    var counted: [String: LabelAgreement.Share] = [:]
    for view in views {
      let blocks = outputs.filter { $0.key.name.hasPrefix("sample/\(view)/") }.sorted { $0.key < $1.key }
      for block in blocks.flatMap(\.value) {
        let relations = parents.contains(view) ? [view] : parents
        for (relation, share) in zip(relations, try LabelAgreement.read(path(block))) {
          counted[relation, default: .init()].rows += share.rows
          counted[relation, default: .init()].agreeing += share.agreeing
        }
      }
    }
    let shares = counted.filter { $0.value.rows > 0 }.mapValues { Double($0.agreeing) / Double($0.rows) }
    return shares.isEmpty ? nil : shares
  }
}

extension StructureReport {
  /// What the user should know: only what differs from the real database.
  fileprivate var notices: [String] {
    var lines: [String] = []
    let off = agreements.filter { abs($0.realRate - $0.syntheticRate) > 0.02 }
      .sorted { abs($0.realRate - $0.syntheticRate) > abs($1.realRate - $1.syntheticRate) }
    if let worst = off.first {
      let more = off.count > 1 ? " (and \(off.count - 1) other pairs of paths, listed in summary.json)" : ""
      lines.append(
        "\(percent(worst.syntheticRate)) of its rows reach the same \(worst.ancestor) over "
          + "\(worst.first.joined(separator: ", ")) and \(worst.second.joined(separator: ", ")), in reality "
          + "\(percent(worst.realRate))\(more)")
    }
    for repetition in repetitions where repetition.syntheticRate > repetition.realRate + 0.005 {
      lines.append(
        "\(repetition.syntheticRepeats) rows repeat the parents of another row in "
          + "\(repetition.relations.joined(separator: " and ")), more than in reality")
    }
    for relation in relations where relation.outsideLabel * 50 > max(1, rowCount) {
      lines.append("\(relation.outsideLabel) rows have a parent of another latent group in \(relation.relation)")
    }
    for version in versions where version.repeatedMatches * 50 > max(1, rowCount) {
      lines.append("\(version.repeatedMatches) rows share the row of \(version.relation) they were matched with")
    }
    if orphansLeftOut > 0 {
      lines.append("\(orphansLeftOut) rows of its child tables are left out because the row they refer to is not kept")
    }
    if rowsWithoutRecord > 0 { lines.append("\(rowsWithoutRecord) rows are of a latent group without real rows") }
    return lines
  }

  private func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
}
