/// Scores of column pairs.
enum PairMetrics {
  /// The score in a mode; the strength of the real pair goes with it where the mode asks for one.
  static func score(_ first: JoinedColumn, _ second: JoinedColumn, mode: EvaluationMode) -> PairScore {
    let usesThresholds = mode == .sdmetrics
    if first.isContinuous && second.isContinuous {
      let result = CorrelationSimilarity.strengthened(
        first, second, threshold: usesThresholds ? EvaluationMode.correlationThreshold : nil)
      return PairScore(
        first: first.reference, second: second.reference, metric: .correlationSimilarity, score: result.score,
        strength: usesThresholds ? result.strength : nil)
    }
    let result = ContingencySimilarity.strengthened(
      first, second, threshold: usesThresholds ? EvaluationMode.associationThreshold : nil)
    return PairScore(
      first: first.reference, second: second.reference, metric: .contingencySimilarity, score: result.score,
      strength: result.strength)
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

/// The score of a pair and what decides whether it counts: the real correlation or Cramér's V of the real rows.
struct StrengthenedScore {
  let score: Score
  var strength: Double?

  /// The reason why a pair is left out.
  static func weak(_ name: String, _ strength: Double, threshold: Double) -> StrengthenedScore {
    // Thousandths, cut off, so that 0.5 itself reads 0.5.
    let shown = (abs(strength) * 1000).rounded(.down) / 1000
    return StrengthenedScore(
      score: .undefined("the pair is weak: \(name) of the real rows is \(shown), not above \(threshold)"),
      strength: strength)
  }
}
