import Essentials
import Evaluation
import Testing

@Suite("published scores")
struct GoldenScoresTests {
  static let databases: [@Sendable (EvaluationMode) throws -> GoldenDatabase] = [
    { try GoldenDatabase.twoTables(mode: $0) }, { try GoldenDatabase.dag(mode: $0) },
  ]

  @Test("every column scores as published", arguments: databases.indices, EvaluationMode.allCases)
  func columns(_ index: Int, _ mode: EvaluationMode) throws {
    let database = try Self.databases[index](mode)
    let actual = database.tables.flatMap(\.columns)
      .map { ("\($0.column.table) \($0.column.column) \($0.metric.rawValue)", $0.score) }
    #expect(actual.count == [6, 14][index])
    #expect(differences(actual, details(database.oracle("Column Shapes"))) == [])
  }

  @Test(
    "every pair of a table scores as published, undefined ones included", arguments: databases.indices,
    EvaluationMode.allCases)
  func pairs(_ index: Int, _ mode: EvaluationMode) throws {
    let database = try Self.databases[index](mode)
    let actual = database.tables.flatMap(\.pairs)
      .map { ("\($0.first.table) \($0.first.column) \($0.second.column) \($0.metric.rawValue)", $0.score) }
    #expect(actual.count == [6, 10][index])
    #expect(actual.count { !$0.1.isDefined } == (mode == .paper ? [0, 1] : [6, 8])[index])
    #expect(differences(actual, details(database.oracle("Column Pair Trends"))) == [])
  }

  @Test("the cardinality of every relation is as published", arguments: databases.indices, EvaluationMode.allCases)
  func cardinality(_ index: Int, _ mode: EvaluationMode) throws {
    let database = try Self.databases[index](mode)
    let actual = database.relations.map { ("\($1.parent) \($1.child) \($0)", $1.cardinality) }
    #expect(actual.count == [1, 6][index])
    #expect(differences(actual, details(database.oracle("Cardinality"))) == [])
  }

  @Test("every pair over a relation scores as published", arguments: databases.indices, EvaluationMode.allCases)
  func intertable(_ index: Int, _ mode: EvaluationMode) throws {
    let database = try Self.databases[index](mode)
    let actual = database.relations.flatMap { key, relation in
      relation.pairs.map { pair in
        let columns = "\(pair.first.column) \(pair.second.column) \(pair.metric.rawValue)"
        return ("\(relation.parent) \(relation.child) \(key) \(columns)", pair.score)
      }
    }
    #expect(actual.count == [9, 30][index])
    #expect(differences(actual, details(database.oracle("Intertable Trends"))) == [])
  }

  @Test("every pair over a path scores as published, paths in published order", arguments: EvaluationMode.allCases)
  func paths(_ mode: EvaluationMode) throws {
    let database = try GoldenDatabase.dag(mode: mode)
    let actual = database.paths.flatMap { path in
      let tables = [path.top] + path.relations.map { String($0.prefix { $0 != ">" }) }
      return path.pairs.map { pair in
        let columns = "\(pair.first.column) \(pair.second.column) \(pair.metric.rawValue)"
        return ("\(path.hop) \(tables.joined(separator: ">")) \(columns)", pair.score)
      }
    }
    #expect(actual.count == 26)
    #expect(differences(actual, details(database.oracle("k_hop"))) == [])
    #expect(actual.map(\.0) == database.oracle("k_hop")?.list.map(\.key))
  }

  @Test("means over a database are as published", arguments: databases.indices, EvaluationMode.allCases)
  func properties(_ index: Int, _ mode: EvaluationMode) throws {
    let database = try Self.databases[index](mode)
    let scores = database.scores.all
    #expect(agree(scores.shapes, database.oracle("properties", "Column Shapes")?.number))
    #expect(agree(scores.hops[0].score, database.oracle("properties", "Column Pair Trends")?.number))
    #expect(agree(scores.cardinality, database.oracle("properties", "Cardinality")?.number))
    #expect(agree(scores.hops[1].score, database.oracle("properties", "Intertable Trends")?.number))
    #expect(agree(scores.overall, database.oracle("score")?.number))
    #expect(scores.overall.isDefined && database.scores.mode == mode.rawValue)
  }

  @Test("hops are as published after later paths replaced earlier ones")
  func hops() throws {
    let database = try GoldenDatabase.dag()
    let scores = database.scores.all
    #expect(scores.strictHops.count == 4)
    for hop in scores.strictHops {
      #expect(agree(hop.score, database.oracle("aggregate", "\(hop.hop)-hop")?.number))
      #expect(Double(hop.pairCount) == database.oracle("aggregate", "\(hop.hop)-hop pairs")?.number)
    }
    #expect(agree(scores.strictAverageTwoWay, database.oracle("aggregate", "AVG 2-way")?.number))
    #expect(scores.hops.map(\.pairCount) == [10, 30, 18, 8])
    let twoHops = database.paths.filter { $0.hop == 2 }.flatMap(\.pairs).map(\.score.value)
    #expect(abs(scores.hops[2].score.value - twoHops.reduce(0, +) / 18) < 1e-12)
    #expect(abs(scores.hops[2].score.value - scores.strictHops[2].score.value) > 1e-3)
  }
}
