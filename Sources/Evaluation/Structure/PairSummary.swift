/// The trends of all pairs of columns of two joined tables in one finding.
enum PairSummary {
  /// Mean score and mean strength (|correlation| or Cramér's V) of all pairs; the note names the lowest.
  ///
  /// - Parameter pair: joins the columns of the real side with those of another one.
  static func finding<Side>(
    _ metric: String, table: String, relations: [String], labels: (String, String), count: Int, sides: Sides<Side>,
    pair: (_ real: Side, _ other: Side) -> (first: [JoinedColumn], second: [JoinedColumn])
  ) -> Finding? {
    func compare(_ other: Side) -> [Outcome] {
      let columns = pair(sides.real, other)
      return columns.first.flatMap { first in columns.second.map { outcome(first, $0) } }
    }
    let synthetic = compare(sides.synthetic)
    if synthetic.isEmpty { return nil }
    let holdout = sides.holdout.map(compare)
    let reason = "no pair has a score"
    let scores = SideScores(
      synthetic: .mean(ofDefined: synthetic.map(\.score), otherwise: reason),
      holdout: holdout.map { .mean(ofDefined: $0.map(\.score), otherwise: reason) })
    let undefined = synthetic.count { !$0.score.isDefined }
    var note = "\(synthetic.count) pairs" + (undefined > 0 ? ", \(undefined) without a score" : "")
    if let lowest = synthetic.filter({ $0.score.isDefined }).min(by: { $0.score.value < $1.score.value }) {
      let shown = (lowest.score.value * 1000).rounded() / 1000
      note += "; lowest \(shown): \(labels.0).\(lowest.first) with \(labels.1).\(lowest.second)"
    }
    return Finding(
      metric, table: table, relations: relations,
      statistics: Sides(
        real: mean(synthetic.map(\.realStrength)), synthetic: mean(synthetic.map(\.otherStrength)),
        holdout: holdout.map { mean($0.map(\.otherStrength)) }),
      scores: scores, count: count, note: note)
  }

  private struct Outcome {
    let first: String
    let second: String
    let score: Score
    let realStrength: Double?
    let otherStrength: Double?
  }

  private static func outcome(_ first: JoinedColumn, _ second: JoinedColumn) -> Outcome {
    // No pair is weaker than −1, so that the strength is always there and the score never left out.
    func strengthened(_ first: JoinedColumn, _ second: JoinedColumn) -> StrengthenedScore {
      first.isContinuous && second.isContinuous
        ? CorrelationSimilarity.strengthened(first, second, threshold: -1)
        : ContingencySimilarity.strengthened(first, second, threshold: -1)
    }
    let result = strengthened(first, second)
    let reverse = strengthened(first.exchanged, second.exchanged)
    return Outcome(
      first: first.reference.column, second: second.reference.column,
      score: result.score, realStrength: result.strength.map { abs($0) },
      otherStrength: reverse.strength.map { abs($0) })
  }

  private static func mean(_ values: [Double?]) -> Double? {
    let defined = values.compactMap(\.self)
    return defined.isEmpty ? nil : defined.reduce(0, +) / Double(defined.count)
  }
}

extension JoinedColumn {
  /// The column with real and synthetic rows in each other's place.
  var exchanged: JoinedColumn {
    JoinedColumn(reference: reference, isContinuous: isContinuous, real: synthetic, synthetic: real)
  }
}
