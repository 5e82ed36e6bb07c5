import Evaluation
import Testing

@Suite("Real rows against real rows")
struct CeilingsTests {
  /// Parents with a number and three children each, which repeat it.
  private static func side(parents: Int, from first: Int = 0) -> DatabaseSide {
    let values = (0..<parents).map { Double((first + $0) * 37 % 101) }
    return DatabaseSide(
      tables: [
        EvaluationTable(name: "parent", rowCount: parents, columns: [.continuous(name: "x", values: values)]),
        EvaluationTable(
          name: "child", rowCount: 3 * parents,
          columns: [
            .continuous(name: "y", values: (0..<(3 * parents)).map { values[$0 / 3] + Double($0 % 3) }),
            .discrete(name: "z", codes: (0..<(3 * parents)).map { Int32($0 % 3) }, levels: 3),
          ]),
      ], parentRows: [(0..<(3 * parents)).map { Int32($0 / 3) }])
  }

  private static let schema = EvaluationSchema(
    tables: [
      .init(name: "parent", columns: [.init(name: "x", kind: .number)]),
      .init(
        name: "child",
        columns: [.init(name: "y", kind: .number), .init(name: "z", kind: .categorical, levels: ["a", "b", "c"])]),
    ], relations: [.init(name: "child.parent>parent", parent: "parent", child: "child", column: "parent")])

  @Test("without held-out rows two halves are compared, whose groups are whole")
  func halves() throws {
    let real = Self.side(parents: 400)
    let database = EvaluationDatabase(schema: Self.schema, real: real, synthetic: real)
    let found = try #require(try Ceilings.compute(database, repetitions: 3, threads: 2))
    #expect(found.basis.contains("half"))
    #expect(found.spread?.count == 3)
    // Every parent keeps its three children.
    #expect(found.scores.all.cardinality.number == 1)
    let shapes = try #require(found.scores.all.shapes.number)
    #expect(shapes > 0.9 && shapes < 1)
    #expect(try Ceilings.compute(database, repetitions: 3, threads: 1) == found)
  }

  @Test("with held-out rows as many training rows stand against them")
  func holdout() throws {
    let real = Self.side(parents: 400), held = Self.side(parents: 100, from: 400)
    let database = EvaluationDatabase(schema: Self.schema, real: real, synthetic: real, holdout: held)
    let found = try #require(try Ceilings.compute(database, repetitions: 2))
    #expect(found.basis.contains("held-out"))
    #expect(found.scores.all.cardinality.number == 1)
    #expect((found.scores.all.shapes.number ?? 0) > 0.85)
  }

  @Test("parents of held-out rows that are training rows take part")
  func trainingParents() throws {
    let real = Self.side(parents: 200)
    let all = Self.side(parents: 40)
    let held = DatabaseSide(
      tables: [
        EvaluationTable(name: "parent", rowCount: 0, columns: [.continuous(name: "x", values: [])]), all.tables[1],
      ], parentRows: [[Int32](repeating: -1, count: 120)], trainingParentRows: all.parentRows)
    let database = EvaluationDatabase(schema: Self.schema, real: real, synthetic: real, holdout: held)
    let found = try #require(try Ceilings.compute(database, repetitions: 1))
    // Both keys of the child's trend with its parent are there.
    #expect(found.scores.all.hops[1].undefinedCount == 0)
    #expect((found.scores.all.hops[1].score.number ?? 0) > 0.8)
  }

  @Test("a neighbourhood holds ancestors and children with the keys among them")
  func neighbourhood() {
    let names = Neighbourhood.tables(
      around: "c", tables: ["a", "b", "c", "d", "e", "f"],
      relations: [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("a", "f")])
    #expect(names == ["a", "b", "c", "d"])
    let real = Self.side(parents: 5)
    let part = EvaluationDatabase(schema: Self.schema, real: real, synthetic: real).neighbourhood(of: 1)
    #expect(part.table == 1)
    #expect(part.database.real.parentRows == real.parentRows)
  }

  @Test("parts are computed in any order and returned in theirs; the first error of the parts is thrown")
  func parts() throws {
    let costs = (0..<40).map { Double($0 % 7) }
    #expect(try ParallelParts.map(costs: costs, threads: 3) { $0 * $0 } == (0..<40).map { $0 * $0 })
    struct Failure: Error, Equatable { var part: Int }
    #expect(throws: Failure(part: 5)) {
      try ParallelParts.map(costs: costs, threads: 2) { part in
        if part == 5 || part == 30 { throw Failure(part: part) }
        return part
      }
    }
  }
}
