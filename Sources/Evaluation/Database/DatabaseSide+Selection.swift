extension EvaluationTable {
  /// The given rows, in their order.
  func selecting(_ rows: [Int32]) -> EvaluationTable {
    EvaluationTable(
      name: name, rowCount: rows.count,
      columns: columns.map { column in
        switch column {
        case .continuous(let name, let values):
          .continuous(name: name, values: rows.map { values[Int($0)] })
        case .discrete(let name, let codes, let levels):
          .discrete(name: name, codes: rows.map { codes[Int($0)] }, levels: levels)
        }
      })
  }

  /// The rows of this table and, behind them, those of another with the same columns.
  func appending(_ other: EvaluationTable) -> EvaluationTable {
    EvaluationTable(
      name: name, rowCount: rowCount + other.rowCount,
      columns: zip(columns, other.columns).map { column, more in
        switch (column, more) {
        case (.continuous(let name, let values), .continuous(_, let others)):
          return .continuous(name: name, values: values + others)
        case (.discrete(let name, let codes, let levels), .discrete(_, let others, let otherLevels)):
          return .discrete(name: name, codes: codes + others, levels: max(levels, otherLevels))
        default: preconditionFailure("column \(column.name) of \(name) differs in kind between two sides")
        }
      })
  }
}

extension DatabaseSide {
  /// The rows that are marked; keys of rows that are left out become missing.
  ///
  /// - Parameter isKept: for each table a mark a row.
  func selecting(_ isKept: [[Bool]], schema: EvaluationSchema) -> DatabaseSide {
    let rows = isKept.map { marks in marks.indices.filter { marks[$0] }.map { Int32($0) } }
    let parentRows = schema.relations.enumerated().map { index, relation -> [Int32] in
      guard let parent = schema.index(ofTable: relation.parent), let child = schema.index(ofTable: relation.child)
      else { return [] }
      var place = [Int32](repeating: -1, count: isKept[parent].count)
      for (new, old) in rows[parent].enumerated() { place[Int(old)] = Int32(new) }
      return rows[child].map { row in
        let old = self.parentRows[index][Int(row)]
        return old < 0 ? -1 : place[Int(old)]
      }
    }
    return DatabaseSide(tables: zip(tables, rows).map { $0.selecting($1) }, parentRows: parentRows)
  }

  /// The training rows and, behind them, the held-out rows, with the keys between the two.
  static func joined(training: DatabaseSide, holdout: DatabaseSide, schema: EvaluationSchema) -> DatabaseSide {
    let parentRows = schema.relations.enumerated().map { index, relation -> [Int32] in
      let offset = Int32(schema.index(ofTable: relation.parent).map { training.tables[$0].rowCount } ?? 0)
      let outside = holdout.trainingParentRows?[index]
      return training.parentRows[index]
        + holdout.parentRows[index].enumerated().map { row, parent in
          parent >= 0 ? parent + offset : outside?[row] ?? -1
        }
    }
    return DatabaseSide(
      tables: zip(training.tables, holdout.tables).map { $0.appending($1) }, parentRows: parentRows)
  }

  /// Marks as well all rows that marked ones refer to.
  func includingParents(_ marks: [[Bool]], schema: EvaluationSchema) -> [[Bool]] {
    var marks = marks
    for (child, table) in schema.tables.enumerated().reversed() {
      for index in schema.parents(of: table.name) {
        guard let parent = schema.index(ofTable: schema.relations[index].parent) else { continue }
        for (row, parentRow) in parentRows[index].enumerated() where parentRow >= 0 && marks[child][row] {
          marks[parent][Int(parentRow)] = true
        }
      }
    }
    return marks
  }

  /// Some tables and relations.
  func restricted(tables places: [Int], relations: [Int]) -> DatabaseSide {
    DatabaseSide(
      tables: places.map { tables[$0] }, parentRows: relations.map { parentRows[$0] },
      tableKeys: places.map { tableKeys[$0] }, relationKeys: relations.map { relationKeys[$0] },
      trainingParentRows: trainingParentRows.map { rows in relations.map { rows[$0] } })
  }
}
