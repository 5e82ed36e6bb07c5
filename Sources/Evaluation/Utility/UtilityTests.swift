internal import Tensors

/// Models trained on synthetic rows and tested on real ones (TSTR), with models trained on real rows beside them.
///
/// Each number and each category of a table is predicted in turn from the other columns of its row and the columns
/// of its parents. `synthetic` is the figure of the model trained on synthetic rows, `real` that of the model trained
/// on as many training rows: R² for numbers, F1 of the second category for two categories, macro F1 for more. The score
/// is 1 less what is lost, negative R² counted as 0.
///
/// Everything that is fitted (bins, scales, frequencies) comes from the side that trains.
///
/// Source: spec/metrics.md §8.
public enum UtilityTests {
  /// Categories beyond this many, by frequency in training rows, are one.
  static let categoryLimit = 16

  /// What there is to say about one table, in fixed order.
  ///
  /// - Parameter table: its place in the schema.
  /// - Complexity: 200 trees of depth 6 a number, as many a category of a categorical column.
  public static func findings(
    for table: Int, in database: EvaluationDatabase, options: FindingOptions
  ) -> [Finding] {
    let description = database.schema.tables[table]
    let targets = description.columns.indices.filter { description.columns[$0].kind != .date }
    guard !targets.isEmpty else { return [] }
    func undefined(_ reason: String) -> [Finding] {
      targets.map {
        Finding(
          metric: "TSTR", table: description.name, columns: ["\(description.name).\(description.columns[$0].name)"],
          score: .undefined(reason), count: 0)
      }
    }
    if description.isCopied { return undefined("the rows are copies of real ones by request") }
    guard let split = UtilitySplit(table, database.withUnseenHoldout(for: table), options) else {
      return undefined("fewer than twenty rows on a side")
    }
    return targets.map { target in
      let task = UtilityTask(
        table: description.name, column: description.columns[target], target: target, split: split)
      return task.finding()
    }
  }
}

/// The rows that models are trained and tested on, with all columns that may be inputs.
struct UtilitySplit {
  /// Columns of the table, then those of its parents.
  let synthetic: [EvaluationColumn]
  let real: [EvaluationColumn]
  let test: [EvaluationColumn]
  let note: String

  init?(_ table: Int, _ database: EvaluationDatabase, _ options: FindingOptions) {
    let schema = database.schema
    let name = schema.tables[table].name
    let stream = "utility/\(name)"
    let limit = options.rowLimit ?? .max
    func permuted(_ count: Int, _ part: String) -> [Int32] {
      RandomStream(seed: options.seed, name: "\(stream)/\(part)").permutation(count: count)
    }
    let realCount = database.real.tables[table].rowCount
    var training = permuted(realCount, "real rows")
    var tested: (side: DatabaseSide, rows: [Int32])
    let source: String
    if let holdout = database.holdout, holdout.tables[table].rowCount >= 20 {
      tested = (holdout, permuted(holdout.tables[table].rowCount, "test rows"))
      source = "held-out rows"
    } else {
      // Rows with the same parent stay together, so that a model cannot recognise a row's siblings.
      let random = RandomStream(seed: options.seed, name: "\(stream)/fifth")
      let groups = RowGroups.ids(of: table, on: database.real, in: database)
      func isTested(_ row: Int32) -> Bool { random.uniform(row: UInt64(groups?[Int(row)] ?? Int(row))) < 0.2 }
      tested = (database.real, training.filter(isTested))
      training.removeAll(where: isTested)
      source = "a fifth of the training rows that the real model does not see"
    }
    let synthetic = permuted(database.synthetic.tables[table].rowCount, "synthetic rows")
    let count = min(training.count, synthetic.count, limit)
    let testCount = min(tested.rows.count, limit)
    guard count >= 20, testCount >= 5 else { return nil }
    func columns(_ side: DatabaseSide, _ rows: ArraySlice<Int32>) -> [EvaluationColumn] {
      let all =
        side.tables[table].columns
        + ParentColumns.columns(
          of: table, on: side, training: database.real, schema: schema)
      return EvaluationTable(name: name, rowCount: side.tables[table].rowCount, columns: all)
        .selecting(Array(rows)).columns
    }
    self.synthetic = columns(database.synthetic, synthetic.prefix(count))
    real = columns(database.real, training.prefix(count))
    test = columns(tested.side, tested.rows.prefix(testCount))
    note = "trained on \(count) rows of each kind, tested on \(testCount) \(source)"
  }
}
