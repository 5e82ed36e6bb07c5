import Essentials
import Evaluation
import Testing

@Suite("edge cases of the metrics")
struct EdgeCaseTests {
  /// The version that a mode follows in each case: `paper` 0.13, but categories compare as values (0.18).
  private static func expected(_ item: JSONValue, _ mode: EvaluationMode) -> Double? {
    if mode == .sdmetrics { return item["expected"]?["0.32"]?.number }
    let comparesText = item["name"]?.text == "cat_int_real_cat_float_synthetic"
    return item["expected"]?[comparesText ? "0.18" : "0.13"]?.number
  }

  @Test("every edge case of the oracle", arguments: EvaluationMode.allCases)
  func oracle(_ mode: EvaluationMode) throws {
    let cases = try MetricsFixture.json("edge_cases.json")["cases"]?.list ?? []
    #expect(cases.count == 20)
    for item in cases {
      let score = try #require(try Self.score(item, mode), "\(item["name"]?.text ?? "")")
      #expect(agree(score, Self.expected(item, mode)), "\(item["name"]?.text ?? ""): \(score)")
      #expect(score.isDefined || score.reason?.isEmpty == false)
    }
  }

  private static func score(_ item: JSONValue, _ mode: EvaluationMode) throws -> Score? {
    guard let real = item["real"], let synthetic = item["synthetic"] else { return nil }
    switch item["kind"]?.text {
    case "ks":
      return ColumnMetrics.ksComplement(
        real: real.list.map { $0.number ?? .nan }, synthetic: synthetic.list.map { $0.number ?? .nan },
        mode: mode)
    case "tv":
      let codes = codes(real, synthetic)
      return ColumnMetrics.tvComplement(real: codes.real, synthetic: codes.synthetic, levels: codes.levels)
    case "corr", "pair":
      var columns: (real: [EvaluationColumn], synthetic: [EvaluationColumn]) = ([], [])
      for name in ["x", "y"] {
        guard let left = real[name], let right = synthetic[name] else { return nil }
        if item["sdtypes"]?[name]?.text == "categorical" {
          let codes = codes(left, right)
          columns.real.append(.discrete(name: name, codes: codes.real, levels: codes.levels))
          columns.synthetic.append(.discrete(name: name, codes: codes.synthetic, levels: codes.levels))
        } else {
          columns.real.append(.continuous(name: name, values: left.list.map { $0.number ?? .nan }))
          columns.synthetic.append(.continuous(name: name, values: right.list.map { $0.number ?? .nan }))
        }
      }
      return TableScores.compute(
        real: EvaluationTable(name: "t", rowCount: columns.real[0].rowCount, columns: columns.real),
        synthetic: EvaluationTable(name: "t", rowCount: columns.synthetic[0].rowCount, columns: columns.synthetic)
      ).pairs.first?.score
    default: return nil
    }
  }

  private static func codes(
    _ real: JSONValue, _ synthetic: JSONValue
  ) -> (real: [Int32], synthetic: [Int32], levels: Int) {
    func text(_ value: JSONValue) -> String? { value.text ?? value.number.map { "\($0)" } }
    let levels = Set((real.list + synthetic.list).compactMap(text)).sorted()
    func codes(_ side: JSONValue) -> [Int32] {
      side.list.map { value in Int32(text(value).flatMap { levels.firstIndex(of: $0) } ?? -1) }
    }
    return (codes(real), codes(synthetic), levels.count)
  }

  @Test("integers on a bin edge fall into the bin above it, as numpy's arithmetic has it")
  func edges() {
    // Edges of 0…30 are 0, 3, 6 … 30; a category per value makes every bin visible.
    let values = (0...30).map(Double.init)
    let bins = values.map { Int32(min(Int($0) / 3 + 1, 11)) }
    let real = EvaluationTable(
      name: "t", rowCount: 31,
      columns: [.continuous(name: "x", values: values), .discrete(name: "y", codes: bins, levels: 12)])
    let moved = EvaluationTable(
      name: "t", rowCount: 31,
      columns: [
        .continuous(name: "x", values: values.map { $0 == 3 ? 2.999 : $0 }),
        .discrete(name: "y", codes: bins, levels: 12),
      ])
    #expect(TableScores.compute(real: real, synthetic: real).pairs[0].score.value == 1)
    #expect(abs(TableScores.compute(real: real, synthetic: moved).pairs[0].score.value - (1 - 1.0 / 31)) < 1e-12)
  }

  @Test("an empty table, infinite values and columns without values give reasons, not crashes")
  func undefined() {
    func table(_ x: [Double], _ codes: [Int32]) -> EvaluationTable {
      EvaluationTable(
        name: "t", rowCount: x.count,
        columns: [
          .continuous(name: "x", values: x), .continuous(name: "z", values: x.reversed()),
          .discrete(name: "y", codes: codes, levels: 2),
        ])
    }
    let usual = table([1, 2, 3], [0, 1, 0])
    for (other, undefinedCount) in [(table([], []), 6), (table([.nan, .nan, .nan], [-1, -1, -1]), 4)] {
      let scores = TableScores.compute(real: usual, synthetic: other)
      let all = scores.columns.map(\.score) + scores.pairs.map(\.score)
      #expect(all.count { !$0.isDefined } == undefinedCount)
      #expect(all.allSatisfy { $0.isDefined || $0.reason != nil })
    }
    let infinite = TableScores.compute(real: usual, synthetic: table([1, .infinity, 2], [0, 1, 0]))
    #expect(infinite.pairs.allSatisfy { $0.score.reason == "a synthetic value is infinite" })
    #expect(infinite.columns.allSatisfy { $0.score.isDefined })
  }
  @Test("values whose squares overflow or vanish leave a correlation undefined")
  func extremes() {
    func table(_ scale: Double, missing: Double) -> EvaluationTable {
      EvaluationTable(
        name: "t", rowCount: 4,
        columns: [
          .continuous(name: "x", values: [1, 3, 2, missing].map { $0 * scale }),
          .continuous(name: "y", values: [2, 1, 5, 4].map { $0 * scale }),
        ])
    }
    for missing in [4, Double.nan] {
      for scale in [1e200, 1e-200] {
        let scores = TableScores.compute(real: table(scale, missing: missing), synthetic: table(1, missing: missing))
        let text = "the squares of the real values are too large or too small for a correlation"
        #expect(scores.pairs[0].score.reason == text)
        #expect(scores.columns.allSatisfy { $0.score.isDefined })
      }
    }
  }
}
