/// How alike the children of one parent are.
///
/// The intraclass correlation of the one-way analysis of variance, ICC(1) = (MSB − MSW)/(MSB + (n₀ − 1)·MSW) with
/// n₀ = (N − Σ nᵢ²/N)/(k − 1); for categories the squares are summed over the indicators of all categories. The score
/// is 1 − |difference|, not below 0. Missing values and rows without a parent are left out.
enum GroupDependence {
  static func findings(for table: Int, in database: EvaluationDatabase) -> [Finding] {
    let schema = database.schema
    let name = schema.tables[table].name
    var findings: [Finding] = []
    for relation in schema.parents(of: name) {
      let parent = database.parentTable(relation)
      let groups = database.sides.map {
        GroupedRows(parentRows: $0.parentRows[relation], parentCount: $0.tables[parent].rowCount)
      }
      if groups.real.sizes.allSatisfy({ $0 < 2 }) { continue }
      let data = database.tableSides(table).zip(groups)
      for (index, column) in schema.tables[table].columns.enumerated() {
        let statistics = data.map { intraclassCorrelation($0.0.columns[index], $0.1) }
        findings.append(
          Finding(
            "within-group dependence", table: name, relations: [schema.relations[relation].name],
            columns: ["\(name).\(column.name)"], statistics: statistics,
            scores: statistics.scores {
              .difference($0, $1, otherwise: "the column is constant on a side or no group has two values")
            },
            count: groups.synthetic.rows.count))
      }
    }
    return findings
  }

  /// The intraclass correlation of a column; nil if it is constant or no group has two values.
  static func intraclassCorrelation(_ column: EvaluationColumn, _ groups: GroupedRows) -> Double? {
    var squares = Squares()
    switch column {
    case .continuous(_, let values): squares.add(values, groups)
    case .discrete(_, let codes, let levels): squares.add(codes, levels: levels, groups)
    }
    return squares.correlation
  }

  private struct Squares {
    var between = 0.0
    var within = 0.0
    var rowCount = 0
    var groupCount = 0
    var sumOfSquaredSizes = 0.0

    mutating func add(_ values: [Double], _ groups: GroupedRows) {
      let present = groups.rows.lazy.map { values[Int($0)] }.filter { !$0.isNaN && $0.isFinite }
      guard let origin = present.first else { return }
      var (total, count) = (0.0, 0)
      for value in present {
        total += value - origin
        count += 1
      }
      let mean = origin + total / Double(count)
      for parent in 0..<groups.count {
        var (sum, squares, size) = (0.0, 0.0, 0)
        for place in groups.range(parent) {
          let value = values[Int(groups.rows[place])]
          if !value.isFinite { continue }
          sum += value - mean
          squares += (value - mean) * (value - mean)
          size += 1
        }
        if size == 0 { continue }
        let explained = sum * sum / Double(size)
        between += explained
        within += max(squares - explained, 0)
        addGroup(size)
      }
    }

    mutating func add(_ codes: [Int32], levels: Int, _ groups: GroupedRows) {
      var totals = [Int](repeating: 0, count: levels)
      var counts = [Int](repeating: 0, count: levels)
      var groupSquares = 0.0
      for parent in 0..<groups.count {
        var size = 0
        for place in groups.range(parent) {
          let code = codes[Int(groups.rows[place])]
          if code < 0 { continue }
          counts[Int(code)] += 1
          size += 1
        }
        if size == 0 { continue }
        var squares = 0
        for place in groups.range(parent) {
          let code = Int(codes[Int(groups.rows[place])])
          if code < 0 || counts[code] == 0 { continue }
          squares += counts[code] * counts[code]
          totals[code] += counts[code]
          counts[code] = 0
        }
        groupSquares += Double(squares) / Double(size)
        addGroup(size)
      }
      if rowCount == 0 { return }
      let allSquares = totals.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(rowCount)
      between = max(groupSquares - allSquares, 0)
      within = Double(rowCount) - groupSquares
    }

    private mutating func addGroup(_ size: Int) {
      rowCount += size
      groupCount += 1
      sumOfSquaredSizes += Double(size) * Double(size)
    }

    var correlation: Double? {
      if groupCount < 2 || rowCount <= groupCount { return nil }
      let betweenMean = between / Double(groupCount - 1)
      let withinMean = within / Double(rowCount - groupCount)
      let size = (Double(rowCount) - sumOfSquaredSizes / Double(rowCount)) / Double(groupCount - 1)
      let denominator = betweenMean + (size - 1) * withinMean
      // Rounding leaves a trace of variance in a constant column with a large value.
      guard denominator.isFinite && denominator > 1e-300 else { return nil }
      // Groups of little more than one row on the average can give values far below -1, whose differences mean nothing.
      return max(-1, (betweenMean - withinMean) / denominator)
    }
  }
}
