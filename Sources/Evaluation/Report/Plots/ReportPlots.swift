/// Builds what the plots of a report show.
public enum ReportPlots {
  /// How many heat maps a table has at most.
  static let pairLimit = 6
  /// How many categories a bar chart shows at most; the rest is summed.
  static let categoryLimit = 12

  /// Counts rows, bins and categories once; the result has a bounded size.
  ///
  /// Reads the table, its direct parents and nothing else.
  ///
  /// - Parameters:
  ///   - table: the place of the table in the schema.
  ///   - scores: of that table.
  ///   - relations: of the whole database or of the table; those of other children are left out.
  public static func plots(
    for table: Int, in database: EvaluationDatabase, scores: TableScores, relations: [RelationScores]
  ) -> TablePlots {
    let own = relations.filter { $0.child == scores.table }
    return TablePlots(
      table: scores.table, scores: scores, relations: own,
      columns: scores.columns.indices.map { columnPlot($0, of: table, in: database, score: scores.columns[$0]) },
      pairs: worstPairs(scores, own).compactMap { pairPlot($0, of: table, in: database) },
      groupSizes: own.compactMap { groupSizes($0, in: database) })
  }

  private static func columnPlot(
    _ index: Int, of table: Int, in database: EvaluationDatabase, score: ColumnScore
  ) -> ColumnPlot {
    let description = database.schema.tables[table].columns[index]
    let sides = database.bySide { $0.tables[table].columns[index] }
    switch (sides.real, sides.synthetic) {
    case (.continuous, .continuous):
      let values = sides.map(\.numbers)
      return ColumnPlot(
        score: score, kind: description.kind, missing: values.map { side in side.count { $0.isNaN } },
        histogram: Histogram.count(values, isDate: description.kind == .date))
    default:
      let codes = sides.map(\.codes)
      return ColumnPlot(
        score: score, kind: description.kind, missing: codes.map { side in side.count { $0 < 0 } },
        bars: CategoryBars.count(codes, levels: description.levels, limit: categoryLimit))
    }
  }

  /// The lowest scores, at least half of the places for pairs within the table and for those with parents alike.
  private static func worstPairs(_ scores: TableScores, _ relations: [RelationScores]) -> [RankedPair] {
    func lowest(_ pairs: [RankedPair]) -> [RankedPair] {
      pairs.enumerated().filter { $0.element.pair.score.isDefined }
        .sorted { ($0.element.pair.score.value, $0.offset) < ($1.element.pair.score.value, $1.offset) }
        .map(\.element)
    }
    let within = lowest(scores.pairs.map { RankedPair(relations: [], pair: $0) })
    let across = lowest(
      relations.flatMap { part in part.pairs.map { RankedPair(relations: [part.relation], pair: $0) } })
    let half = pairLimit / 2
    let rest = lowest(Array(within.dropFirst(half)) + Array(across.dropFirst(half)))
    let chosen = Array(within.prefix(half)) + Array(across.prefix(half))
    return lowest(chosen + rest.prefix(pairLimit - chosen.count))
  }

  private static func pairPlot(
    _ ranked: RankedPair, of table: Int, in database: EvaluationDatabase
  ) -> PairPlot? {
    let schema = database.schema
    func place(_ reference: ColumnReference) -> (table: Int, column: Int)? {
      guard let table = schema.index(ofTable: reference.table),
        let column = schema.tables[table].columns.firstIndex(where: { $0.name == reference.column })
      else { return nil }
      return (table, column)
    }
    guard let first = place(ranked.pair.first), let second = place(ranked.pair.second) else { return nil }
    func axis(_ place: (table: Int, column: Int)) -> PlotAxis {
      PlotAxis(
        database.bySide { $0.tables[place.table].columns[place.column] },
        description: schema.tables[place.table].columns[place.column])
    }
    let (x, y) = (axis(first), axis(second))
    let relation = ranked.relations.first.flatMap { name in schema.relations.firstIndex { $0.name == name } }
    func count(_ side: DatabaseSide, _ firstCodes: [Int32], _ secondCodes: [Int32]) -> [Int] {
      var cells = [Int](repeating: 0, count: x.labels.count * y.labels.count)
      for row in secondCodes.indices {
        var partner = row
        if let relation {
          guard side.parentRows[relation][row] >= 0 else { continue }
          partner = Int(side.parentRows[relation][row])
        }
        cells[Int(secondCodes[row]) * x.labels.count + Int(firstCodes[partner])] += 1
      }
      return cells
    }
    // Over a relation the first column is the parent's, so that rows are those of the second column's table.
    return PairPlot(
      pair: ranked, first: x.labels, second: y.labels,
      counts: SideValues(
        real: count(database.real, x.codes.real, y.codes.real),
        synthetic: count(database.synthetic, x.codes.synthetic, y.codes.synthetic)))
  }

  private static func groupSizes(_ scores: RelationScores, in database: EvaluationDatabase) -> GroupSizePlot? {
    guard let relation = database.schema.relations.firstIndex(where: { $0.name == scores.relation }),
      let parent = database.schema.index(ofTable: scores.parent)
    else { return nil }
    let sizes = database.bySide { side -> [Double] in
      var counts = [Double](repeating: 0, count: side.tables[parent].rowCount)
      for row in side.parentRows[relation] where row >= 0 { counts[Int(row)] += 1 }
      return counts
    }
    guard let histogram = Histogram.count(sizes, isDate: false) else { return nil }
    return GroupSizePlot(
      relation: scores.relation, parent: scores.parent, score: scores.cardinality,
      mean: sizes.map { $0.isEmpty ? 0 : $0.reduce(0, +) / Double($0.count) },
      largest: sizes.map { Int($0.max() ?? 0) }, histogram: histogram)
  }
}

extension EvaluationDatabase {
  /// The same of every side.
  func bySide<Value>(_ value: (DatabaseSide) -> Value) -> SideValues<Value> {
    SideValues(real: value(real), synthetic: value(synthetic), holdout: holdout.map(value))
  }
}

extension EvaluationColumn {
  /// The values of a continuous column.
  var numbers: [Double] {
    if case .continuous(_, let values) = self { values } else { [] }
  }

  /// The codes of a discrete column.
  var codes: [Int32] {
    if case .discrete(_, let codes, _) = self { codes } else { [] }
  }
}
