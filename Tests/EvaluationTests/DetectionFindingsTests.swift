import Evaluation
import Testing

@Suite("detection, utility and privacy of a database")
struct DetectionFindingsTests {
  private static let options = FindingOptions(seed: 3)

  @Test("real rows against real rows are not told apart", arguments: [0, 1])
  func realHalves(table: Int) throws {
    let database = GeneratedShop.database(synthetic: GeneratedShop.side(2, shops: 300))
    let findings = DetectionTests.findings(for: table, in: database, options: Self.options)
    #expect(
      findings.map(\.metric)
        == (table == 0 ? ["C2ST", "C2ST-Agg", "LogisticDetection"] : ["C2ST", "C2ST by group", "LogisticDetection"]))
    for finding in findings where finding.metric != "LogisticDetection" {
      let (accuracy, error) = (try #require(finding.synthetic), try #require(finding.standardError))
      #expect(abs(accuracy - 0.5) <= 3 * error, "\(finding.metric): \(accuracy) ± \(error)")
      #expect(finding.note?.contains("all rows") == true || finding.note?.contains(" of ") == true)
    }
    #expect((findings["LogisticDetection"]?.score.value ?? 0) > 0.8)
  }

  @Test("a shifted column of children is detected in its table and through aggregates of the parent")
  func shifted() throws {
    let same = GeneratedShop.database(synthetic: GeneratedShop.side(2, shops: 300))
    let shifted = GeneratedShop.database(synthetic: GeneratedShop.side(2, shops: 300, shift: 8))
    for (table, metric) in [(1, "C2ST"), (1, "LogisticDetection"), (0, "C2ST-Agg")] {
      let before = try #require(
        DetectionTests.findings(for: table, in: same, options: Self.options)[metric]?.score.number)
      let finding = try #require(DetectionTests.findings(for: table, in: shifted, options: Self.options)[metric])
      #expect((finding.score.number ?? 1) < before - 0.2, "\(metric)")
      if metric == "C2ST" { #expect(finding.note?.contains("most telling: amount") == true) }
      if metric == "C2ST-Agg" { #expect(finding.note?.contains("most telling: sale_shop_id_amount_mean") == true) }
    }
    let unchanged = DetectionTests.findings(for: 0, in: shifted, options: Self.options)["C2ST"]
    #expect(unchanged == DetectionTests.findings(for: 0, in: same, options: Self.options)["C2ST"])
  }

  @Test("held-out rows in place of synthetic ones stand beside the accuracy; rows are limited and said so")
  func holdout() throws {
    let database = GeneratedShop.database(
      synthetic: GeneratedShop.side(2, shops: 300), holdout: GeneratedShop.side(4, shops: 80))
    let limited = FindingOptions(seed: 1, rowLimit: 100)
    let finding = try #require(DetectionTests.findings(for: 1, in: database, options: limited)["C2ST"])
    #expect(abs((finding.holdout ?? 0) - 0.5) < 0.15)
    #expect(finding.count == 200 && finding.note?.contains("100 of ") == true)
  }

  @Test("tables without rows, without columns or copied by request have reasons instead of scores")
  func nothing() {
    let schema = EvaluationSchema(
      tables: [
        .init(name: "a", columns: []), .init(name: "b", columns: [.init(name: "x", kind: .number)], isCopied: true),
        .init(name: "c", columns: [.init(name: "x", kind: .number)]),
      ],
      relations: [])
    let bare = EvaluationTable(name: "a", rowCount: 9, columns: [])
    func numbers(_ name: String, _ count: Int) -> EvaluationTable {
      EvaluationTable(
        name: name, rowCount: count, columns: [.continuous(name: "x", values: (0..<count).map { Double($0) })])
    }
    let side = DatabaseSide(tables: [bare, numbers("b", 30), numbers("c", 0)], parentRows: [])
    let database = EvaluationDatabase(schema: schema, real: side, synthetic: side, holdout: side)
    for table in 0..<3 {
      for findings in [
        DetectionTests.findings(for: table, in: database, options: Self.options),
        UtilityTests.findings(for: table, in: database, options: Self.options),
        PrivacyTests.findings(for: table, in: database, options: Self.options),
      ] {
        for finding in findings { #expect(!finding.score.isDefined && finding.score.reason != nil) }
      }
    }
  }

  @Test("training on rows of the same kind predicts as well as training on real rows, on shuffled ones worse")
  func utility() throws {
    let same = GeneratedShop.side(2, shops: 300)
    let findings = UtilityTests.findings(for: 1, in: GeneratedShop.database(synthetic: same), options: Self.options)
    #expect(findings.map(\.metric) == ["TSTR R²", "TSTR macro F1", "TSTR F1", "TSTR R²"])
    #expect(findings.map { $0.columns[0] } == ["sale.amount", "sale.kind", "sale.paid", "sale.weight"])
    let amount = findings[0]
    #expect((amount.real ?? 0) > 0.5 && (amount.score.number ?? 0) > 0.85)
    #expect(amount.note?.contains("a fifth of the training rows") == true)
    // Amounts in the order of another shop's sales.
    guard case .continuous(_, let values) = same.tables[1].columns[0] else { return }
    let shuffled = EvaluationTable(
      name: "sale", rowCount: values.count,
      columns: [.continuous(name: "amount", values: values.reversed())] + same.tables[1].columns.dropFirst())
    let broken = DatabaseSide(tables: [same.tables[0], shuffled], parentRows: same.parentRows)
    let database = GeneratedShop.database(synthetic: broken, holdout: GeneratedShop.side(7, shops: 100))
    let worse = UtilityTests.findings(for: 1, in: database, options: Self.options)[0]
    #expect((worse.score.number ?? 1) < 0.7 && worse.note?.contains("held-out rows") == true)
  }

  @Test("F1 of two classes is that of the second, of more the mean; unknown classes are never right")
  func f1() {
    #expect(ClassificationScore.f1(truth: [1, 1, 0, 0], predicted: [1, 0, 1, 0], classes: 2) == 0.5)
    let mean = (1 + 2.0 / 3) / 3
    #expect(ClassificationScore.f1(truth: [0, 1, 2], predicted: [0, 1, 1], classes: 4) == mean)
    #expect(ClassificationScore.f1(truth: [0, -1], predicted: [0, 0], classes: 3) == 2.0 / 3)
  }

  @Test("memorised rows are found by identical rows, distances and every attack")
  func memorised() throws {
    let (real, holdout) = (GeneratedShop.side(1, shops: 300), GeneratedShop.side(4, shops: 300))
    let database = GeneratedShop.database(synthetic: real, real: real, holdout: holdout)
    for table in 0..<2 {
      let findings = PrivacyTests.findings(for: table, in: database, options: Self.options)
      #expect(findings["identical rows"]?.synthetic == 1)
      #expect((findings["identical rows"]?.score.number ?? 1) < 0.2)
      for convention in ["l1-onehot", "sdmetrics", "ours"] {
        #expect(findings["DCR mean, \(convention)"]?.synthetic == 0)
        #expect((findings["DCR mean, \(convention)"]?.holdout ?? 0) > 0)
        #expect((findings["overfitting protection, \(convention)"]?.score.number ?? 1) < 0.2)
      }
      for attack in ["distance", "density ratio", "relational distance"] + (table == 0 ? ["group"] : []) {
        let finding = try #require(findings["membership inference AUC, \(attack)"])
        #expect((finding.synthetic ?? 0) > 0.9 && (finding.score.number ?? 1) < 0.2, "\(attack)")
        #expect((findings["membership inference TPR at FPR 0.1, \(attack)"]?.synthetic ?? 0) > 0.8, "\(attack)")
      }
      for finding in findings { #expect(finding.note != nil) }
    }
  }

  @Test("rows that were never trained on are not told from training rows")
  func notMemorised() throws {
    let (real, holdout) = (GeneratedShop.side(1, shops: 1500), GeneratedShop.side(4, shops: 1500))
    let database = GeneratedShop.database(synthetic: GeneratedShop.side(2, shops: 1500), real: real, holdout: holdout)
    for table in 0..<2 {
      let findings = PrivacyTests.findings(for: table, in: database, options: Self.options)
      for finding in findings where finding.metric.contains("AUC") {
        #expect(abs((finding.synthetic ?? 0) - 0.5) < 0.05, "\(finding.metric): \(finding.synthetic ?? .nan)")
      }
      #expect((findings["overfitting protection, ours"]?.score.number ?? 0) > 0.9)
      #expect((findings["α-precision"]?.score.number ?? 0) > 0.9)
    }
  }

  @Test("without held-out rows distances stand alone and say that they need some")
  func noHoldout() {
    let database = GeneratedShop.database(synthetic: GeneratedShop.side(2, shops: 100))
    let findings = PrivacyTests.findings(for: 1, in: database, options: Self.options)
    #expect(findings["DCR score, ours"] == nil && findings["DCR mean, ours"]?.holdout == nil)
    #expect(findings["DCR mean, ours"]?.note?.contains("without held-out rows") == true)
    #expect(findings["membership inference"]?.score.reason == "needs held-out rows")
  }
}
