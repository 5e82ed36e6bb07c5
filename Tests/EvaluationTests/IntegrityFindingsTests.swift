import Essentials
import Evaluation
import Testing

@Suite("integrity of a database")
struct IntegrityFindingsTests {
  private static func golden(damaged: Bool) throws -> EvaluationDatabase {
    func side(_ prefix: String, damaged: Bool) throws -> (parent: PlainCSV, primary: [Int?], foreign: [Int?]) {
      let parent = try PlainCSV("two_tables/\(prefix)_parent.csv")
      var primary = try parent.keys("pid")
      var foreign = try PlainCSV("two_tables/\(prefix)_child.csv").keys("pid")
      if damaged {
        for row in stride(from: 3, to: foreign.count, by: 50) { foreign[row] = 99_999 }
        for row in 0...3 { primary[row] = 7 }
      }
      return (parent, primary, foreign)
    }
    let (real, synthetic) = (try side("real", damaged: false), try side("syn", damaged: damaged))
    let parent = try MetricsFixture.pair(
      "parent", real: real.parent, synthetic: synthetic.parent, columns: [("age", .number), ("grp", .category)])
    let child = try MetricsFixture.pair(
      "child", real: try PlainCSV("two_tables/real_child.csv"), synthetic: try PlainCSV("two_tables/syn_child.csv"),
      columns: [("typ", .category)])
    func builder(
      _ keys: (parent: PlainCSV, primary: [Int?], foreign: [Int?]), _ parent: EvaluationTable, _ child: EvaluationTable
    ) -> SideBuilder {
      let rows = MetricsFixture.parentRows(keys.foreign, keys.primary)
      let missing = keys.foreign.count { $0 == nil }
      return SideBuilder(
        tables: [parent, child], parents: [rows],
        tableKeys: [TableKeyFacts(repeated: keys.primary.count - Set(keys.primary).count), TableKeyFacts()],
        relationKeys: [RelationKeyFacts(missing: missing, dangling: rows.count { $0 < 0 } - missing)])
    }
    var made = builder(synthetic, parent.synthetic, child.synthetic)
    if damaged {
      if case .continuous(_, var ages) = parent.synthetic.columns[0] {
        for row in 10...15 { ages[row] = 500 }
        made.replace(0, .continuous(name: "age", values: ages))
      }
      if case .discrete(_, var types, let levels) = child.synthetic.columns[0] {
        for row in 0..<40 { types[row] = Int32(levels) }
        made.replace(1, .discrete(name: "typ", codes: types, levels: levels + 1))
      }
    }
    return EvaluationDatabase(
      relations: [("child", "pid", "parent")], real: builder(real, parent.real, child.real), synthetic: made)
  }

  @Test("every diagnostic of sdmetrics, on sound and on damaged data", arguments: ["syn", "damaged"])
  func diagnostics(_ state: String) throws {
    let expected = try MetricsFixture.json("two_tables/expected.json")["sdmetrics-0.32-diagnostics"]?[state]
    let database = try Self.golden(damaged: state == "damaged")
    let findings = database.schema.tables.indices.flatMap {
      IntegrityTests.findings(for: $0, in: database, options: FindingOptions())
    }
    let names = [
      "ReferentialIntegrity child.pid": ("referential integrity", "child.pid"),
      "KeyUniqueness parent.pid": ("key uniqueness", nil),
      "CardinalityBoundaryAdherence child.pid": ("group size bounds", nil),
      "BoundaryAdherence parent.age": ("boundary adherence", "parent.age"),
      "RangeCoverage parent.age": ("range coverage", "parent.age"),
      "CategoryAdherence child.typ": ("category adherence", "child.typ"),
      "CategoryAdherence parent.grp": ("category adherence", "parent.grp"),
      "CategoryCoverage parent.grp": ("category coverage", "parent.grp"),
      "MissingValueSimilarity parent.age": ("missing value similarity", "parent.age"),
    ]
    for (name, (metric, column)) in names {
      let found = findings.of(metric).filter { column == nil || $0.columns == [column ?? ""] }
      #expect(found.count == 1, "\(name)")
      // sdmetrics has no group sizes where primary keys repeat; the first row of a key keeps its children here.
      if state == "damaged" && metric == "group size bounds" { continue }
      let score = try #require(found.first?.score)
      #expect(agree(score, expected?[name]?.number), "\(name): \(score)")
    }
  }

  @Test("junction pairs that never repeat in reality must not repeat")
  func junction() throws {
    func side(_ first: [Int32], _ second: [Int32]) -> SideBuilder {
      let parent = { (name: String) in EvaluationTable(name: name, rowCount: 3, columns: []) }
      return SideBuilder(
        tables: [parent("a"), parent("b"), EvaluationTable(name: "ab", rowCount: first.count, columns: [])],
        parents: [first, second])
    }
    func pairs(_ synthetic: SideBuilder, _ real: SideBuilder) -> [Finding] {
      let database = EvaluationDatabase(
        relations: [("ab", "a", "a"), ("ab", "b", "b")], real: real, synthetic: synthetic)
      return IntegrityTests.findings(for: 2, in: database, options: FindingOptions()).of("distinct foreign keys")
    }
    let real = side([0, 0, 1, 2], [0, 1, 0, 0])
    #expect(pairs(side([0, 1, 2, 2], [1, 1, 1, 0]), real).map(\.score.value) == [1])
    let broken = try #require(pairs(side([0, 0, 2, -1], [1, 1, 1, 0]), real).first)
    #expect(broken.score.value == 2.0 / 3 && broken.real == 1 && broken.columns == ["ab.a", "ab.b"])
    // Pairs that repeat in reality, or a key that never does, make no rule.
    #expect(pairs(real, side([0, 0, 1], [1, 1, 1])).isEmpty)
    #expect(pairs(real, side([0, 1, 2], [1, 1, 1])).isEmpty)
  }

  @Test("missing values count against adherence only where real ones are present")
  func missing() throws {
    func side(_ numbers: [Double], _ codes: [Int32]) -> SideBuilder {
      SideBuilder(
        tables: [
          EvaluationTable(
            name: "t", rowCount: numbers.count,
            columns: [.continuous(name: "x", values: numbers), .discrete(name: "c", codes: codes, levels: 4)])
        ])
    }
    func findings(_ real: SideBuilder, _ synthetic: SideBuilder) -> [Finding] {
      IntegrityTests.findings(
        for: 0, in: EvaluationDatabase(relations: [], real: real, synthetic: synthetic, holdout: real),
        options: FindingOptions())
    }
    let synthetic = side([1, .nan, 9, 2], [0, -1, 3, 1])
    let strict = findings(side([0, 4, 2, 1], [0, 1, 2, 0]), synthetic)
    #expect(strict.of("boundary adherence")[0].score.value == 0.5)
    #expect(strict.of("category adherence")[0].score.value == 0.5)
    #expect(strict.of("category coverage")[0].score.value == 2.0 / 3)
    #expect(strict.of("range coverage")[0].score.value == 0.75)
    #expect(strict.of("missing value similarity").map(\.score.value) == [0.75, 0.75])
    #expect(strict.allSatisfy { $0.metric == "missing value similarity" || $0.holdout == 1 })
    let lenient = findings(side([0, 4, .nan, 1], [0, 1, -1, 0]), synthetic)
    #expect(lenient.of("boundary adherence")[0].score.value == 2.0 / 3)
    #expect(lenient.of("category adherence")[0].score.value == 0.75)
    let nothing = findings(side([], []), synthetic)
    #expect(nothing.allSatisfy { $0.score.isDefined || $0.score.reason?.isEmpty == false })
  }
}
