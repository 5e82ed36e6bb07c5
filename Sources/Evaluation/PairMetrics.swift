/// Scores of column pairs (`paper` mode: every pair, every row, no thresholds).
///
/// The later report mode of sdmetrics, with thresholds on the strength of a pair and a subsample of rows, would
/// decide here whether a pair counts.
enum PairMetrics {
  static func score(_ first: JoinedColumn, _ second: JoinedColumn) -> PairScore {
    let bothContinuous = first.isContinuous && second.isContinuous
    return PairScore(
      first: first.reference, second: second.reference,
      metric: bothContinuous ? .correlationSimilarity : .contingencySimilarity,
      score: bothContinuous
        ? CorrelationSimilarity.score(first, second) : ContingencySimilarity.score(first, second))
  }

  /// The joined columns of a table; continuous ones are binned if `partners` has a discrete column.
  static func prepare(
    _ pair: TablePair, real: RowView, synthetic: RowView, partners: [EvaluationColumn]
  ) -> [JoinedColumn] {
    let needsBins = partners.contains { !$0.isContinuous }
    return pair.real.columns.indices.map {
      JoinedColumn($0, of: pair, real: real, synthetic: synthetic, needsBins: needsBins)
    }
  }
}
