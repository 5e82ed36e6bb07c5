/// Ranges, categories and missing values of columns.
///
/// Source: sdmetrics 0.32, BoundaryAdherence, RangeCoverage, CategoryAdherence, CategoryCoverage and
/// MissingValueSimilarity.
enum ValueIntegrity {
  static func findings(for table: Int, in database: EvaluationDatabase) -> [Finding] {
    let tables = database.tableSides(table)
    return database.schema.tables[table].columns.indices.flatMap { index in
      let columns = tables.map { $0.columns[index] }
      return values(columns, table: database.schema.tables[table].name) + [
        missing(columns, table: database.schema.tables[table].name)
      ]
    }
  }

  private static func values(_ columns: Sides<EvaluationColumn>, table: String) -> [Finding] {
    if columns.real.isContinuous {
      let values = columns.map { column -> [Double] in
        guard case .continuous(_, let values) = column else { return [] }
        return values
      }
      return [
        finding("boundary adherence", columns, table, values, boundaryAdherence),
        finding("range coverage", columns, table, values, rangeCoverage),
      ]
    }
    let codes = columns.map { column -> [Int32] in
      guard case .discrete(_, let codes, _) = column else { return [] }
      return codes
    }
    return [
      finding("category adherence", columns, table, codes, categoryAdherence),
      finding("category coverage", columns, table, codes, categoryCoverage),
    ]
  }

  /// The statistic of each side is what it scores against the real one.
  private static func finding<Element>(
    _ metric: String, _ columns: Sides<EvaluationColumn>, _ table: String, _ values: Sides<[Element]>,
    _ score: ([Element], [Element]) -> Score
  ) -> Finding {
    let reached = values.map { score(values.real, $0) }
    return Finding(
      metric: metric, table: table, columns: ["\(table).\(columns.real.name)"], score: reached.synthetic,
      synthetic: reached.synthetic.number, real: reached.real.number, holdout: reached.holdout?.number,
      count: values.synthetic.count)
  }

  private static func missing(_ columns: Sides<EvaluationColumn>, table: String) -> Finding {
    let shares = columns.map { column -> Double? in
      if column.rowCount == 0 { return nil }
      switch column {
      case .continuous(_, let values): return Double(values.count { $0.isNaN }) / Double(values.count)
      case .discrete(_, let codes, _): return Double(codes.count { $0 < 0 }) / Double(codes.count)
      }
    }
    return Finding(
      "missing value similarity", table: table, columns: ["\(table).\(columns.real.name)"], statistics: shares,
      scores: shares.scores { .difference($0, $1, otherwise: "a side has no rows") },
      count: columns.synthetic.rowCount)
  }

  /// The share of values within the real smallest and largest one; missing ones are left out if real ones are missing,
  /// otherwise they count against it.
  static func boundaryAdherence(real: [Double], synthetic: [Double]) -> Score {
    guard let bounds = Bounds(real) else { return .undefined("the real column has no value") }
    let counted = bounds.hasMissing ? synthetic.count { !$0.isNaN } : synthetic.count
    if counted == 0 { return .undefined("the column has no value to check") }
    let inside = synthetic.count { $0 >= bounds.minimum && $0 <= bounds.maximum }
    return Score(Double(inside) / Double(counted))
  }

  /// 1 − the parts of the real range below the smallest and above the largest value.
  static func rangeCoverage(real: [Double], synthetic: [Double]) -> Score {
    guard let bounds = Bounds(real) else { return .undefined("the real column has no value") }
    guard let reached = Bounds(synthetic) else { return .undefined("the column has no value to check") }
    let width = bounds.maximum - bounds.minimum
    if width == 0 { return .undefined("the real column is constant") }
    if !width.isFinite { return .undefined("the real column has an infinite range") }
    let below = max((reached.minimum - bounds.minimum) / width, 0)
    let above = max((bounds.maximum - reached.maximum) / width, 0)
    return Score(max(1 - (below + above), 0))
  }

  /// The share of values that the real column has; a missing one counts as such if real ones are missing.
  static func categoryAdherence(real: [Int32], synthetic: [Int32]) -> Score {
    if synthetic.isEmpty { return .undefined("there is no row to check") }
    let known = Set(real)
    return Score(Double(synthetic.count { known.contains($0 < 0 ? -1 : $0) }) / Double(synthetic.count))
  }

  /// The share of real categories that occur.
  static func categoryCoverage(real: [Int32], synthetic: [Int32]) -> Score {
    let categories = Set(real.lazy.filter { $0 >= 0 })
    if categories.isEmpty { return .undefined("the real column has no value") }
    let found = Set(synthetic.lazy.filter { $0 >= 0 })
    return Score(Double(categories.count { found.contains($0) }) / Double(categories.count))
  }

  private struct Bounds {
    var minimum = Double.infinity
    var maximum = -Double.infinity
    var hasMissing = false

    init?(_ values: [Double]) {
      for value in values {
        if value.isNaN { hasMissing = true }
        if value < minimum { minimum = value }
        if value > maximum { maximum = value }
      }
      if minimum > maximum { return nil }
    }
  }
}
