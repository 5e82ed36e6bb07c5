/// Everything that an evaluation found: `report.json`, and the source of the page and of the text in the terminal.
public struct EvaluationReport: Codable, Sendable, Hashable {
  /// What was evaluated, as a reader calls it: the name of the database, of a run or of a generator.
  public var title: String
  /// The program and its version.
  public var generatedBy: String
  /// Tables, scored columns and foreign keys.
  public var schema: EvaluationSchema
  /// How many rows were compared, one entry a table in the order of the schema.
  public var rows: [TableRows]
  /// Scores as the publications define them, against the training rows.
  public var scores: Scores
  /// Scores by the rules of sdmetrics 0.32.
  public var sdmetricsScores: Scores?
  /// What real rows reach against other real rows.
  public var ceilings: Ceilings?
  /// How much the scores differ between several synthetic databases of the same generator.
  public var spread: ScoreSpread?
  /// The facts of every section that was evaluated, in the order of the tables.
  public var findings: [FindingSection: [Finding]]
  /// Details and plots of the tables, in the order of the schema.
  public var plots: [TablePlots]
  /// How the synthetic rows were made; nil where only their files are known.
  public var run: RunReport?
  /// Sentences a reader has to know: what was copied, left out or not generated.
  public var notices: [String]

  /// Collects the parts of a report.
  public init(
    title: String, generatedBy: String, schema: EvaluationSchema, rows: [TableRows], scores: Scores,
    sdmetricsScores: Scores? = nil, ceilings: Ceilings? = nil, spread: ScoreSpread? = nil,
    findings: [FindingSection: [Finding]] = [:], plots: [TablePlots] = [], run: RunReport? = nil,
    notices: [String] = []
  ) {
    self.title = title
    self.generatedBy = generatedBy
    self.schema = schema
    self.rows = rows
    self.scores = scores
    self.sdmetricsScores = sdmetricsScores
    self.ceilings = ceilings
    self.spread = spread
    self.findings = findings
    self.plots = plots
    self.run = run
    self.notices = notices
  }
}

/// Sections are keys of JSON objects by their raw values.
extension FindingSection: CodingKeyRepresentable {}

/// How many rows of a table were compared.
public struct TableRows: Codable, Sendable, Hashable {
  /// The name of the table.
  public var table: String
  /// Training rows.
  public var real: Int
  /// Synthetic rows.
  public var synthetic: Int
  /// Real rows that the generator never saw; nil without a holdout.
  public var holdout: Int?

  /// States the numbers of rows.
  public init(table: String, real: Int, synthetic: Int, holdout: Int? = nil) {
    self.table = table
    self.real = real
    self.synthetic = synthetic
    self.holdout = holdout
  }
}
