import Essentials
import Evaluation
import Foundation
import Testing

@Suite("the mode that follows sdmetrics 0.32")
struct SdmetricsModeTests {
  private static func strengths(_ database: GoldenDatabase) -> [String: Double] {
    var strengths: [String: Double] = [:]
    for row in database.expected["sdmetrics-0.32"]?["real_strength"]?.list ?? [] {
      let names = row.list.prefix(4).compactMap(\.text)
      strengths[names.joined(separator: " ")] = row.list[4].number ?? row.list[5].number
    }
    return strengths
  }

  @Test("the strength of every real pair is that of the oracle", arguments: GoldenScoresTests.databases.indices)
  func strength(_ index: Int) throws {
    let database = try GoldenScoresTests.databases[index](.sdmetrics)
    var expected = Self.strengths(database)
    let within = database.tables.flatMap { table in table.pairs.map { ("Column Pair Trends \(table.table)", $0) } }
    let between = database.relations.flatMap { _, relation in
      relation.pairs.map { ("Intertable Trends \(relation.parent)>\(relation.child)", $0) }
    }
    for (place, pair) in within + between {
      let key = "\(place) \(pair.first.column) \(pair.second.column)"
      let value = expected.removeValue(forKey: key)
      #expect((value == nil) == (pair.strength == nil), "\(key)")
      if let value, let strength = pair.strength { #expect(abs(value - strength) < 1e-9, "\(key)") }
    }
    #expect(expected.isEmpty)
  }

  @Test("scores of paper mode are encoded as before, those of the other mode with the strength")
  func json() throws {
    func text(_ mode: EvaluationMode) throws -> String {
      let database = try GoldenDatabase.dag(mode: mode)
      return String(decoding: try CanonicalJSON.encode(database.tables), as: UTF8.self)
    }
    let (paper, other) = (try text(.paper), try text(.sdmetrics))
    #expect(!paper.contains("strength"))
    #expect(other.contains(#""strength":0.42"#))
    let decoded = try CanonicalJSON.decode(EvaluationMode.self, from: .init(#""sdmetrics-0.32""#.utf8), source: "mode")
    #expect(decoded == .sdmetrics)
  }

  /// Two categories that follow each other nine times in ten, and a number that follows one of them.
  private static func table(_ rows: Int, seed: UInt64) -> EvaluationTable {
    var generator = RandomNumbers(state: seed)
    let first = generator.codes(rows, levels: 5, missingShare: 0)
    let second = first.map { Int32.random(in: 0..<10, using: &generator) == 0 ? 0 : $0 }
    let values = first.map { Double($0) + Double.random(in: 0..<1, using: &generator) }
    return EvaluationTable(
      name: "t", rowCount: rows,
      columns: [
        .discrete(name: "a", codes: first, levels: 5), .discrete(name: "b", codes: second, levels: 5),
        .continuous(name: "x", values: values), .continuous(name: "y", values: values.map { $0 * $0 }),
      ])
  }

  @Test("large tables are counted on a seeded sample, near the value of all rows; correlations see all rows")
  func sample() throws {
    let (real, synthetic) = (Self.table(80_000, seed: 1), Self.table(51_000, seed: 2))
    func scores(_ mode: EvaluationMode, seed: UInt64 = 0) -> TableScores {
      TableScores.compute(real: real, synthetic: synthetic, mode: mode, seed: seed)
    }
    let (all, first, again, other) = (
      scores(.paper), scores(.sdmetrics), scores(.sdmetrics), scores(.sdmetrics, seed: 1)
    )
    #expect(first == again && first != other)
    for (exact, sampled) in zip(all.pairs, first.pairs) {
      let difference = abs(exact.score.value - sampled.score.value)
      #expect(exact.metric == .correlationSimilarity ? difference < 1e-12 : difference > 0 && difference < 0.02)
    }
    // A side that fits takes part with all its rows.
    let small = TableScores.compute(real: real, synthetic: Self.table(300, seed: 2), mode: .sdmetrics)
    #expect(small.pairs.allSatisfy { $0.score.isDefined })
  }

  @Test("rows of a join are drawn together on both of its tables")
  func joined() {
    let parent = TablePair(real: Self.table(100, seed: 3), synthetic: Self.table(100, seed: 3))
    let rows = (0..<60_000).map { Int32($0 % 100) }
    // The child repeats its parent's category, so every drawn row lies on the diagonal.
    func child(_ parent: EvaluationTable) -> EvaluationTable {
      guard case .discrete(_, let codes, _) = parent.columns[0] else { return parent }
      return EvaluationTable(
        name: "c", rowCount: rows.count,
        columns: [.discrete(name: "copy", codes: rows.map { codes[Int($0)] }, levels: 5)])
    }
    let scores = RelationScores.compute(
      relation: "r", parent: parent, child: TablePair(real: child(parent.real), synthetic: child(parent.synthetic)),
      parentRows: ParentRows(real: rows, synthetic: rows), mode: .sdmetrics)
    #expect(abs((scores.pairs[0].strength ?? 0) - 1) < 1e-9)
    #expect(scores.pairs[0].score.value > 0.97)
  }

  @Test("dates in nanoseconds are not rounded, small decimals are")
  func rounding() {
    func score(_ real: [Double], _ synthetic: [Double]) -> Double {
      ColumnMetrics.ksComplement(real: real, synthetic: synthetic, mode: .sdmetrics).value
    }
    let date = 1.7e18
    #expect(score([date], [date + 256]) == 0)
    #expect(score([0.1 + 0.2], [0.3]) == 1)
    #expect(score([-123_456], [-123_456]) == 1 && score([123_456], [123_457]) == 0)
  }
}
