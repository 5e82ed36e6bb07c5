/// Evaluates a whole database: scores, findings, ceilings and plots, in parallel over tables, foreign keys, paths and
/// sections.
public struct DatabaseReport: Sendable {
  /// What is evaluated.
  public struct Options: Sendable {
    /// The sections of findings.
    public var sections: [FindingSection]
    /// What the tests of all sections share.
    public var findings: FindingOptions
    /// The modes of the scores. A report holds those of the publications; without them, and for programs that want
    /// nothing else, it holds the others in their place.
    public var modes: Set<EvaluationMode>
    /// Draws that the ceilings rest on; 0 leaves them out.
    public var ceilings: Int
    /// Whether plots are made.
    public var includesPlots: Bool
    /// Parts that are computed at a time; nil for one a core.
    public var threads: Int?

    /// Sets the options.
    public init(
      sections: [FindingSection] = FindingSection.allCases, findings: FindingOptions = FindingOptions(),
      modes: Set<EvaluationMode> = [.paper], ceilings: Int = 3, includesPlots: Bool = true, threads: Int? = nil
    ) {
      self.sections = sections
      self.findings = findings
      self.modes = modes
      self.ceilings = ceilings
      self.includesPlots = includesPlots
      self.threads = threads
    }
  }

  /// The report without what only its maker knows: the spread over other databases, and how the rows were made.
  public let report: EvaluationReport
  /// The scores of every column and pair, by mode.
  public let scores: [EvaluationMode: DatabaseScores]

  /// Evaluates a database.
  ///
  /// - Parameters:
  ///   - title: what was evaluated.
  ///   - generatedBy: the program and its version.
  ///   - notices: what a reader has to know about the files.
  ///   - progress: called with what is being computed, the number of parts done and of all parts of it.
  public static func compute(
    _ database: EvaluationDatabase, title: String, generatedBy: String, notices: [String] = [],
    options: Options = Options(), progress: (@Sendable (String, Int, Int) -> Void)? = nil
  ) throws -> DatabaseReport {
    let schema = database.schema
    let parts = DatabaseScores.partCount(schema)
    let threads = options.threads
    precondition(!options.modes.isEmpty, "an evaluation needs a mode of scores")
    var scores: [EvaluationMode: DatabaseScores] = [:]
    for mode in EvaluationMode.allCases where options.modes.contains(mode) {
      scores[mode] = try DatabaseScores.compute(
        database, mode: mode, seed: options.findings.seed, threads: threads
      ) { progress?("scores, mode \(mode.rawValue)", $0, parts) }
    }
    guard let main = scores[.paper] ?? scores.first?.value else { preconditionFailure("a mode has no scores") }
    var notices = notices
    var report = EvaluationReport(
      title: title, generatedBy: generatedBy, schema: schema, rows: schema.tables.indices.map(database.rows(of:)),
      scores: main.scores, sdmetricsScores: scores[.sdmetrics]?.scores)
    if options.ceilings > 0 {
      let all = options.ceilings
      report.ceilings = try Ceilings.compute(
        database, seed: options.findings.seed, repetitions: all, threads: threads
      ) { progress?("ceilings", $0, all) }
      if report.ceilings == nil {
        notices.append("there are too few real rows to divide them for ceilings")
      }
    }
    let steps = options.sections.flatMap { section in schema.tables.indices.map { (section: section, table: $0) } }
    let found = try ParallelParts.map(
      costs: steps.map { $0.section.weight * database.size(of: $0.table) }, threads: threads,
      finished: { progress?("tests", $0, steps.count) },
      { steps[$0].section.findings(for: steps[$0].table, in: database, options: options.findings) })
    for section in options.sections {
      report.findings[section] = zip(steps, found).filter { $0.0.section == section }.flatMap(\.1)
    }
    if options.includesPlots {
      report.plots = try ParallelParts.map(
        costs: schema.tables.indices.map(database.size(of:)), threads: threads,
        finished: { progress?("plots", $0, schema.tables.count) },
        { database.plots(of: $0, scores: main.tables[$0], relations: main.relations) })
    }
    report.notices = notices
    return DatabaseReport(report: report, scores: scores)
  }
}

extension EvaluationDatabase {
  /// How many rows of a table there are on each side.
  public func rows(of table: Int) -> TableRows {
    TableRows(
      table: schema.tables[table].name, real: real.tables[table].rowCount, synthetic: synthetic.tables[table].rowCount,
      holdout: holdout?.tables[table].rowCount)
  }

  /// The plots of a table, which see its neighbourhood only.
  ///
  /// - Parameter relations: of the whole database or of the neighbourhood.
  public func plots(of table: Int, scores: TableScores, relations: [RelationScores]) -> TablePlots {
    let part = neighbourhood(of: table)
    return ReportPlots.plots(for: part.table, in: part.database, scores: scores, relations: relations)
  }

  /// Values of a table: what work on it grows with.
  fileprivate func size(of table: Int) -> Double {
    Double(real.tables[table].rowCount + synthetic.tables[table].rowCount)
      * Double(schema.tables[table].columns.count + 1)
  }
}

extension FindingSection {
  /// How dear the tests of the section are beside each other.
  fileprivate var weight: Double {
    switch self {
    case .structure, .temporal, .integrity: 1
    case .privacy: 10
    case .detection: 30
    case .utility: 60
    }
  }
}
