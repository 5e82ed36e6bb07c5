/// Trends between the parents that a row has in two relations, over the rows that have both.
enum TwoParentTrends {
  static func findings(for table: Int, in database: EvaluationDatabase) -> [Finding] {
    let name = database.schema.tables[table].name
    let relations = database.schema.parents(of: name)
    var findings: [Finding] = []
    for first in relations.indices {
      for second in relations.indices where second > first {
        let pair = [relations[first], relations[second]]
        let places = pair.map { database.parentTable($0) }
        let sides = database.sides.map { Joined($0, relations: pair, parents: places) }
        let finding = PairSummary.finding(
          "two-parent trends", table: name, relations: pair.map { database.schema.relations[$0].name },
          labels: (database.schema.relations[pair[0]].column, database.schema.relations[pair[1]].column),
          count: sides.synthetic.firstRows.count, sides: sides
        ) { real, other in
          (
            PairMetrics.prepare(
              TablePair(real: real.first, synthetic: other.first), real: .listed(real.firstRows),
              synthetic: .listed(other.firstRows), partners: real.second.columns),
            PairMetrics.prepare(
              TablePair(real: real.second, synthetic: other.second), real: .listed(real.secondRows),
              synthetic: .listed(other.secondRows), partners: real.first.columns)
          )
        }
        if let finding { findings.append(finding) }
      }
    }
    return findings
  }

  /// The parents of the rows that have both.
  private struct Joined {
    let first: EvaluationTable
    let second: EvaluationTable
    let firstRows: [Int32]
    let secondRows: [Int32]

    init(_ side: DatabaseSide, relations: [Int], parents: [Int]) {
      (first, second) = (side.tables[parents[0]], side.tables[parents[1]])
      let (left, right) = (side.parentRows[relations[0]], side.parentRows[relations[1]])
      let both = left.indices.filter { left[$0] >= 0 && right[$0] >= 0 }
      firstRows = both.map { left[$0] }
      secondRows = both.map { right[$0] }
    }
  }
}
