import Evaluation
import Storage
import TestSupport
import Testing

@Suite("privacy against reference numbers")
struct PrivacyOracleTests {
  private static func rows(_ golden: GoldenDetection, _ side: String) throws -> EvaluationTable {
    let numbers = try golden.columns("dcr/\(side)_numeric")
    let shape = try golden.file.shape("dcr/\(side)_category")
    let codes = try golden.file.read("dcr/\(side)_category", as: Int32.self)
    let categories = (0..<shape[1]).map { column in
      stride(from: column, to: codes.count, by: shape[1]).map { codes[$0] }
    }
    return EvaluationTable(
      name: "t", rowCount: shape[0],
      columns: numbers.enumerated().map { .continuous(name: "x\($0.offset)", values: $0.element) }
        + categories.enumerated().map { .discrete(name: "c\($0.offset)", codes: $0.element, levels: 10) })
  }

  /// Distances with ranges taken from `reference`.
  private static func distances(
    _ convention: DistanceConvention, from rows: EvaluationTable, to targets: EvaluationTable,
    reference: EvaluationTable
  ) -> [Double] {
    let encoder = RowEncoder(convention, reference: reference.columns, others: [rows.columns, targets.columns])
    return NearestRows(encoder.encode(targets.columns, rowCount: targets.rowCount))
      .nearest(to: encoder.encode(rows.columns, rowCount: rows.rowCount)).map(\.first)
  }

  @Test("distances to closest records equal the reference in both published conventions")
  func distances() throws {
    let golden = try GoldenDetection()
    let (train, holdout, synthetic) = (
      try Self.rows(golden, "train"), try Self.rows(golden, "holdout"), try Self.rows(golden, "synthetic")
    )
    let cases: [(String, EvaluationTable, EvaluationTable)] = [
      ("synthetic_to_train", synthetic, train), ("holdout_to_train", holdout, train),
      ("synthetic_to_holdout", synthetic, holdout),
    ]
    for (name, rows, targets) in cases {
      let found = Self.distances(.oneHot, from: rows, to: targets, reference: train)
      #expect(maximumDifference(found, try golden.numbers("dcr/l1_onehot/\(name)")) < 1e-9, "\(name)")
    }
    for (name, rows, targets) in cases where golden.file.contains("dcr/sdmetrics032/\(name)") {
      let found = Self.distances(.sdmetrics, from: rows, to: targets, reference: targets)
      #expect(maximumDifference(found, try golden.numbers("dcr/sdmetrics032/\(name)")) < 1e-9, "\(name)")
    }
  }

  @Test("the findings of a table hold the reference summary")
  func summary() throws {
    let golden = try GoldenDetection()
    let sides = try ["train", "synthetic", "holdout"].map { try Self.rows(golden, $0) }
    let schema = EvaluationSchema(
      tables: [
        .init(
          name: "t",
          columns: sides[0].columns.map { .init(name: $0.name, kind: $0.isContinuous ? .number : .categorical) })
      ],
      relations: [])
    let database = EvaluationDatabase(
      schema: schema, real: DatabaseSide(tables: [sides[0]], parentRows: []),
      synthetic: DatabaseSide(tables: [sides[1]], parentRows: []),
      holdout: DatabaseSide(tables: [sides[2]], parentRows: []))
    let findings = PrivacyTests.findings(for: 0, in: database, options: FindingOptions())
    func find(_ metric: String) throws -> Finding { try #require(findings.first { $0.metric == metric }) }
    let expected = try golden.numbers("dcr/l1_onehot/summary")
    func check(_ found: Double?, _ value: Double) { #expect(abs((found ?? .nan) - value) < 1e-9) }
    check(try find("DCR score, l1-onehot").synthetic, expected[0])
    check(try find("DCR mean, l1-onehot").synthetic, expected[1])
    check(try find("DCR mean, l1-onehot").holdout, expected[2])
    check(try find("DCR median, l1-onehot").synthetic, expected[3])
    check(try find("DCR median, l1-onehot").holdout, expected[4])
    check(try find("identical rows").synthetic, expected[5])
    check(try find("DCR 5 % quantile, l1-onehot").synthetic, expected[6])
    check(try find("DCR 5 % quantile, l1-onehot").holdout, expected[7])
    let protection = try golden.numbers("dcr/sdmetrics032/overfitting_score_closer_train")
    check(try find("overfitting protection, sdmetrics").score.number, protection[0])
    check(try find("overfitting protection, sdmetrics").synthetic, protection[1])
  }

  @Test("membership scores give the reference area and rates, the challenge's rate included")
  func membership() throws {
    let golden = try GoldenDetection()
    let ranks = RankStatistics(
      scores: try golden.numbers("mia/score"), isPositive: try golden.integers("mia/is_member").map { $0 == 1 })
    #expect(abs(ranks.areaUnderCurve - (try golden.numbers("mia/auc")[0])) < 1e-9)
    let limits = [0.1, 0.01, 0.001]
    let rates = limits.map { ranks.truePositiveRate(atFalsePositiveRate: $0) }
    #expect(maximumDifference(rates, try golden.numbers("mia/tpr_at_fpr_0.1_0.01_0.001")) < 1e-9)
    let midst = limits.map { ranks.midstRate(belowFalsePositiveRate: $0) }
    #expect(maximumDifference(midst, try golden.numbers("mia/tpr_at_fpr_midst")) < 1e-9)
  }

  @Test("precision and recall of rows equal the reference curves")
  func coverage() throws {
    let golden = try GoldenDetection()
    let points = try ["real", "synthetic"].map { side in
      try golden.columns("alpha_beta/\(side)").enumerated().map {
        EvaluationColumn.continuous(name: "x\($0.offset)", values: $0.element)
      }
    }
    // The reference rows are scaled already, by real and synthetic rows together.
    let unit = points[0].map { EvaluationColumn.continuous(name: $0.name, values: [0, 1]) }
    let encoder = RowEncoder(.euclidean, reference: unit)
    let result = PrecisionRecall(
      real: encoder.encode(points[0], rowCount: 180), synthetic: encoder.encode(points[1], rowCount: 180))
    #expect(maximumDifference(result.precisionCurve, try golden.numbers("alpha_beta/alpha_curve")) < 1e-9)
    #expect(maximumDifference(result.recallCurve, try golden.numbers("alpha_beta/beta_curve")) < 1e-9)
    let scores = try golden.numbers("alpha_beta/alpha_precision_beta_recall")
    #expect(maximumDifference([result.precision, result.recall], scores) < 1e-9)
  }

  @Test("the search tree finds the same neighbours as a loop over all rows", arguments: DistanceConvention.allCases)
  func tree(convention: DistanceConvention) {
    var generator = RandomNumbers(state: 12)
    func table(_ rows: Int) -> [EvaluationColumn] {
      [
        .continuous(name: "a", values: generator.numbers(rows, distinct: 40, missingShare: 0.1)),
        .continuous(name: "b", values: generator.numbers(rows, distinct: 9000, missingShare: 0)),
        .continuous(name: "constant", values: [Double](repeating: 4, count: rows)),
        .discrete(name: "c", codes: generator.codes(rows, levels: 4, missingShare: 0.2), levels: 4),
      ]
    }
    let (targets, queries) = (table(700), table(150))
    let encoder = RowEncoder(convention, reference: targets, others: [queries])
    let (points, asked) = (encoder.encode(targets, rowCount: 700), encoder.encode(queries, rowCount: 150))
    let found = NearestRows(points).nearest(to: asked, second: true)
    // A tree of one row has nothing to leave out.
    let single = (0..<700).map { NearestRows(points.selecting([Int32($0)])).nearest(to: asked).map(\.first) }
    for query in 0..<150 {
      let sorted = single.map { $0[query] }.sorted()
      #expect(found[query].first == sorted[0] && found[query].second == sorted[1])
      #expect(single[Int(found[query].row)][query] == sorted[0])
    }
  }
}
