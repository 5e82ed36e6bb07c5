/// One column that takes part in scores. Keys and free text take part in none and are left out by the caller.
public enum EvaluationColumn: Sendable {
  /// Numbers and dates; a missing value is NaN, a date is the number of nanoseconds since 1970.
  case continuous(name: String, values: [Double])
  /// Categories and booleans as codes `0..<levels`, −1 for a missing value. Real and synthetic data share the codes.
  case discrete(name: String, codes: [Int32], levels: Int)

  /// The name of the column.
  public var name: String {
    switch self {
    case .continuous(let name, _): name
    case .discrete(let name, _, _): name
    }
  }

  /// Whether the values are numbers or dates.
  public var isContinuous: Bool {
    if case .continuous = self { true } else { false }
  }

  /// How many rows the column has.
  public var rowCount: Int {
    switch self {
    case .continuous(_, let values): values.count
    case .discrete(_, let codes, _): codes.count
    }
  }
}

/// The columns of one table that take part in scores, in the order of the metadata.
public struct EvaluationTable: Sendable {
  /// The name of the table.
  public let name: String
  /// How many rows the table has; a table may have rows and no column.
  public let rowCount: Int
  /// The columns, each with `rowCount` values.
  public let columns: [EvaluationColumn]

  /// Creates a table and checks that every column has `rowCount` values and every code lies in −1 ..< levels.
  public init(name: String, rowCount: Int, columns: [EvaluationColumn]) {
    for column in columns {
      precondition(
        column.rowCount == rowCount,
        "table \(name) has \(rowCount) rows, its column \(column.name) has \(column.rowCount)")
      if case .discrete(let columnName, let codes, let levels) = column {
        precondition(
          codes.allSatisfy { $0 >= -1 && Int($0) < levels },
          "table \(name), column \(columnName): a code lies outside -1..<\(levels)")
      }
    }
    self.name = name
    self.rowCount = rowCount
    self.columns = columns
  }
}

/// The same table on the real and on the synthetic side.
public struct TablePair: Sendable {
  /// The rows compared with: training rows or, where there are some, held-out rows.
  public let real: EvaluationTable
  /// The generated rows.
  public let synthetic: EvaluationTable

  /// The name of the table.
  public var name: String { real.name }

  /// Pairs two tables, which need the same columns of the same kinds in the same order.
  public init(real: EvaluationTable, synthetic: EvaluationTable) {
    precondition(
      real.columns.count == synthetic.columns.count
        && zip(real.columns, synthetic.columns).allSatisfy { $0.name == $1.name && $0.isContinuous == $1.isContinuous },
      "table \(real.name): real columns \(real.columns.map(\.name)) and synthetic columns "
        + "\(synthetic.columns.map(\.name)) differ in name, kind or order")
    self.real = real
    self.synthetic = synthetic
  }
}

/// For every row of a child table the row of its parent, −1 where the key is null or dangling; one array a side.
public struct ParentRows: Sendable {
  /// One entry a row of the real child table.
  public let real: [Int32]
  /// One entry a row of the synthetic child table.
  public let synthetic: [Int32]

  /// Joins the arrays of the two sides.
  public init(real: [Int32], synthetic: [Int32]) {
    self.real = real
    self.synthetic = synthetic
  }

  func check(relation: String, parent: TablePair, child: TablePair) {
    precondition(
      real.count == child.real.rowCount && synthetic.count == child.synthetic.rowCount,
      "relation \(relation): \(real.count) real and \(synthetic.count) synthetic parent rows for a child table of "
        + "\(child.real.rowCount) and \(child.synthetic.rowCount) rows")
    precondition(
      Self.areWithin(real, parent.real.rowCount) && Self.areWithin(synthetic, parent.synthetic.rowCount),
      "relation \(relation): a parent row lies outside -1..<\(parent.real.rowCount) (real) or "
        + "-1..<\(parent.synthetic.rowCount) (synthetic)")
  }

  static func areWithin(_ rows: [Int32], _ rowCount: Int) -> Bool {
    rows.allSatisfy { $0 >= -1 && Int($0) < rowCount }
  }
}
