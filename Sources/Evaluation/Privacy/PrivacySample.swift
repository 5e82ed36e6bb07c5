/// The rows of one table that privacy figures look at.
///
/// Neighbours are sought for at most `rowLimit` rows of each side, among at most ten times as many.
struct PrivacySample {
  /// How many times more rows are searched than rows have neighbours sought.
  static let targetFactor = 10
  /// Searched rows, in random order if they are a sample.
  let training: EvaluationTable
  let synthetic: EvaluationTable
  let held: EvaluationTable?
  /// Rows of these tables whose neighbours are sought.
  let trainingQueries: [Int32]
  let syntheticQueries: [Int32]
  let heldQueries: [Int32]
  /// As many training rows as there are held-out ones, in whole groups as those are.
  let trainingPart: EvaluationTable?
  let note: String

  init(_ table: Int, _ database: EvaluationDatabase, _ options: FindingOptions, stream: String) {
    let sides = [database.real, database.synthetic, database.holdout].map { $0?.tables[table] }
    let limit = options.rowLimit
    var searched: [EvaluationTable?] = []
    var queries: [[Int32]] = []
    for (index, side) in sides.enumerated() {
      guard let side else {
        searched.append(nil)
        queries.append([])
        continue
      }
      // Training rows are shuffled in any case: parts of them serve as samples.
      let drawn = RowSample.draw(
        limit.map { $0 * Self.targetFactor } ?? side.rowCount, of: side.rowCount, seed: options.seed,
        stream: "\(stream)/rows of side \(index)")
      searched.append(side.selecting(drawn))
      queries.append((0..<Int32(min(drawn.count, limit ?? drawn.count))).map { $0 })
    }
    let empty = EvaluationTable(name: database.schema.tables[table].name, rowCount: 0, columns: [])
    training = searched[0] ?? empty
    synthetic = searched[1] ?? empty
    held = searched[2]
    (trainingQueries, syntheticQueries, heldQueries) = (queries[0], queries[1], queries[2])
    let heldCount = held?.rowCount ?? 0
    if heldCount > 0 && heldCount < training.rowCount {
      let ids = RowGroups.ids(of: table, on: database.real, in: database)
      let rows = ids.map { RowGroups.shuffled($0, seed: options.seed, stream: "\(stream)/part") }
      let all = database.real.tables[table]
      trainingPart =
        rows.map { all.selecting(Array($0.prefix(heldCount))) }
        ?? training.selecting((0..<Int32(heldCount)).map { $0 })
    } else {
      trainingPart = nil
    }
    let names = ["training", "synthetic", "held-out"]
    let parts = sides.indices.compactMap { index -> String? in
      guard let side = sides[index], let rows = searched[index] else { return nil }
      if queries[index].count == side.rowCount { return nil }
      return "\(queries[index].count) of \(side.rowCount) \(names[index]) rows"
        + (rows.rowCount > queries[index].count ? " (searched: \(rows.rowCount))" : "")
    }
    note =
      (parts.isEmpty ? "all rows" : parts.joined(separator: ", "))
      + (database.holdout == nil ? "; without held-out rows the figures cannot be judged" : "")
  }
}
