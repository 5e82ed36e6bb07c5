/// Which of two dates comes first.
///
/// The statistic is the share of rows where the second is not before the first; the score is 1 − the total variation
/// distance of the shares of before, same and after, over rows that have both dates.
enum DateOrder {
  /// Two dates of one row.
  static func withinRows(of table: Int, in database: EvaluationDatabase) -> [Finding] {
    let name = database.schema.tables[table].name
    let times = TimeColumn.all(of: table, in: database)
    let tables = database.tableSides(table)
    var findings: [Finding] = []
    for (place, first) in times.enumerated() {
      for second in times.dropFirst(place + 1) where second.unit == first.unit {
        let orders = tables.map { Order(first.values($0), second.values($0)) }
        findings.append(
          finding(
            "date order", table: name, relations: [], ["\(name).\(first.name)", "\(name).\(second.name)"], orders)
        )
      }
    }
    return findings
  }

  /// A date of a parent, then a date of its child.
  static func afterParents(of table: Int, in database: EvaluationDatabase) -> [Finding] {
    let name = database.schema.tables[table].name
    let times = TimeColumn.all(of: table, in: database)
    if times.isEmpty { return [] }
    var findings: [Finding] = []
    for relation in database.schema.parents(of: name) {
      let parent = database.parentTable(relation)
      let parentName = database.schema.tables[parent].name
      for first in TimeColumn.all(of: parent, in: database) {
        for second in times where second.unit == first.unit {
          let orders = database.sides.map { side in
            let dates = first.values(side.tables[parent])
            return Order(
              side.parentRows[relation].map { $0 < 0 ? .nan : dates[Int($0)] }, second.values(side.tables[table]))
          }
          findings.append(
            finding(
              "date order with the parent", table: name, relations: [database.schema.relations[relation].name],
              ["\(parentName).\(first.name)", "\(name).\(second.name)"], orders))
        }
      }
    }
    return findings
  }

  private static func finding(
    _ metric: String, table: String, relations: [String], _ columns: [String], _ orders: Sides<Order>
  ) -> Finding {
    Finding(
      metric, table: table, relations: relations, columns: columns, statistics: orders.map(\.inOrder),
      scores: orders.scores { $0.similarity(to: $1) }, count: orders.synthetic.count)
  }

  private struct Order {
    var before = 0
    var same = 0
    var after = 0

    init(_ first: [Double], _ second: [Double]) {
      for (a, b) in zip(first, second) where !a.isNaN && !b.isNaN {
        if a < b { before += 1 } else if a == b { same += 1 } else { after += 1 }
      }
    }

    var count: Int { before + same + after }
    var inOrder: Double? { count == 0 ? nil : Double(before + same) / Double(count) }

    func similarity(to other: Order) -> Score {
      if count == 0 || other.count == 0 { return .undefined("no row of a side has both dates") }
      let distance = [\Order.before, \Order.same, \Order.after].reduce(0) { sum, part in
        sum + abs(self[keyPath: part] * other.count - other[keyPath: part] * count)
      }
      return Score(1 - Double(distance) / (2 * Double(count) * Double(other.count)))
    }
  }
}
