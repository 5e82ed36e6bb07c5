internal import Essentials

/// Values of a column that could not be read and count as missing.
public struct UnreadValues: Sendable, Hashable {
  /// The column.
  public let column: String
  /// How many there are.
  public let count: Int
  /// The first of them.
  public let example: String
  /// The line on which it stands.
  public let line: Int
  /// What was expected.
  public let expected: String
}

/// A foreign key as it was found: the parent row of each row, and how many have none.
public struct ForeignKeyRows: Sendable {
  /// The parent row of each row, −1 where there is none.
  public var rows: [Int32] = []
  /// The row that has the key in another table, −1 where `rows` has one or there is none; empty unless another table
  /// was given.
  public var otherRows: [Int32] = []
  /// Rows whose key is missing.
  public var missing = 0
  /// Rows whose key is that of no parent row.
  public var dangling = 0

  /// A key without rows.
  public init() {}
}

/// A table as another program has written it: keys that do not hold and values that cannot be read are counted instead
/// of being refused.
public struct TolerantTable: Sendable {
  /// How many rows there are.
  public internal(set) var rowCount = 0
  /// One block a column of the schema: numbers (dates as nanoseconds since 1970), codes, or nothing.
  public internal(set) var columns: [ColumnBlock] = []
  /// The texts of each categorical or boolean column by code; empty for other columns.
  public internal(set) var dictionaries: [[String]] = []
  /// The foreign keys by the name of their relation.
  public internal(set) var foreignKeys: [String: ForeignKeyRows] = [:]
  /// The rows of the primary keys; nil for a table without a primary key.
  public internal(set) var keys: RowIndex?
  /// Rows whose primary key an earlier row has.
  public internal(set) var repeatedKeys = 0
  /// Rows without a primary key.
  public internal(set) var missingKeys = 0
  /// Values that could not be read, by column.
  public internal(set) var unread: [UnreadValues] = []
  /// Other things that a reader should know, as sentences without a full stop.
  public internal(set) var remarks: [String] = []

  init() {}

  /// Reads a table.
  ///
  /// Columns may stand in any order; columns that the schema does not have are skipped. Values of number and date
  /// columns that cannot be read count as missing.
  ///
  /// - Parameters:
  ///   - table: the schema of the table and the path of the file.
  ///   - relations: foreign keys of the table that are to be followed.
  ///   - parents: the rows of the parents' keys, by the name of the parent table.
  ///   - others: further rows that keys may refer to, by the name of the parent table.
  ///   - readsValues: whether columns other than keys are wanted.
  /// - Throws: `ClavaError.input` if there is no such file, if it is no CSV file, or if columns are missing: all that
  ///   is wrong with its form in one error.
  public static func read(
    _ table: TableSchema, relations: [Relation], parents: [String: RowIndex], others: [String: RowIndex] = [:],
    readsValues: Bool = true
  ) throws -> TolerantTable {
    var reading = TolerantReading(
      table, relations: relations, parents: parents, others: others, readsValues: readsValues)
    return try reading.run()
  }
}
