/// The scores of a whole database with the scores of its parts.
public struct DatabaseScores: Sendable {
  /// The summary.
  public let scores: Scores
  /// One a table, in the order of the schema.
  public let tables: [TableScores]
  /// One a foreign key, in the order of the schema.
  public let relations: [RelationScores]
  /// One a path of two or more foreign keys.
  public let paths: [PathScores]

  private enum Part: Sendable {
    case table(TableScores)
    case relation(RelationScores)
    case path(PathScores)
  }

  /// Scores every table, foreign key and path, each as a part of its own.
  ///
  /// - Parameter threads: how many parts are computed at a time; nil for one a core.
  public static func compute(
    _ database: EvaluationDatabase, mode: EvaluationMode = .paper, seed: UInt64 = 0, threads: Int? = nil,
    finished: (@Sendable (Int) -> Void)? = nil
  ) throws -> DatabaseScores {
    let work = Work(database)
    let parts = try ParallelParts.map(costs: work.costs, threads: threads, finished: finished) { index -> Part in
      switch work.steps[index] {
      case .table(let table):
        let pair = database.pair(table)
        return .table(TableScores.compute(real: pair.real, synthetic: pair.synthetic, mode: mode, seed: seed))
      case .relation(let relation, let parent, let child):
        return .relation(
          RelationScores.compute(
            relation: database.schema.relations[relation].name, parent: database.pair(parent),
            child: database.pair(child), parentRows: database.parentRows(relation), mode: mode, seed: seed))
      case .path(let path, let top, let bottom):
        return .path(
          PathScores.compute(
            path: path.map { database.schema.relations[$0].name }, top: database.pair(top),
            bottom: database.pair(bottom), parentRows: path.map(database.parentRows), mode: mode, seed: seed))
      }
    }
    let tables = parts.compactMap { if case .table(let scores) = $0 { scores } else { nil } }
    let relations = parts.compactMap { if case .relation(let scores) = $0 { scores } else { nil } }
    let paths = parts.compactMap { if case .path(let scores) = $0 { scores } else { nil } }
    return DatabaseScores(
      scores: Scores.aggregate(
        tables: tables, relations: relations, paths: paths,
        copiedTables: Set(database.schema.tables.filter(\.isCopied).map(\.name)), mode: mode),
      tables: tables, relations: relations, paths: paths)
  }

  /// How many parts `compute` has.
  public static func partCount(_ schema: EvaluationSchema) -> Int {
    schema.tables.count + schema.relations.count + paths(schema).count
  }

  private static func paths(_ schema: EvaluationSchema) -> [[String]] {
    SchemaPaths.enumerate(relations: schema.relations.map { ($0.name, $0.parent, $0.child) })
  }

  /// What has to be computed, and what it costs.
  private struct Work: Sendable {
    enum Step: Sendable {
      case table(Int)
      case relation(Int, parent: Int, child: Int)
      case path([Int], top: Int, bottom: Int)
    }

    private(set) var steps: [Step] = []
    private(set) var costs: [Double] = []

    init(_ database: EvaluationDatabase) {
      let schema = database.schema
      func rows(_ table: Int) -> Double {
        Double(database.real.tables[table].rowCount + database.synthetic.tables[table].rowCount)
      }
      func width(_ table: Int) -> Double { Double(schema.tables[table].columns.count) }
      for table in schema.tables.indices {
        steps.append(.table(table))
        costs.append(rows(table) * width(table) * (width(table) + 8))
      }
      let places = Dictionary(
        schema.tables.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
      for (index, relation) in schema.relations.enumerated() {
        guard let parent = places[relation.parent], let child = places[relation.child] else { continue }
        steps.append(.relation(index, parent: parent, child: child))
        costs.append(rows(child) * (width(parent) * width(child) + 4))
      }
      let byName = Dictionary(
        schema.relations.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
      for path in DatabaseScores.paths(schema) {
        let steps = path.compactMap { byName[$0] }
        guard let first = steps.first, let last = steps.last, let top = places[schema.relations[first].parent],
          let bottom = places[schema.relations[last].child]
        else { continue }
        self.steps.append(.path(steps, top: top, bottom: bottom))
        costs.append(rows(bottom) * (width(top) * width(bottom) + 4))
      }
    }
  }
}
