/// What reading the keys of a table found on one side.
public struct TableKeyFacts: Sendable, Codable, Hashable {
  /// Rows whose primary key occurred in an earlier row.
  public var repeated: Int
  /// Rows without a primary key.
  public var missing: Int

  /// States what was found; a table without a primary key has neither.
  public init(repeated: Int = 0, missing: Int = 0) {
    self.repeated = repeated
    self.missing = missing
  }
}

/// What reading a foreign key found on one side.
public struct RelationKeyFacts: Sendable, Codable, Hashable {
  /// Child rows whose foreign key is missing.
  public var missing: Int
  /// Child rows whose foreign key names no row of the parent.
  public var dangling: Int

  /// States what was found.
  public init(missing: Int = 0, dangling: Int = 0) {
    self.missing = missing
    self.dangling = dangling
  }
}

/// One of the databases that are compared: training rows, synthetic rows or held-out rows.
///
/// All sides of an `EvaluationDatabase` share the codes of their categories.
public struct DatabaseSide: Sendable {
  /// One table each, in the order of the schema.
  public let tables: [EvaluationTable]
  /// For every relation of the schema the parent row of each child row, −1 where the key is null or dangling.
  public let parentRows: [[Int32]]
  /// What the primary keys are like, in the order of the tables.
  public let tableKeys: [TableKeyFacts]
  /// What the foreign keys are like, in the order of the relations.
  public let relationKeys: [RelationKeyFacts]
  /// Of held-out rows: for every relation the training row that is the parent of each child row, −1 where the parent
  /// is held out itself or there is none; nil on the other sides.
  public let trainingParentRows: [[Int32]]?

  /// Joins what was read; key facts left out mean that all keys hold.
  public init(
    tables: [EvaluationTable], parentRows: [[Int32]], tableKeys: [TableKeyFacts]? = nil,
    relationKeys: [RelationKeyFacts]? = nil, trainingParentRows: [[Int32]]? = nil
  ) {
    self.tables = tables
    self.parentRows = parentRows
    self.trainingParentRows = trainingParentRows
    self.tableKeys = tableKeys ?? tables.map { _ in TableKeyFacts() }
    self.relationKeys = relationKeys ?? parentRows.map { _ in RelationKeyFacts() }
    precondition(
      self.tableKeys.count == tables.count && self.relationKeys.count == parentRows.count,
      "key facts of \(self.tableKeys.count) tables and \(self.relationKeys.count) relations for \(tables.count) tables "
        + "and \(parentRows.count) relations")
  }
}

/// Everything that an evaluation compares.
public struct EvaluationDatabase: Sendable {
  /// Tables, columns and foreign keys; the same for all sides.
  public let schema: EvaluationSchema
  /// The rows that the generator was trained on.
  public let real: DatabaseSide
  /// The rows it made.
  public let synthetic: DatabaseSide
  /// Real rows that it never saw.
  public let holdout: DatabaseSide?

  /// Joins the sides.
  public init(schema: EvaluationSchema, real: DatabaseSide, synthetic: DatabaseSide, holdout: DatabaseSide? = nil) {
    for side in [real, synthetic, holdout].compactMap({ $0 }) {
      precondition(
        side.tables.map(\.name) == schema.tables.map(\.name) && side.parentRows.count == schema.relations.count,
        "a side has tables \(side.tables.map(\.name)) and \(side.parentRows.count) relations, the schema has "
          + "\(schema.tables.map(\.name)) and \(schema.relations.count)")
    }
    self.schema = schema
    self.real = real
    self.synthetic = synthetic
    self.holdout = holdout
  }

  /// Real and synthetic rows of a table.
  public func pair(_ table: Int) -> TablePair {
    TablePair(real: real.tables[table], synthetic: synthetic.tables[table])
  }

  /// Real and synthetic parents of a relation.
  public func parentRows(_ relation: Int) -> ParentRows {
    ParentRows(real: real.parentRows[relation], synthetic: synthetic.parentRows[relation])
  }
}
