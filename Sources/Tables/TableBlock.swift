/// Some consecutive rows of a table.
public struct TableBlock: Sendable {
  /// Index of the first row in the table, from 0.
  public let firstRow: Int
  /// How many rows.
  public let rowCount: Int
  /// One block per column, in the order of the file.
  public let columns: [ColumnBlock]

  /// Creates a block.
  public init(firstRow: Int, rowCount: Int, columns: [ColumnBlock]) {
    self.firstRow = firstRow
    self.rowCount = rowCount
    self.columns = columns
  }
}

/// Some consecutive values of a column.
public enum ColumnBlock: Sendable {
  /// Numbers and dates (in seconds or days since 1970-01-01); NaN where missing.
  case numbers([Double])
  /// Indices into the reader's dictionary of the column; −1 where missing.
  case codes([Int32])
  /// Keys that are integers.
  case integerKeys([Int64])
  /// Keys that are texts.
  case textKeys([String])
  /// Whether a value is there: texts that are not modelled.
  case presence([Bool])
  /// Nothing is read: keys that follow no relation.
  case none

  /// The numbers, or nil if the column has none.
  public var numbers: [Double]? { if case .numbers(let values) = self { values } else { nil } }

  /// The codes, or nil if the column has none.
  public var codes: [Int32]? { if case .codes(let values) = self { values } else { nil } }

  /// The presence flags, or nil if the column has none.
  public var presence: [Bool]? { if case .presence(let values) = self { values } else { nil } }
}
