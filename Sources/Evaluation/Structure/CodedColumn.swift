/// A column as small codes that real, synthetic and held-out rows share, for rules between columns.
struct CodedColumn {
  /// `table.column`.
  let name: String
  /// The foreign key over which a parent's column is seen; nil for a column of the table itself.
  let relation: String?
  /// 0 for missing, −1 for values that the real rows do not have and for rows without a parent.
  let codes: Sides<[Int32]>
  /// All codes are below.
  let levels: Int
  /// How many different codes the real rows have.
  let distinctCount: Int

  /// Continuous columns with more different values are left out: they determine nothing and follow from little.
  private static let mostValues = 1000

  /// The column on the given rows; nil if it has too many values.
  ///
  /// - Parameter relation: for a parent's column, the foreign key; the rows are then those of the child.
  init?(table: Int, column: Int, relation: Int?, rows: Sides<[Int32]>, in database: EvaluationDatabase) {
    let sides = database.sides
    let positions = rows.zip(sides).map { rows, side -> [Int32] in
      guard let relation else { return rows }
      return rows.map { side.parentRows[relation][Int($0)] }
    }
    let real = sides.real.tables[table].columns[column]
    let codes: Sides<[Int32]>
    switch real {
    case .discrete(_, _, let count):
      levels = count + 1
      codes = positions.zip(sides).map { rows, side in
        guard case .discrete(_, let codes, _) = side.tables[table].columns[column] else { return [] }
        return rows.map { $0 < 0 ? -1 : codes[Int($0)] + 1 }
      }
    case .continuous(_, let values):
      var distinct = Set<Double>()
      for row in positions.real where row >= 0 && !values[Int(row)].isNaN {
        distinct.insert(values[Int(row)])
        if distinct.count > Self.mostValues { return nil }
      }
      let sorted = distinct.sorted()
      let codeOf = Dictionary(uniqueKeysWithValues: zip(sorted, Int32(1)...))
      levels = sorted.count + 1
      codes = positions.zip(sides).map { rows, side in
        guard case .continuous(_, let values) = side.tables[table].columns[column] else { return [] }
        return rows.map { row in
          if row < 0 { return -1 }
          let value = values[Int(row)]
          return value.isNaN ? 0 : codeOf[value] ?? -1
        }
      }
    }
    var seen = [Bool](repeating: false, count: levels)
    for code in codes.real where code >= 0 { seen[Int(code)] = true }
    distinctCount = seen.count { $0 }
    self.codes = codes
    self.relation = relation.map { database.schema.relations[$0].name }
    name = "\(database.schema.tables[table].name).\(real.name)"
  }
}
