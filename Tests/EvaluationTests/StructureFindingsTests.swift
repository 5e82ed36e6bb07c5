import Evaluation
import Testing

@Suite("structure beyond pairs")
struct StructureFindingsTests {
  private static func number(_ name: String, _ values: [Double]) -> EvaluationColumn {
    .continuous(name: name, values: values)
  }

  private static func table(_ name: String, rows: Int, _ columns: [EvaluationColumn] = []) -> EvaluationTable {
    EvaluationTable(name: name, rowCount: rows, columns: columns)
  }

  private static func structure(_ table: Int, _ database: EvaluationDatabase) -> [Finding] {
    StructureTests.findings(for: table, in: database, options: FindingOptions())
  }

  @Test("numbers of children of two kinds correlate in reality and not in the copy")
  func fanOut() throws {
    func side(_ second: [Int32]) -> SideBuilder {
      SideBuilder(
        tables: [Self.table("p", rows: 4), Self.table("a", rows: 6), Self.table("b", rows: second.count)],
        parents: [[1, 2, 2, 3, 3, 3], second])
    }
    let database = EvaluationDatabase(
      relations: [("a", "p", "p"), ("b", "p", "p")], real: side([1, 2, 2, 3, 3, 3]),
      synthetic: side([0, 0, 0, 1, 1, 2]))
    let finding = try #require(Self.structure(0, database).of("fan-out correlation").first)
    #expect(finding.relations == ["a.p", "b.p"] && abs((finding.real ?? 0) - 1) < 1e-12)
    #expect(abs((finding.synthetic ?? 0) + 1) < 1e-12 && abs(finding.score.value) < 1e-12)
  }

  @Test("group sizes are compared within the values of a label")
  func labels() throws {
    // Label 0 has one child each and label 1 three, or the other way round; all sizes together agree.
    func side(_ sizes: [Int]) -> SideBuilder {
      let codes = (0..<60).map { Int32($0 % 2) }
      let parents = (0..<60).flatMap { [Int32](repeating: Int32($0), count: sizes[$0 % 2]) }
      return SideBuilder(
        tables: [
          Self.table("p", rows: 60, [.discrete(name: "label", codes: codes, levels: 2)]),
          Self.table("c", rows: parents.count),
        ], parents: [parents])
    }
    let database = EvaluationDatabase(
      relations: [("c", "p", "p")], real: side([1, 3]), synthetic: side([3, 1]), holdout: side([1, 3]))
    let finding = try #require(Self.structure(0, database).of("fan-out given label").first)
    #expect(finding.score.value == 0 && finding.real == 1 && finding.holdout == 1)
    #expect(finding.note == "held-out rows score 1.0")
  }

  @Test("the intraclass correlation is that of the analysis of variance")
  func dependence() throws {
    // Groups (1, 2, 3), (4, 6), (9): squares of all 147 − 25²/6, within the groups 4.
    func side(_ values: [Double], _ codes: [Int32]) -> SideBuilder {
      SideBuilder(
        tables: [
          Self.table("p", rows: 3),
          Self.table("c", rows: 6, [Self.number("x", values), .discrete(name: "k", codes: codes, levels: 3)]),
        ], parents: [[0, 0, 0, 1, 1, 2]])
    }
    let database = EvaluationDatabase(
      relations: [("c", "p", "p")], real: side([1, 2, 3, 4, 6, 9], [0, 0, 0, 1, 1, 2]),
      synthetic: side([1, 9, 2, 6, 3, 4], [0, 1, 2, 0, 1, 2]))
    let findings = Self.structure(1, database).of("within-group dependence")
    let (between, within) = ((147 - 625.0 / 6 - 4) / 2, 4.0 / 3)
    let size = (6 - 14.0 / 6) / 2
    let expected = (between - within) / (between + (size - 1) * within)
    #expect(abs((findings[0].real ?? 0) - expected) < 1e-9)
    #expect((findings[0].synthetic ?? 1) < expected && findings[0].score.value < 1)
    #expect(findings[1].real == 1 && (findings[1].synthetic ?? 1) < 0)
    #expect(findings[1].score.value == 0)
  }

  @Test("rules between columns are found, and how many rows keep them")
  func dependencies() throws {
    // City decides country; height decides nothing.
    var generator = RandomNumbers(state: 4)
    let cities = generator.codes(400, levels: 12, missingShare: 0)
    let heights = generator.numbers(400, distinct: 7, missingShare: 0)
    func side(_ countries: [Int32]) -> SideBuilder {
      SideBuilder(
        tables: [
          Self.table(
            "t", rows: 400,
            [
              .discrete(name: "city", codes: cities, levels: 12),
              .discrete(name: "country", codes: countries, levels: 4), Self.number("height", heights),
            ])
        ])
    }
    let kept = cities.map { $0 / 3 }
    var broken = kept
    for row in 0..<100 { broken[row] = (broken[row] + 1) % 4 }
    let database = EvaluationDatabase(relations: [], real: side(kept), synthetic: side(broken), holdout: side(kept))
    let findings = Self.structure(0, database)
    let rule = try #require(findings.of("functional dependency").first)
    #expect(findings.of("functional dependency").count == 1)
    #expect(rule.columns == ["t.city", "t.country"] && rule.real == 1 && rule.synthetic == 0.75 && rule.holdout == 1)
    #expect(rule.score.value > 0.5 && rule.score.value < 0.75)
    let summary = try #require(findings.of("functional dependencies").first)
    #expect(summary.score.value == 0 && summary.real == 1 && summary.synthetic == 0)
    let again = EvaluationDatabase(relations: [], real: side(kept), synthetic: side(kept))
    #expect(Self.structure(0, again).allSatisfy { $0.score.value == 1 })
  }

  @Test("a rule that all but few rows keep counts, one that many break does not")
  func approximate() {
    func side(broken: Int) -> SideBuilder {
      let first = (0..<200).map { Int32($0 % 4) }
      var second = first.map { $0 % 2 }
      for row in 0..<broken { second[row] = 1 - second[row] }
      return SideBuilder(
        tables: [
          Self.table(
            "t", rows: 200,
            [.discrete(name: "a", codes: first, levels: 4), .discrete(name: "b", codes: second, levels: 2)])
        ])
    }
    for (broken, count) in [(0, 1), (4, 1), (5, 0)] {
      let database = EvaluationDatabase(relations: [], real: side(broken: broken), synthetic: side(broken: 0))
      #expect(Self.structure(0, database).of("functional dependency").count == count, "\(broken)")
    }
  }

  @Test("two ways to one ancestor that agree in reality have to agree")
  func keyPaths() throws {
    // order → customer → region beside order → region.
    func side(_ direct: [Int32]) -> SideBuilder {
      SideBuilder(
        tables: [Self.table("region", rows: 2), Self.table("customer", rows: 4), Self.table("order", rows: 8)],
        parents: [[0, 1, 0, 1], [0, 1, 2, 3, 0, 1, 2, 3], direct])
    }
    let relations = [
      (child: "customer", column: "region", parent: "region"), ("order", "customer", "customer"),
      ("order", "region", "region"),
    ]
    let database = EvaluationDatabase(
      relations: relations, real: side([0, 1, 0, 1, 0, 1, 0, 1]), synthetic: side([0, 0, 0, 0, 1, 1, 1, -1]))
    let findings = Self.structure(2, database).of("agreement of key paths")
    let finding = try #require(findings.first)
    #expect(findings.count == 1 && finding.relations == ["order.region", "order.customer", "customer.region"])
    #expect(finding.real == 1 && finding.synthetic == 3.0 / 7 && finding.count == 7)
    #expect(finding.note == "region and customer → region" && finding.score.value < 0.4)
    #expect(Self.structure(1, database).of("agreement of key paths").isEmpty)
  }

  @Test("two keys to one table that never agree have to differ")
  func distinctEnds() throws {
    func side(_ first: [Int32], _ second: [Int32]) -> SideBuilder {
      SideBuilder(
        tables: [Self.table("team", rows: 4), Self.table("game", rows: first.count)], parents: [first, second])
    }
    let rows = (0..<16).map { (Int32($0 / 4), Int32($0 % 4)) }
    let played = rows.filter { $0.0 != $0.1 }
    let database = EvaluationDatabase(
      relations: [("game", "home", "team"), ("game", "guest", "team")],
      real: side(played.map(\.0), played.map(\.1)), synthetic: side(rows.map(\.0), rows.map(\.1)))
    let finding = try #require(Self.structure(1, database).of("agreement of key paths").first)
    #expect(finding.real == 0 && finding.synthetic == 0.25 && finding.score.value == 0)
  }

  @Test("children of two kinds are compared over their parent, parents of one row over the row")
  func siblings() throws {
    var generator = RandomNumbers(state: 2)
    let sizes = generator.numbers(50, distinct: 1000, missingShare: 0)
    func side(_ second: [Double]) -> SideBuilder {
      let rows = (0..<50).map { Int32($0) }
      return SideBuilder(
        tables: [
          Self.table("p", rows: 50), Self.table("a", rows: 50, [Self.number("x", sizes)]),
          Self.table(
            "b", rows: 50, [Self.number("y", second), Self.number("constant", [Double](repeating: 1, count: 50))]),
          Self.table("ab", rows: 50),
        ], parents: [rows, rows, rows, rows])
    }
    let relations = [
      (child: "a", column: "p", parent: "p"), ("b", "p", "p"), ("ab", "a", "a"), ("ab", "b", "b"),
    ]
    let database = EvaluationDatabase(
      relations: relations, real: side(sizes.map { 2 * $0 }), synthetic: side(sizes.map { -$0 }))
    for finding in [
      try #require(Self.structure(0, database).of("sibling trends").first),
      try #require(Self.structure(3, database).of("two-parent trends").first),
    ] {
      #expect(abs(finding.score.value) < 1e-9 && abs((finding.real ?? 0) - 1) < 1e-9)
      #expect(finding.note?.hasPrefix("2 pairs, 1 without a score; lowest 0.0") == true, "\(finding.note ?? "")")
    }
  }
}
