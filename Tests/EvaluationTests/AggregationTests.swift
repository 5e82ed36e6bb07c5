import Essentials
import Evaluation
import Testing

@Suite("paths and totals")
struct AggregationTests {
  @Test("paths come depth first, in the order of the relations, shorter ones before their extensions")
  func paths() {
    let relations = [
      (name: "ab", parent: "a", child: "b"), (name: "ac", parent: "a", child: "c"),
      (name: "bd", parent: "b", child: "d"), (name: "cd", parent: "c", child: "d"),
      (name: "de", parent: "d", child: "e"),
    ]
    #expect(
      SchemaPaths.enumerate(relations: relations) == [
        ["ab", "bd"], ["ab", "bd", "de"], ["ac", "cd"], ["ac", "cd", "de"], ["bd", "de"], ["cd", "de"],
      ])
  }

  @Test("two keys to one parent give two paths, a cycle none that returns")
  func parallelAndCyclic() {
    let parallel = [
      (name: "1", parent: "a", child: "b"), (name: "2", parent: "a", child: "b"), (name: "3", parent: "b", child: "c"),
    ]
    #expect(SchemaPaths.enumerate(relations: parallel) == [["1", "3"], ["2", "3"]])
    let cyclic = [
      (name: "1", parent: "a", child: "b"), (name: "2", parent: "b", child: "a"), (name: "3", parent: "b", child: "b"),
    ]
    #expect(SchemaPaths.enumerate(relations: cyclic) == [])
  }

  private static func table(_ name: String, _ columns: [(String, [Double])], rows: Int) -> EvaluationTable {
    EvaluationTable(name: name, rowCount: rows, columns: columns.map { .continuous(name: $0, values: $1) })
  }

  private static func same(_ table: EvaluationTable) -> TablePair { TablePair(real: table, synthetic: table) }

  @Test("one undefined pair leaves a published hop undefined and is dropped from ours")
  func poisoning() throws {
    let top = Self.same(Self.table("top", [("x", [1, 2, 3]), ("constant", [5, 5, 5])], rows: 3))
    let bottom = Self.same(Self.table("bottom", [("y", [3, 1, 2, 2, 8])], rows: 5))
    let down = ParentRows(real: [0, 1, 2, 0, -1], synthetic: [0, 1, 2, 0, -1])
    let middle = ParentRows(real: [0, 1, 2], synthetic: [2, 1, 0])
    let path = PathScores.compute(path: ["m", "b"], top: top, bottom: bottom, parentRows: [middle, down])
    #expect(path.pairs.map { $0.score.isDefined } == [true, false])
    #expect(path.pairs[1].score.reason == "constant is constant in the real data")
    let scores = Scores.aggregate(tables: [], relations: [], paths: [path]).all
    #expect(scores.hops[2].score.number == path.pairs[0].score.number)
    #expect(scores.hops[2].undefinedCount == 1)
    #expect(scores.strictHops[2].score.reason == "1 of 2 pairs have no score")
    #expect(!scores.strictAverageTwoWay.isDefined && scores.averageTwoWay.isDefined)
    #expect(scores.hops[0].score.reason == "there are no pairs" && !scores.overall.isDefined)
  }

  @Test("of two relations between the same tables the later one counts as published, both count in ours")
  func overwriting() throws {
    let parent = TablePair(
      real: Self.table("p", [("x", [1, 2, 3, 4])], rows: 4), synthetic: Self.table("p", [("x", [4, 1, 2, 3])], rows: 4))
    let child = Self.same(Self.table("c", [("y", [2, 3, 5, 9])], rows: 4))
    let direct = ParentRows(real: [0, 1, 2, 3], synthetic: [0, 1, 2, 3])
    let other = ParentRows(real: [0, 1, 2, 3], synthetic: [1, 2, 3, 0])
    let relations = [("first", direct), ("second", other)].map {
      RelationScores.compute(relation: $0, parent: parent, child: child, parentRows: $1)
    }
    let scores = Scores.aggregate(tables: [], relations: relations, paths: []).all
    let (first, second) = (relations[0].pairs[0].score.value, relations[1].pairs[0].score.value)
    #expect(first < 0.8 && second == 1)
    #expect(scores.strictHops[1].score.value == second && scores.strictHops[1].pairCount == 1)
    #expect(scores.hops[1].score.value == (first + second) / 2 && scores.hops[1].pairCount == 2)
  }

  @Test("a null key leaves a row out of one hop and keeps it, with missing values, in longer paths")
  func joins() {
    // Category pairs count all rows: with three of four rows joined one hop sees thirds, a path sees quarters.
    func categories(_ name: String, _ real: [Int32], _ synthetic: [Int32]) -> TablePair {
      func side(_ codes: [Int32]) -> EvaluationTable {
        EvaluationTable(
          name: name, rowCount: codes.count, columns: [.discrete(name: "v", codes: codes, levels: 2)])
      }
      return TablePair(real: side(real), synthetic: side(synthetic))
    }
    let top = categories("t", [0, 1], [0, 1])
    let bottom = categories("b", [0, 0, 1, 1], [0, 0, 1, 1])
    let rows = ParentRows(real: [0, 0, 1, 1], synthetic: [0, 0, 1, -1])
    let relation = RelationScores.compute(relation: "r", parent: top, child: bottom, parentRows: rows)
    // (0,0): 2/4 and 2/3; (1,1): 2/4 and 1/3.
    #expect(abs(relation.pairs[0].score.value - (1 - (1.0 / 6 + 1.0 / 6) / 2)) < 1e-12)
    let identity = ParentRows(real: [0, 1], synthetic: [0, 1])
    let path = PathScores.compute(path: ["s", "r"], top: top, bottom: bottom, parentRows: [identity, rows])
    // (0,0): 2/4 and 2/4; (1,1): 2/4 and 1/4; (1,missing): 0 and 1/4.
    #expect(abs(path.pairs[0].score.value - 0.75) < 1e-12)
    // Children per parent: 2, 2 and 2, 1.
    #expect(relation.cardinality.value == 0.5)
  }

  @Test("copied tables count in one set of scores and not in the other, and never among the worst")
  func copied() throws {
    let database = try GoldenDatabase.dag()
    let all = database.scores
    let scores = Scores.aggregate(
      tables: database.tables, relations: database.relations.map(\.scores), paths: database.paths,
      copiedTables: ["region"], worstCount: 3)
    let rest = try #require(scores.withoutCopiedTables)
    #expect(all.withoutCopiedTables == nil && scores.all == all.all)
    let columns = database.tables.flatMap(\.columns).filter { $0.column.table != "region" }
    #expect(columns.count == 12)
    #expect(abs(rest.shapes.value - columns.map(\.score.value).reduce(0, +) / 12) < 1e-12)
    #expect(
      rest.hops[0].pairCount == 9 && rest.hops[1] == scores.all.hops[1] && rest.cardinality == all.all.cardinality)
    #expect(rest.overall != scores.all.overall)
    #expect(scores.worstColumns.count == 3 && scores.worstPairs.count == 3)
    #expect(scores.worstColumns[0].score.number == columns.compactMap(\.score.number).min())
    #expect(scores.worstPairs[0].pair.score.value <= scores.worstPairs[1].pair.score.value)
    #expect(scores.worstColumns.allSatisfy { $0.column.table != "region" })
  }

  @Test("scores travel through JSON; an undefined one is null with its reason")
  func json() throws {
    let database = try GoldenDatabase.dag()
    let scores = database.scores
    let data = try CanonicalJSON.encode(scores)
    let decoded = try CanonicalJSON.decode(Scores.self, from: data, source: "scores")
    #expect(decoded == scores)
    let tables = try CanonicalJSON.encode(database.tables)
    let decodedTables = try CanonicalJSON.decode([TableScores].self, from: tables, source: "tables")
    #expect(decodedTables == database.tables)
    let text = String(decoding: try CanonicalJSON.encode(Score.undefined("no rows")), as: UTF8.self)
    #expect(text == #"{"reason":"no rows","value":null}"#)
    let half = String(decoding: try CanonicalJSON.encode(Score(0.5)), as: UTF8.self)
    #expect(half == #"{"value":0.5}"#)
  }
}
