/// Two ways from a row to the same ancestor: do they end at the same row?
///
/// A transitive foreign key (a → b → c beside a → c), a diamond, or two foreign keys to one table. The statistic is the
/// share of rows on which both ends agree, among the rows where both exist. The score compares its surplus over the
/// agreement expected of independent ends: κ = (share − expected)/(1 − expected), or /expected below it; 1 − |Δκ|.
enum KeyPaths {
  private static let longestPath = 3
  private static let mostPairs = 40

  static func findings(for table: Int, in database: EvaluationDatabase) -> [Finding] {
    let name = database.schema.tables[table].name
    let paths = paths(from: table, in: database)
    var findings: [Finding] = []
    for first in paths.indices {
      for second in paths.indices where second > first && meet(paths[first], paths[second]) {
        if findings.count == mostPairs { return findings }
        let agreement = database.sides.map { side in
          Agreement(Self.ends(of: paths[first], side), Self.ends(of: paths[second], side))
        }
        let relations = (paths[first].relations + paths[second].relations).map { database.schema.relations[$0].name }
        let ends = [paths[first], paths[second]].map { path in
          path.relations.map { database.schema.relations[$0].column }.joined(separator: " → ")
        }
        findings.append(
          Finding(
            "agreement of key paths", table: name, relations: relations,
            statistics: agreement.map(\.share),
            scores: agreement.scores {
              .difference($0.surplus, $1.surplus, otherwise: "no row of a side has both ends, or there is one end only")
            },
            count: agreement.synthetic.count, note: "\(ends[0]) and \(ends[1])"))
      }
    }
    return findings
  }

  private struct Path {
    var relations: [Int]
    var tables: [Int]
  }

  /// Upward paths without a repeated table, short ones first.
  private static func paths(from table: Int, in database: EvaluationDatabase) -> [Path] {
    var paths: [Path] = []
    var longest = [Path(relations: [], tables: [table])]
    for _ in 0..<longestPath {
      longest = longest.flatMap { path -> [Path] in
        let last = database.schema.tables[path.tables[path.tables.count - 1]].name
        return database.schema.parents(of: last).compactMap { relation in
          let parent = database.parentTable(relation)
          if path.tables.contains(parent) { return nil }
          return Path(relations: path.relations + [relation], tables: path.tables + [parent])
        }
      }
      paths += longest
    }
    return paths
  }

  /// Whether two paths share their end and nothing else, so that no shorter pair of paths says the same.
  private static func meet(_ first: Path, _ second: Path) -> Bool {
    guard first.tables.last == second.tables.last else { return false }
    let inner = Set(first.tables.dropFirst().dropLast())
    return inner.isDisjoint(with: second.tables.dropFirst().dropLast())
  }

  private static func ends(of path: Path, _ side: DatabaseSide) -> [Int32] {
    var rows = side.parentRows[path.relations[0]]
    for relation in path.relations.dropFirst() {
      let parents = side.parentRows[relation]
      for index in rows.indices where rows[index] >= 0 { rows[index] = parents[Int(rows[index])] }
    }
    return rows
  }

  private struct Agreement {
    var count = 0
    var share: Double?
    var surplus: Double?

    init(_ first: [Int32], _ second: [Int32]) {
      let size = Int(max(first.max() ?? -1, second.max() ?? -1)) + 1
      var left = [Double](repeating: 0, count: size)
      var right = left
      var equal = 0
      for (a, b) in zip(first, second) where a >= 0 && b >= 0 {
        left[Int(a)] += 1
        right[Int(b)] += 1
        count += 1
        if a == b { equal += 1 }
      }
      if count == 0 { return }
      let share = Double(equal) / Double(count)
      let total = Double(count) * Double(count)
      let expected = orderedSum(size) { left[$0] * right[$0] } / total
      self.share = share
      if expected > 1 - 1e-12 { return }
      surplus = share >= expected ? (share - expected) / (1 - expected) : (share - expected) / expected
    }
  }
}
