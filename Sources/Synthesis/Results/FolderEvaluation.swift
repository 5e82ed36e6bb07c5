import Essentials
public import Evaluation
public import Tables

/// Scores two sets of CSV files against each other, whatever made the synthetic one.
public enum FolderEvaluation {
  /// Reads both sides and computes all scores.
  ///
  /// - Parameters:
  ///   - schema: of the real folder, as loaded.
  ///   - real: real files to compare with, if not those of the schema.
  ///   - synthetic: the synthetic files.
  ///   - copiedTables: tables that are copies of real rows, for the scores without them.
  /// - Throws: `ClavaError.input` with everything that is wrong with either side; keys that do not hold among it.
  public static func scores(
    schema: Schema, real realFiles: ResultLayout? = nil, synthetic syntheticFiles: ResultLayout,
    copiedTables: Set<String> = []
  ) throws -> Scores {
    let real = try load(realFiles.map(schema.withFiles) ?? schema)
    let synthetic = try load(schema.withFiles(syntheticFiles))
    var pairs: [String: TablePair] = [:]
    for table in schema.tables {
      guard let left = real[table.name], let right = synthetic[table.name] else { continue }
      pairs[table.name] = pair(table, left, right)
    }
    func parentRows(_ relation: Relation) throws -> ParentRows {
      guard let left = real[relation.child]?.parents[relation.name],
        let right = synthetic[relation.child]?.parents[relation.name]
      else { throw ClavaError(.internal, "relation \(relation.name) was not read") }
      return ParentRows(real: left, synthetic: right)
    }
    let byName = Dictionary(uniqueKeysWithValues: schema.relations.map { ($0.name, $0) })
    let relations = try schema.relations.compactMap { relation -> RelationScores? in
      guard let parent = pairs[relation.parent], let child = pairs[relation.child] else { return nil }
      return RelationScores.compute(
        relation: relation.name, parent: parent, child: child, parentRows: try parentRows(relation))
    }
    let paths = try SchemaPaths.enumerate(relations: schema.relations.map { ($0.name, $0.parent, $0.child) })
      .compactMap { path -> PathScores? in
        let steps = path.compactMap { byName[$0] }
        guard let top = steps.first.flatMap({ pairs[$0.parent] }), let bottom = steps.last.flatMap({ pairs[$0.child] })
        else { return nil }
        return PathScores.compute(path: path, top: top, bottom: bottom, parentRows: try steps.map(parentRows))
      }
    return Scores.aggregate(
      tables: schema.tables.compactMap { pairs[$0.name] }.map {
        TableScores.compute(real: $0.real, synthetic: $0.synthetic)
      },
      relations: relations, paths: paths, copiedTables: copiedTables)
  }

  /// Reads files as `scores` would, so that what is wrong with them is known before a run.
  ///
  /// - Throws: `ClavaError.input` with everything that is wrong with them.
  public static func check(schema: Schema, files: ResultLayout) throws {
    _ = try Surveyor.survey(schema.withFiles(files))
  }

  /// Distances of synthetic rows and of held-out real rows to the closest training row, for tables with columns and
  /// rows on all three sides.
  ///
  /// - Parameter limit: rows of a side at most, evenly spread, because every pair of rows is compared.
  /// - Throws: `ClavaError.input` with everything that is wrong with one of the folders.
  public static func distances(
    schema: Schema, synthetic syntheticFiles: ResultLayout, holdout holdoutFiles: ResultLayout, limit: Int = 20_000
  ) throws -> [(table: String, distances: DistanceToClosestRecord)] {
    let real = try load(schema)
    let synthetic = try load(schema.withFiles(syntheticFiles))
    let holdout = try load(schema.withFiles(holdoutFiles))
    return schema.tables.compactMap { table in
      guard let train = real[table.name], let made = synthetic[table.name], let kept = holdout[table.name] else {
        return nil
      }
      let first = pair(table, train, made), second = pair(table, train, kept)
      guard made.rowCount > 0, kept.rowCount > 0 else { return nil }
      // Codes of a pair are shared by its two sides only, so each pair is compared on its own.
      guard
        let synthetic = DistanceToClosestRecord.compute(
          train: first.real.sampled(limit), synthetic: first.synthetic.sampled(limit), holdout: nil),
        let holdout = DistanceToClosestRecord.compute(
          train: second.real.sampled(limit), synthetic: second.synthetic.sampled(limit), holdout: nil)
      else { return nil }
      return (table.name, DistanceToClosestRecord(synthetic: synthetic.synthetic, holdout: holdout.synthetic))
    }
  }

  /// One table as read: columns in file order and the parent rows of each relation.
  private struct LoadedTable {
    var rowCount: Int
    var columns: [ColumnBlock]
    var dictionaries: [[String]]
    var parents: [String: [Int32]] = [:]
  }

  private static func load(_ schema: Schema) throws -> [String: LoadedTable] {
    let survey = try Surveyor.survey(schema)
    var loaded: [String: LoadedTable] = [:]
    for name in schema.topologicalOrder {
      guard let table = schema.table(name), let found = survey.table(name) else { continue }
      let reader = try TableReader(table: table, survey: found)
      let block =
        try reader.next(maximumRows: max(1, found.rowCount))
        ?? TableBlock(firstRow: 0, rowCount: 0, columns: table.columns.map { _ in .none })
      var result = LoadedTable(
        rowCount: block.rowCount, columns: block.columns,
        dictionaries: table.columns.indices.map { reader.dictionary(column: $0) })
      for relation in schema.parents(of: name) {
        guard let column = table.index(of: relation.column), let parent = schema.table(relation.parent),
          let key = parent.primaryKey.flatMap({ parent.index(of: $0) }),
          let parentColumns = loaded[relation.parent]?.columns
        else { continue }
        let index: KeyIndex
        switch parentColumns[key] {
        case .integerKeys(let keys): index = KeyIndex(integers: keys)
        case .textKeys(let keys): index = KeyIndex(texts: keys)
        default: index = KeyIndex(integers: [])
        }
        result.parents[relation.name] = block.rowCount == 0 ? [] : index.rows(of: block.columns[column])
      }
      loaded[name] = result
    }
    return loaded
  }

  private static func pair(_ table: TableSchema, _ real: LoadedTable, _ synthetic: LoadedTable) -> TablePair {
    var left: [EvaluationColumn] = []
    var right: [EvaluationColumn] = []
    for (index, column) in table.columns.enumerated() {
      switch column.role {
      case .number, .date:
        left.append(.continuous(name: column.name, values: real.columns[index].numbers ?? []))
        right.append(.continuous(name: column.name, values: synthetic.columns[index].numbers ?? []))
      case .categorical, .boolean:
        var levels: [String: Int32] = [:]
        for text in real.dictionaries[index] + synthetic.dictionaries[index] where levels[text] == nil {
          levels[text] = Int32(levels.count)
        }
        func shared(_ side: LoadedTable) -> [Int32] {
          let map = side.dictionaries[index].map { levels[$0] ?? -1 }
          return (side.columns[index].codes ?? []).map { $0 < 0 ? -1 : map[Int($0)] }
        }
        left.append(.discrete(name: column.name, codes: shared(real), levels: levels.count))
        right.append(.discrete(name: column.name, codes: shared(synthetic), levels: levels.count))
      default: break
      }
    }
    return TablePair(
      real: EvaluationTable(name: table.name, rowCount: real.rowCount, columns: left),
      synthetic: EvaluationTable(name: table.name, rowCount: synthetic.rowCount, columns: right))
  }
}

extension EvaluationTable {
  /// At most `limit` rows, evenly spread.
  fileprivate func sampled(_ limit: Int) -> EvaluationTable {
    guard rowCount > limit else { return self }
    let rows = (0..<limit).map { $0 * rowCount / limit }
    return EvaluationTable(
      name: name, rowCount: limit,
      columns: columns.map { column in
        switch column {
        case .continuous(let name, let values): .continuous(name: name, values: rows.map { values[$0] })
        case .discrete(let name, let codes, let levels):
          .discrete(name: name, codes: rows.map { codes[$0] }, levels: levels)
        }
      })
  }
}
