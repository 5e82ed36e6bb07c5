/// Trends between the children that one parent has in two relations.
///
/// Every child table is reduced to one row a parent: the mean of a continuous column, the most frequent category (the
/// one with the lowest code on a tie). Parents with children in both relations are compared.
enum SiblingTrends {
  static func findings(for table: Int, in database: EvaluationDatabase) -> [Finding] {
    let name = database.schema.tables[table].name
    let relations = database.schema.children(of: name)
    if relations.count < 2 { return [] }
    let aggregates = relations.map { relation in
      database.sides.map { Aggregate($0, relation: relation, child: database.childTable(relation), parent: table) }
    }
    var findings: [Finding] = []
    for first in relations.indices {
      for second in relations.indices where second > first {
        let pairs = aggregates[first].zip(aggregates[second]).map { ($0.0, $0.1, Aggregate.common($0.0, $0.1)) }
        let names = [relations[first], relations[second]].map { database.schema.relations[$0].name }
        let labels = [relations[first], relations[second]].map { database.schema.relations[$0].child }
        let finding = PairSummary.finding(
          "sibling trends", table: name, relations: names, labels: (labels[0], labels[1]),
          count: pairs.synthetic.2.count, sides: pairs
        ) { real, other in
          (
            columns(real.0, other.0, real.2, other.2, partners: real.1.table.columns),
            columns(real.1, other.1, real.2, other.2, partners: real.0.table.columns)
          )
        }
        if let finding { findings.append(finding) }
      }
    }
    return findings
  }

  private static func columns(
    _ real: Aggregate, _ other: Aggregate, _ realRows: [Int32], _ otherRows: [Int32], partners: [EvaluationColumn]
  ) -> [JoinedColumn] {
    PairMetrics.prepare(
      TablePair(real: real.table, synthetic: other.table), real: .listed(realRows), synthetic: .listed(otherRows),
      partners: partners)
  }
}

/// The child rows of a relation as one row a parent.
struct Aggregate {
  let table: EvaluationTable
  private let sizes: [Int32]

  init(_ side: DatabaseSide, relation: Int, child: Int, parent: Int) {
    let groups = GroupedRows(
      parentRows: side.parentRows[relation], parentCount: side.tables[parent].rowCount)
    let columns = side.tables[child].columns.map { column -> EvaluationColumn in
      switch column {
      case .continuous(let name, let values):
        return .continuous(name: name, values: (0..<groups.count).map { Self.mean(values, groups, $0) })
      case .discrete(let name, let codes, let levels):
        return .discrete(name: name, codes: Self.modes(codes, levels, groups), levels: levels)
      }
    }
    table = EvaluationTable(name: side.tables[child].name, rowCount: groups.count, columns: columns)
    sizes = groups.sizes
  }

  /// The parents with children on both sides.
  static func common(_ first: Aggregate, _ second: Aggregate) -> [Int32] {
    first.sizes.indices.filter { first.sizes[$0] > 0 && second.sizes[$0] > 0 }.map { Int32($0) }
  }

  private static func mean(_ values: [Double], _ groups: GroupedRows, _ parent: Int) -> Double {
    var (sum, count) = (0.0, 0)
    for place in groups.range(parent) {
      let value = values[Int(groups.rows[place])]
      if value.isNaN { continue }
      sum += value
      count += 1
    }
    return count == 0 ? .nan : sum / Double(count)
  }

  private static func modes(_ codes: [Int32], _ levels: Int, _ groups: GroupedRows) -> [Int32] {
    var counts = [Int32](repeating: 0, count: levels)
    return (0..<groups.count).map { parent in
      var (best, most): (Int32, Int32) = (-1, 0)
      for place in groups.range(parent) {
        let code = codes[Int(groups.rows[place])]
        if code >= 0 { counts[Int(code)] += 1 }
      }
      for place in groups.range(parent) {
        let code = codes[Int(groups.rows[place])]
        if code < 0 { continue }
        let count = counts[Int(code)]
        if count > most || (count == most && code < best) { (best, most) = (code, count) }
      }
      for place in groups.range(parent) {
        let code = codes[Int(groups.rows[place])]
        if code >= 0 { counts[Int(code)] = 0 }
      }
      return best
    }
  }
}
