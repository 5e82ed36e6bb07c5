public import Tensors

/// One ingredient of the clean information a denoiser is given beside the noisy row.
public enum ConditionPart: Sendable {
  /// A one-hot label per row; code −1 stands for no label.
  case label(codes: [Int32], levels: Int)
  /// One number per row.
  case scalars([Float])
  /// The row of a parent table, encoded like an input row; `rows` holds the parent row of each row.
  case parent(rows: [Int32], FeatureRows)

  /// Number of columns.
  public var width: Int {
    switch self {
    case .label(_, let levels): levels
    case .scalars: 1
    case .parent(_, let features): features.layout.width
    }
  }

  /// Number of columns of a row that may differ from zero.
  var entryCount: Int {
    switch self {
    case .label, .scalars: 1
    case .parent(_, let features): features.layout.columnCount
    }
  }

  fileprivate func check(rowCount: Int) {
    switch self {
    case .label(let codes, let levels):
      precondition(codes.count == rowCount, "\(codes.count) labels for \(rowCount) rows")
      precondition(codes.allSatisfy { $0 >= -1 && $0 < levels }, "a label is outside -1..<\(levels)")
    case .scalars(let values):
      precondition(values.count == rowCount, "\(values.count) scalars for \(rowCount) rows")
    case .parent(let rows, let features):
      precondition(rows.count == rowCount, "\(rows.count) parent rows for \(rowCount) rows")
      precondition(
        rows.allSatisfy { $0 >= 0 && $0 < features.rowCount }, "a parent row is outside 0..<\(features.rowCount)")
    }
  }
}

/// The conditions of the rows of a table, never materialised as a whole.
public struct ConditionRows: Sendable {
  /// Number of rows.
  public let rowCount: Int
  /// The ingredients, side by side.
  public let parts: [ConditionPart]
  /// Number of columns.
  public let width: Int
  /// Number of columns of a row that may differ from zero.
  let entryCount: Int

  /// Creates conditions and checks that every part has `rowCount` rows; no parts mean no condition.
  public init(rowCount: Int, parts: [ConditionPart] = []) {
    for part in parts { part.check(rowCount: rowCount) }
    self.rowCount = rowCount
    self.parts = parts
    width = parts.reduce(0) { $0 + $1.width }
    entryCount = parts.reduce(0) { $0 + $1.entryCount }
  }

  /// The conditions of some rows, in the given order.
  public func rows(_ rows: Range<Int>) -> ConditionRows {
    ConditionRows(
      rowCount: rows.count,
      parts: parts.map { part in
        switch part {
        case .label(let codes, let levels): .label(codes: Array(codes[rows]), levels: levels)
        case .scalars(let values): .scalars(Array(values[rows]))
        case .parent(let parents, let features): .parent(rows: Array(parents[rows]), features)
        }
      })
  }

  /// Writes the conditions of some rows into the first rows of a matrix, all columns.
  public func fill(_ matrix: Matrix, rows: Range<Int>) {
    precondition(
      matrix.columns == width && matrix.rows >= rows.count,
      "conditions of \(rows.count) x \(width) do not fit into a matrix of \(matrix.rows) x \(matrix.columns)")
    matrix.pointer.update(repeating: 0, count: rows.count * width)
    visit(count: rows.count, row: { rows.lowerBound + $0 }) { position, _, column, value in
      if column >= 0 { matrix.pointer[position &* width &+ Int(column)] = value }
    }
  }

  /// Calls `body` with (position, entry, column, value) for every entry of `count` rows; column −1 is an absent entry.
  @inline(__always)
  func visit(count: Int, row: (Int) -> Int, _ body: (Int, Int, Int32, Float) -> Void) {
    var offset = 0
    var entry = 0
    for part in parts {
      switch part {
      case .label(let codes, _):
        for position in 0..<count {
          let code = codes[row(position)]
          body(position, entry, code < 0 ? -1 : Int32(offset) &+ code, 1)
        }
      case .scalars(let values):
        for position in 0..<count { body(position, entry, Int32(offset), values[row(position)]) }
      case .parent(let parents, let features):
        visit(features, parents, count: count, offset: offset, entry: entry, row: row, body)
      }
      offset += part.width
      entry += part.entryCount
    }
  }

  @inline(__always)
  private func visit(
    _ features: FeatureRows, _ parents: [Int32], count: Int, offset: Int, entry: Int, row: (Int) -> Int,
    _ body: (Int, Int, Int32, Float) -> Void
  ) {
    let numericCount = features.layout.numericCount
    let levelCounts = features.layout.levelCounts
    for position in 0..<count {
      let parent = Int(parents[row(position)])
      for column in 0..<numericCount {
        body(
          position, entry &+ column, Int32(offset &+ column), features.numerics[parent &* numericCount &+ column])
      }
      var start = offset &+ numericCount
      for column in 0..<levelCounts.count {
        let code = features.codes[parent &* levelCounts.count &+ column]
        body(
          position, entry &+ numericCount &+ column, Int32(start) &+ code, features.layout.scales[column])
        start &+= levelCounts[column]
      }
    }
  }
}
