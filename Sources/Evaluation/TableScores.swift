/// Column shapes and column pair trends (0-hop) of one table.
public struct TableScores: Sendable, Codable, Hashable {
  /// The name of the table.
  public let table: String
  /// Rows compared with.
  public let realRowCount: Int
  /// Rows generated.
  public let syntheticRowCount: Int
  /// One score a column, in the order of the table.
  public let columns: [ColumnScore]
  /// One score a pair of columns, first by the earlier column.
  public let pairs: [PairScore]

  /// Scores every column and every pair of columns.
  ///
  /// - Parameter seed: of the rows on which the mode that follows sdmetrics counts large tables.
  /// - Complexity: O(n log n) a column, O(n) a pair; memory is four bytes a value of continuous columns.
  public static func compute(
    real: EvaluationTable, synthetic: EvaluationTable, mode: EvaluationMode = .paper, seed: UInt64 = 0
  ) -> TableScores {
    let pair = TablePair(real: real, synthetic: synthetic)
    let columns = zip(real.columns, synthetic.columns).map { realColumn, syntheticColumn in
      let result = ColumnMetrics.score(real: realColumn, synthetic: syntheticColumn, mode: mode)
      return ColumnScore(
        column: ColumnReference(table: real.name, column: realColumn.name), metric: result.metric,
        score: result.score)
    }
    let views = ModeSample.apply(
      mode, seed: seed, name: real.name, real: .all(real.rowCount), synthetic: .all(synthetic.rowCount))
    let joined = PairMetrics.prepare(pair, real: views.real, synthetic: views.synthetic, partners: real.columns)
    var pairs: [PairScore] = []
    for first in joined.indices {
      for second in joined.indices where second > first {
        pairs.append(PairMetrics.score(joined[first], joined[second], mode: mode))
      }
    }
    return TableScores(
      table: real.name, realRowCount: real.rowCount, syntheticRowCount: synthetic.rowCount, columns: columns,
      pairs: pairs)
  }
}
