/// How the numbers of children of a parent depend on each other and on its categories.
enum FanOut {
  /// A value of a column counts on its own if so many real parents have it; the others count together.
  private static let fewestParents = 20

  /// Pearson correlation of the numbers of children in two relations; 1 − ½ |difference|.
  static func correlations(of table: Int, in database: EvaluationDatabase) -> [Finding] {
    let name = database.schema.tables[table].name
    let relations = database.schema.children(of: name)
    let counts = relations.map { relation in
      childCounts(relation, table, in: database).map { side in side.map { Double($0) } }
    }
    var findings: [Finding] = []
    for first in relations.indices {
      for second in relations.indices where second > first {
        let statistics = counts[first].zip(counts[second]).map { Correlation.of($0.0, $0.1) }
        findings.append(
          Finding(
            "fan-out correlation", table: name,
            relations: [relations[first], relations[second]].map { database.schema.relations[$0].name },
            statistics: statistics,
            scores: statistics.scores {
              .correlations($0, $1, otherwise: "one of the numbers of children is constant on a side")
            },
            count: counts[first].synthetic.count))
      }
    }
    return findings
  }

  /// One minus the Kolmogorov–Smirnov distance of the numbers of children within each value of a categorical column,
  /// weighted by the real parents with the value; the statistic is the share of the variance that the values explain.
  static func givenLabels(of table: Int, in database: EvaluationDatabase) -> [Finding] {
    let name = database.schema.tables[table].name
    let tables = database.tableSides(table)
    var findings: [Finding] = []
    for relation in database.schema.children(of: name) {
      let counts = childCounts(relation, table, in: database)
      for (index, column) in database.schema.tables[table].columns.enumerated() where !column.kind.isContinuous {
        let groups = labels(tables, column: index)
        let data = groups.labels.zip(counts)
        let scores = data.scores { real, other in
          score(real: split(real, groups.count), other: split(other, groups.count))
        }
        findings.append(
          Finding(
            "fan-out given label", table: name, relations: [database.schema.relations[relation].name],
            columns: ["\(name).\(column.name)"],
            statistics: data.map { explainedShare(split($0, groups.count)) }, scores: scores,
            count: counts.synthetic.count))
      }
    }
    return findings
  }

  /// The numbers of children of every row of the parent table.
  static func childCounts(_ relation: Int, _ table: Int, in database: EvaluationDatabase) -> Sides<[Int32]> {
    database.sides.map { side in
      RelationScores.childCounts(side.parentRows[relation], side.tables[table].rowCount)
    }
  }

  /// A label for every row: values of many real rows get one each, the others and missing ones share label 0.
  private static func labels(
    _ tables: Sides<EvaluationTable>, column: Int
  ) -> (labels: Sides<[Int32]>, count: Int) {
    let codes = tables.map { table -> [Int32] in
      guard case .discrete(_, let codes, _) = table.columns[column] else { return [] }
      return codes
    }
    let highest = ([codes.real, codes.synthetic] + (codes.holdout.map { [$0] } ?? [])).joined().max() ?? -1
    var frequencies = [Int](repeating: 0, count: Int(highest) + 1)
    for code in codes.real where code >= 0 { frequencies[Int(code)] += 1 }
    var next: Int32 = 0
    let labels = frequencies.map { frequency -> Int32 in
      if frequency < fewestParents { return 0 }
      next += 1
      return next
    }
    return (codes.map { side in side.map { $0 < 0 ? 0 : labels[Int($0)] } }, Int(next) + 1)
  }

  private static func split(_ rows: ([Int32], [Int32]), _ groupCount: Int) -> [[Int32]] {
    var groups = [[Int32]](repeating: [], count: groupCount)
    for (label, count) in Swift.zip(rows.0, rows.1) { groups[Int(label)].append(count) }
    return groups
  }

  /// A value that the other side has no parent of scores 0.
  private static func score(real: [[Int32]], other: [[Int32]]) -> Score {
    let total = real.reduce(0) { $0 + $1.count }
    if total == 0 { return .undefined("there is no real parent") }
    if other.allSatisfy(\.isEmpty) { return .undefined("there is no parent to compare with") }
    var sum = 0.0
    for (left, right) in Swift.zip(real, other) where !left.isEmpty && !right.isEmpty {
      sum += Double(left.count) * RelationScores.cardinality(real: left, synthetic: right).value
    }
    return Score(min(sum / Double(total), 1))
  }

  private static func explainedShare(_ groups: [[Int32]]) -> Double? {
    let count = groups.reduce(0) { $0 + $1.count }
    if count == 0 { return nil }
    let sums = groups.map { group in group.reduce(0) { $0 + Double($1) } }
    let mean = sums.reduce(0, +) / Double(count)
    var (between, total) = (0.0, 0.0)
    for (group, sum) in Swift.zip(groups, sums) where !group.isEmpty {
      let difference = sum / Double(group.count) - mean
      between += Double(group.count) * difference * difference
      for value in group { total += (Double(value) - mean) * (Double(value) - mean) }
    }
    return total == 0 ? nil : between / total
  }
}
