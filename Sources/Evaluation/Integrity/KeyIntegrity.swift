/// Primary keys, foreign keys, group sizes and pairs of foreign keys.
enum KeyIntegrity {
  static func findings(for table: Int, in database: EvaluationDatabase) -> [Finding] {
    uniqueness(of: table, in: database) + references(of: table, in: database) + groupSizes(of: table, in: database)
      + distinctKeys(of: table, in: database)
  }

  /// 1 − (later duplicates + missing keys)/rows, for tables that others refer to and wherever a key is broken.
  private static func uniqueness(of table: Int, in database: EvaluationDatabase) -> [Finding] {
    let name = database.schema.tables[table].name
    let shares = database.sides.map { side -> Double? in
      let (facts, rows) = (side.tableKeys[table], side.tables[table].rowCount)
      return rows == 0 ? nil : 1 - Double(facts.repeated + facts.missing) / Double(rows)
    }
    let isReferredTo = !database.schema.children(of: name).isEmpty
    guard isReferredTo || shares.synthetic != 1 || shares.real != 1 else { return [] }
    return [
      Finding(
        "key uniqueness", table: name, statistics: shares, scores: shares.scores { share($1) },
        count: database.synthetic.tables[table].rowCount)
    ]
  }

  /// The share of foreign keys found among the primary keys; missing ones are left out where real ones are missing.
  private static func references(of table: Int, in database: EvaluationDatabase) -> [Finding] {
    let name = database.schema.tables[table].name
    return database.schema.parents(of: name).map { relation in
      let missingIsAllowed = database.real.relationKeys[relation].missing > 0
      let counts = database.sides.map { side -> (found: Int, counted: Int) in
        let (facts, rows) = (side.relationKeys[relation], side.tables[table].rowCount)
        let present = rows - facts.missing
        return (present - facts.dangling, missingIsAllowed ? present : rows)
      }
      let shares = counts.map { $0.counted == 0 ? nil : Double($0.found) / Double($0.counted) }
      let dangling = database.synthetic.relationKeys[relation].dangling
      return Finding(
        "referential integrity", table: name, relations: [database.schema.relations[relation].name],
        columns: ["\(name).\(database.schema.relations[relation].column)"], statistics: shares,
        scores: shares.scores { share($1) }, count: counts.synthetic.counted,
        note: dangling > 0 ? "\(dangling) rows name a parent that does not exist" : nil)
    }
  }

  /// The share of parents whose number of children occurs between the smallest and the largest real one.
  private static func groupSizes(of table: Int, in database: EvaluationDatabase) -> [Finding] {
    let name = database.schema.tables[table].name
    return database.schema.children(of: name).map { relation in
      let counts = FanOut.childCounts(relation, table, in: database)
      let bounds = (counts.real.min() ?? 0)...(counts.real.max() ?? 0)
      let shares = counts.map { sizes in
        sizes.isEmpty || counts.real.isEmpty
          ? nil : Double(sizes.count { bounds.contains($0) }) / Double(sizes.count)
      }
      return Finding(
        "group size bounds", table: name, relations: [database.schema.relations[relation].name],
        statistics: shares, scores: shares.scores { share($1) }, count: counts.synthetic.count,
        note: "real parents have \(bounds.lowerBound) to \(bounds.upperBound) children")
    }
  }

  /// Pairs of foreign keys that no two real rows share, as in a junction table, and all foreign keys together where
  /// only they do not repeat. A key that does not repeat by itself makes no pair.
  private static func distinctKeys(of table: Int, in database: EvaluationDatabase) -> [Finding] {
    let name = database.schema.tables[table].name
    let all = database.schema.parents(of: name)
    let relations = all.filter { distinctShare(of: [$0], database.real) != 1 }
    guard database.real.tables[table].rowCount > 1, all.count > 1, relations.count > 1, relations.count == all.count
    else { return [] }
    var keys: [[Int]] = []
    for first in relations.indices {
      for second in relations.indices where second > first { keys.append([relations[first], relations[second]]) }
    }
    keys = keys.filter { distinctShare(of: $0, database.real) == 1 }
    if keys.isEmpty && relations.count > 2 && distinctShare(of: relations, database.real) == 1 { keys = [relations] }
    return keys.map { key in
      let shares = database.sides.map { distinctShare(of: key, $0) }
      return Finding(
        "distinct foreign keys", table: name, relations: key.map { database.schema.relations[$0].name },
        columns: key.map { "\(name).\(database.schema.relations[$0].column)" }, statistics: shares,
        scores: shares.scores { share($1) }, count: database.synthetic.tables[table].rowCount,
        note: "no two real rows have all of these keys in common")
    }
  }

  /// 1 − rows whose parents an earlier row has / rows, among rows that have all these parents; nil if there are none.
  private static func distinctShare(of relations: [Int], _ side: DatabaseSide) -> Double? {
    let keys = relations.map { side.parentRows[$0] }
    guard let first = keys.first else { return nil }
    var seen = Set<[Int32]>(minimumCapacity: first.count)
    var counted = 0
    for row in first.indices {
      let key = keys.map { $0[row] }
      if key.contains(-1) { continue }
      counted += 1
      seen.insert(key)
    }
    return counted == 0 ? nil : Double(seen.count) / Double(counted)
  }

  private static func share(_ value: Double?) -> Score {
    value.map { Score(min(max($0, 0), 1)) } ?? .undefined("there is nothing to check")
  }
}
