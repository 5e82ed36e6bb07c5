import Essentials
import Evaluation
import Foundation
import Testing

/// The same definitions written the slow way, on random tables.
@Suite("scores against plain formulas")
struct NaiveComparisonTests {
  private static func table(_ generator: inout RandomNumbers, rows: Int, levels: Int) -> EvaluationTable {
    EvaluationTable(
      name: "t", rowCount: rows,
      columns: [
        .continuous(name: "a", values: generator.numbers(rows, distinct: 40, missingShare: 0)),
        .continuous(name: "b", values: generator.numbers(rows, distinct: 5000, missingShare: 0.1)),
        .discrete(name: "c", codes: generator.codes(rows, levels: levels, missingShare: 0.2), levels: levels),
        .discrete(name: "d", codes: generator.codes(rows, levels: levels, missingShare: 0), levels: levels),
      ])
  }

  private static func categories(_ column: EvaluationColumn) -> [String] {
    switch column {
    case .discrete(_, let codes, _): return codes.map { "\($0)" }
    case .continuous(_, let values):
      let present = values.filter { !$0.isNaN }
      let (low, high) = (present.min() ?? 0, present.max() ?? 1)
      let edges = (0...10).map { $0 == 10 ? high : low + Double($0) * ((high - low) / 10) }
      return values.map { value in value.isNaN ? "11" : "\(edges.count { $0 <= value })" }
    }
  }

  private static func contingency(_ table: EvaluationTable, _ i: Int, _ j: Int) -> [String: Double] {
    var shares: [String: Double] = [:]
    for (first, second) in zip(categories(table.columns[i]), categories(table.columns[j])) {
      shares["\(first)/\(second)", default: 0] += 1 / Double(table.rowCount)
    }
    return shares
  }

  private static func correlation(_ table: EvaluationTable) -> Double {
    guard case .continuous(_, let x) = table.columns[0], case .continuous(_, let y) = table.columns[1] else {
      return .nan
    }
    let rows = zip(x, y).filter { !$0.isNaN && !$1.isNaN }
    let count = Double(rows.count)
    let means = (rows.map(\.0).reduce(0, +) / count, rows.map(\.1).reduce(0, +) / count)
    let product = rows.map { ($0 - means.0) * ($1 - means.1) }.reduce(0, +)
    let squares = rows.map { (($0 - means.0) * ($0 - means.0), ($1 - means.1) * ($1 - means.1)) }
    return product / (squares.map(\.0).reduce(0, +) * squares.map(\.1).reduce(0, +)).squareRoot()
  }

  // 400 × 400 levels exceed the dense table for 700 rows, so the last case counts in a hash table.
  @Test("every kind of pair, with dense and with hashed counts", arguments: [3, 40, 400])
  func pairs(_ levels: Int) throws {
    var generator = RandomNumbers(state: UInt64(levels))
    let real = Self.table(&generator, rows: 700, levels: levels)
    let synthetic = Self.table(&generator, rows: 611, levels: levels)
    let scores = TableScores.compute(real: real, synthetic: synthetic)
    #expect(scores.pairs.count == 6)
    for pair in scores.pairs {
      let i = try #require(real.columns.firstIndex { $0.name == pair.first.column })
      let j = try #require(real.columns.firstIndex { $0.name == pair.second.column })
      let expected: Double
      if pair.metric == .correlationSimilarity {
        expected = 1 - abs(Self.correlation(real) - Self.correlation(synthetic)) / 2
      } else {
        let (left, right) = (Self.contingency(real, i, j), Self.contingency(synthetic, i, j))
        let keys = Set(left.keys).union(right.keys)
        expected = 1 - keys.map { abs((left[$0] ?? 0) - (right[$0] ?? 0)) }.reduce(0, +) / 2
      }
      #expect(abs(pair.score.value - expected) < 1e-12, "\(pair)")
    }
  }

  @Test("the distance of distributions, with ties and missing values")
  func shapes() {
    var generator = RandomNumbers(state: 5)
    for distinct in [2, 30, 100_000] {
      let real = generator.numbers(300, distinct: distinct, missingShare: 0.1)
      let synthetic = generator.numbers(411, distinct: distinct + 3, missingShare: 0.3)
      let (left, right) = (real.filter { !$0.isNaN }, synthetic.filter { !$0.isNaN })
      let distance = (left + right).map { value in
        abs(
          Double(left.count { $0 <= value }) / Double(left.count)
            - Double(right.count { $0 <= value }) / Double(right.count))
      }.max()
      let score = ColumnMetrics.ksComplement(real: real, synthetic: synthetic)
      #expect(abs(score.value - (1 - (distance ?? 0))) < 1e-12)
    }
  }

  @Test("a correlation of dates in nanoseconds keeps its digits")
  func largeOffsets() throws {
    let offsets = (0..<1000).map { Double(($0 * 7919) % 1000) }
    let day = 86_400e9
    func table(_ origin: Double, _ unit: Double) -> EvaluationTable {
      EvaluationTable(
        name: "t", rowCount: 1000,
        columns: [
          .continuous(name: "date", values: offsets.map { origin + $0 * unit }),
          .continuous(name: "x", values: offsets.map { sqrt($0) }),
        ])
    }
    let score = TableScores.compute(real: table(1.7e18, day), synthetic: table(0, 1)).pairs[0].score
    #expect(abs(score.value - 1) < 1e-12)
  }
}
