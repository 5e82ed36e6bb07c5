import Evaluation

/// One side of a small database, in the making.
struct SideBuilder {
  var tables: [EvaluationTable] = []
  var parents: [[Int32]] = []
  var tableKeys: [TableKeyFacts]?
  var relationKeys: [RelationKeyFacts]?

  var side: DatabaseSide {
    DatabaseSide(tables: tables, parentRows: parents, tableKeys: tableKeys, relationKeys: relationKeys)
  }

  /// Replaces a column of a table.
  mutating func replace(_ table: Int, _ column: EvaluationColumn) {
    let old = tables[table]
    tables[table] = EvaluationTable(
      name: old.name, rowCount: old.rowCount, columns: old.columns.map { $0.name == column.name ? column : $0 })
  }
}

extension EvaluationDatabase {
  /// A database whose schema follows from the tables; columns named in `dates` are dates.
  init(
    relations: [(child: String, column: String, parent: String)], dates: Set<String> = [], real: SideBuilder,
    synthetic: SideBuilder, holdout: SideBuilder? = nil
  ) {
    let tables = real.tables.map { table in
      EvaluationSchema.Table(
        name: table.name,
        columns: table.columns.map { column in
          let kind: EvaluationSchema.ColumnKind =
            column.isContinuous ? (dates.contains(column.name) ? .date : .number) : .categorical
          return EvaluationSchema.Column(name: column.name, kind: kind)
        })
    }
    self.init(
      schema: EvaluationSchema(
        tables: tables,
        relations: relations.map {
          EvaluationSchema.Relation(
            name: "\($0.child).\($0.column)", parent: $0.parent, child: $0.child, column: $0.column)
        }),
      real: real.side, synthetic: synthetic.side, holdout: holdout?.side)
  }
}

extension [Finding] {
  /// The findings of a metric.
  func of(_ metric: String) -> [Finding] { filter { $0.metric == metric } }
}

/// Days as nanoseconds.
func days(_ days: [Double]) -> [Double] { days.map { $0 * 86_400e9 } }
