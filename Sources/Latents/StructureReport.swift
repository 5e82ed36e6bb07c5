/// What the structure of a synthetic table kept and what it had to give up.
public struct StructureReport: Codable, Sendable, Equatable {
  /// Two paths to one ancestor, and how often they meet.
  public struct PathAgreement: Codable, Sendable, Equatable {
    /// Relations of the one path.
    public var first: [String]
    /// Relations of the other path.
    public var second: [String]
    /// The ancestor table.
    public var ancestor: String
    /// Share of the real rows whose paths meet.
    public var realRate: Double
    /// Share of the synthetic rows whose paths meet.
    public var syntheticRate: Double
    /// Whether matching was asked for it; otherwise it is implied by another pair or beyond the number of pairs kept.
    public var demanded: Bool
  }

  /// A set of relations, and how often their tuples of parents repeat.
  public struct TupleRepetition: Codable, Sendable, Equatable {
    /// The relations.
    public var relations: [String]
    /// (Rows − distinct tuples) / rows in the real table.
    public var realRate: Double
    /// (Rows − distinct tuples) / rows in the synthetic table.
    public var syntheticRate: Double
    /// Rows − distinct tuples in the synthetic table.
    public var syntheticRepeats: Int
  }

  /// What happened in one parent relation.
  public struct RelationOutcome: Codable, Sendable, Equatable {
    /// The relation.
    public var relation: String
    /// Rows whose parent has another label than their record.
    public var outsideLabel: Int
    /// Units by which group sizes were changed to fit the number of rows.
    public var resizedUnits: Int
  }

  /// How the rows of another version of the table were matched with the kept ones.
  public struct VersionOutcome: Codable, Sendable, Equatable {
    /// The version: the relation it was sampled for.
    public var relation: String
    /// Rows of the version.
    public var rowCount: Int
    /// Kept rows that share their match with an earlier one.
    public var repeatedMatches: Int
    /// Mean distance of a kept row and its match, in the features that were matched.
    public var meanDistance: Double

    /// Creates an outcome.
    public init(relation: String, rowCount: Int, repeatedMatches: Int, meanDistance: Double) {
      self.relation = relation
      self.rowCount = rowCount
      self.repeatedMatches = repeatedMatches
      self.meanDistance = meanDistance
    }
  }

  /// The table.
  public var table: String
  /// Rows of the synthetic table.
  public var rowCount: Int
  /// Rows whose label has no real record; their records were taken from all labels.
  public var rowsWithoutRecord: Int
  /// Labels of the first relation that real records have and no synthetic parent offers.
  public var labelsWithoutStubs: Int
  /// One entry per parent relation.
  public var relations: [RelationOutcome]
  /// One entry per pair of paths.
  public var agreements: [PathAgreement]
  /// One entry per pair of relations, and one for all of them when there are more than two.
  public var repetitions: [TupleRepetition]
  /// One entry per version of the table that was matched with the kept one.
  public var versions: [VersionOutcome] = []
  /// Rows of child tables that were left out because the row they would refer to is not kept.
  public var orphansLeftOut = 0

  /// Creates the report of a structure that had to give up nothing.
  public init(table: String, rowCount: Int) {
    self.init(
      table: table, rowCount: rowCount, rowsWithoutRecord: 0, labelsWithoutStubs: 0, relations: [], agreements: [],
      repetitions: [])
  }

  init(
    table: String, rowCount: Int, rowsWithoutRecord: Int, labelsWithoutStubs: Int, relations: [RelationOutcome],
    agreements: [PathAgreement], repetitions: [TupleRepetition]
  ) {
    self.table = table
    self.rowCount = rowCount
    self.rowsWithoutRecord = rowsWithoutRecord
    self.labelsWithoutStubs = labelsWithoutStubs
    self.relations = relations
    self.agreements = agreements
    self.repetitions = repetitions
  }
}
