import Evaluation
import Storage
import TestSupport
import Testing

@Suite("detection against reference numbers")
struct DetectionOracleTests {
  @Test("rows are dealt into folds as the reference deals them")
  func folds() throws {
    let golden = try GoldenDetection()
    for group in ["detector_logistic", "detector_xgb_customer"] {
      let labels = try golden.integers("\(group)/y")
      #expect(StratifiedFolds.assign(labels, folds: 5) == (try golden.integers("\(group)/fold")))
    }
    #expect(StratifiedFolds.assign([7, 7, 3, 7, 3], folds: 2) == [0, 0, 0, 1, 1])
  }

  @Test("logistic regression in folds gives the reference probabilities and score")
  func logistic() throws {
    let golden = try GoldenDetection()
    let columns = try golden.columns("detector_logistic/x").enumerated().map {
      FeatureColumn.ordered(name: "x\($0.offset)", values: $0.element)
    }
    let labels = try golden.integers("detector_logistic/y")
    let (areas, probabilities) = TwoSampleTest.logistic(
      columns, labels: labels, folds: try golden.integers("detector_logistic/fold"), scaling: .standard)
    #expect(maximumDifference(probabilities, try golden.numbers("detector_logistic/prob_real")) < 1e-5)
    #expect(maximumDifference(areas, try golden.numbers("detector_logistic/fold_auc")) < 1e-9)
    let accuracy = Double(labels.indices.count { (probabilities[$0] > 0.5) == (labels[$0] == 1) }) / 400
    #expect(accuracy == (try golden.numbers("detector_logistic/c2st_accuracy")[0]))
    let score = 1 - areas.map { 2 * max(0.5, $0) - 1 }.reduce(0, +) / 5
    #expect(abs(score - (try golden.numbers("detector_logistic/sdmetrics_style_score")[0])) < 1e-9)
  }

  @Test("aggregates of children equal the reference columns")
  func aggregates() throws {
    let golden = try GoldenDetection()
    let (parentFile, childFile) = (
      try PlainCSV("two_tables/real_parent.csv"), try PlainCSV("two_tables/real_child.csv")
    )
    let child = try MetricsFixture.pair(
      "child", real: childFile, synthetic: childFile,
      columns: [("amt", .number), ("typ", .category), ("ok", .category)])
    let keys = try parentFile.keys("pid")
    let schema = EvaluationSchema(
      tables: [
        .init(name: "parent", columns: []),
        .init(
          name: "child",
          columns: [
            .init(name: "amt", kind: .number), .init(name: "typ", kind: .categorical),
            .init(name: "ok", kind: .boolean),
          ]),
      ],
      relations: [.init(name: "child.pid>parent", parent: "parent", child: "child", column: "pid")])
    let side = DatabaseSide(
      tables: [EvaluationTable(name: "parent", rowCount: keys.count, columns: []), child.real],
      parentRows: [MetricsFixture.parentRows(try childFile.keys("pid"), keys)])
    let columns = ChildAggregates.columns(of: 0, on: side, schema: schema)
    #expect(columns.map(\.name) == ["child_pid_counts", "child_pid_amt_mean", "child_pid_typ_nunique"])
    // The reference lists the parents by key.
    let order = keys.indices.sorted { (keys[$0] ?? 0) < (keys[$1] ?? 0) }
    for column in columns {
      guard case .ordered(let name, let values) = column else { continue }
      let expected = try golden.numbers("c2st_agg_two_tables_real/\(name)")
      #expect(maximumDifference(order.map { values[$0] }, expected) < 1e-10)
    }
  }

  @Test("chances of coin tosses are exact")
  func binomial() {
    #expect(abs(BinomialTail.atLeast(8, of: 10) - 56.0 / 1024) < 1e-12)
    #expect(abs(BinomialTail.atMost(2, of: 10) - 56.0 / 1024) < 1e-12)
    #expect(BinomialTail.atLeast(0, of: 10) == 1 && abs(BinomialTail.atMost(10, of: 10) - 1) < 1e-12)
    #expect(abs(BinomialTail.atLeast(20_000, of: 40_000) - 0.501994) < 1e-5)
  }
}
