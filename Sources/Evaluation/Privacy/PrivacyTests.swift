/// Nearness to training rows and membership inference.
///
/// `synthetic` is the figure of synthetic rows, `real` that of training rows among each other, `holdout` that of
/// held-out rows: what a generator that never saw the training rows would reach. No figure here bounds the risk of a
/// person; every note says what its figure does and does not show.
///
/// Source: spec/metrics.md §9 and §10.
public enum PrivacyTests {
  /// What there is to say about one table, in fixed order.
  ///
  /// Neighbours are sought for at most `options.rowLimit` rows a side, among at most ten times as many.
  ///
  /// - Parameter table: its place in the schema.
  public static func findings(
    for table: Int, in database: EvaluationDatabase, options: FindingOptions
  ) -> [Finding] {
    let description = database.schema.tables[table]
    func nothing(_ reason: String) -> [Finding] {
      [Finding(metric: "privacy", table: description.name, score: .undefined(reason), count: 0)]
    }
    if description.isCopied { return nothing("the rows are copies of real ones by request") }
    let (real, synthetic) = (database.real.tables[table], database.synthetic.tables[table])
    if real.rowCount == 0 || synthetic.rowCount == 0 { return nothing("a side has no rows") }
    let isShared = database.holdout != nil && database.unseenHoldout(table) == nil
    let database = database.withUnseenHoldout(for: table)
    var findings: [Finding] = []
    if !description.columns.isEmpty {
      findings.append(identical(real, synthetic, database.holdout?.tables[table]))
      let sample = PrivacySample(table, database, options, stream: "privacy/\(description.name)/distance")
      let distances = DistanceFindings(table: description.name, sample: sample)
      for convention in DistanceConvention.published { findings += distances.findings(convention) }
      findings += coverage(table, database, options)
    }
    if isShared {
      return findings + [
        Finding(
          metric: "membership inference", table: description.name,
          score: .undefined("the held-out rows of this table are training rows as well"), count: 0,
          note: "a table that all groups share has no rows that training did not see")
      ]
    }
    return findings + MembershipInference(table: table, database: database, options: options).findings()
  }

  private static func identical(
    _ real: EvaluationTable, _ synthetic: EvaluationTable, _ holdout: EvaluationTable?
  ) -> Finding {
    let found = IdenticalRows.share(of: synthetic, in: real)
    let own = IdenticalRows.repeated(in: real)
    let held = holdout.flatMap { $0.rowCount == 0 ? nil : IdenticalRows.share(of: $0, in: real) }
    return Finding(
      metric: "identical rows", table: real.name, score: Score(1 - max(0, found - (held ?? own))), synthetic: found,
      real: own, holdout: held, count: synthetic.rowCount,
      note: "share of all rows that equal a training row in every column; rows that many people share are harmless, so "
        + "only more than "
        + (held == nil ? "training rows share with each other" : "held-out rows share") + " shows copying")
  }

  private static func coverage(_ table: Int, _ database: EvaluationDatabase, _ options: FindingOptions) -> [Finding] {
    let name = database.schema.tables[table].name
    func measure(_ other: EvaluationTable, _ side: String) -> (result: PrecisionRecall, count: Int)? {
      let real = database.real.tables[table]
      let count = min(real.rowCount, other.rowCount, options.rowLimit ?? .max)
      guard count >= 2 else { return nil }
      let parts = [(real, "real"), (other, side)].map { rows, side in
        rows.selecting(
          RowSample.draw(
            count, of: rows.rowCount, seed: options.seed, stream: "privacy/\(name)/coverage/\(side) rows"))
      }
      let encoder = RowEncoder(.euclidean, reference: parts[0].columns, others: [parts[1].columns])
      let points = parts.map { encoder.encode($0) }
      return (PrecisionRecall(real: points[0], synthetic: points[1]), count)
    }
    let synthetic = measure(database.synthetic.tables[table], "synthetic")
    let held = database.holdout.flatMap { measure($0.tables[table], "held-out") }
    let metrics: [(String, (PrecisionRecall) -> Double, String)] = [
      ("α-precision", { $0.precision }, "synthetic rows lie where real rows lie; says nothing about copies"),
      ("β-recall", { $0.recall }, "synthetic rows reach all kinds of real rows; copies raise it"),
    ]
    return metrics.map { metric, value, meaning in
      let found = synthetic.map { value($0.result) }
      return Finding(
        metric: metric, table: name, score: found.map { Score($0) } ?? .undefined("fewer than two rows on a side"),
        synthetic: found, holdout: held.map { value($0.result) }, count: synthetic?.count ?? 0,
        note: "\(meaning); \(synthetic?.count ?? 0) rows of each side")
    }
  }
}
