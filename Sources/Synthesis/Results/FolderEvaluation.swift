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
  /// - Throws: `ClavaError.input` with everything that is wrong with the form of either side.
  public static func scores(
    schema: Schema, real: ResultLayout? = nil, synthetic: ResultLayout, copiedTables: Set<String> = []
  ) throws -> Scores {
    let folders = try FolderDatabase.load(
      schema: schema, real: real, synthetic: synthetic, copiedTables: copiedTables)
    return try DatabaseScores.compute(folders.database).scores
  }

  /// Reads files as a run would read its data, so that what is wrong with them is known before it begins.
  ///
  /// - Throws: `ClavaError.input` with everything that is wrong with them.
  public static func check(schema: Schema, files: ResultLayout) throws {
    _ = try Surveyor.survey(schema.withFiles(files))
  }

  /// Distances of synthetic rows and of held-out real rows to the closest training row, for tables with columns and
  /// rows on all three sides; none without a holdout.
  ///
  /// - Parameter limit: rows of a side at most, evenly spread, because every pair of rows is compared.
  public static func distances(
    _ database: EvaluationDatabase, limit: Int = 20_000
  ) -> [(table: String, distances: DistanceToClosestRecord)] {
    guard let holdout = database.holdout else { return [] }
    return database.schema.tables.indices.compactMap { index in
      let synthetic = database.synthetic.tables[index], held = holdout.tables[index]
      guard synthetic.rowCount > 0, held.rowCount > 0,
        let found = DistanceToClosestRecord.compute(
          train: database.real.tables[index].sampled(limit), synthetic: synthetic.sampled(limit),
          holdout: held.sampled(limit))
      else { return nil }
      return (database.schema.tables[index].name, found)
    }
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
