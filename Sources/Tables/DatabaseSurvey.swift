public import Essentials

/// What one pass over the data found: everything later steps must know before they read it again.
public struct DatabaseSurvey: Codable, Hashable, Sendable {
  /// One survey per table, in the order of the schema.
  public let tables: [TableSurvey]
  /// Things worth telling the user that do not stop a run.
  public let warnings: [String]

  /// Creates a survey.
  public init(tables: [TableSurvey], warnings: [String]) {
    self.tables = tables
    self.warnings = warnings
  }

  /// The survey of the table of this name.
  public func table(_ name: String) -> TableSurvey? { tables.first { $0.table == name } }
}

/// What was found in one table.
public struct TableSurvey: Codable, Hashable, Sendable {
  /// The table.
  public let table: String
  /// Rows, without the header.
  public let rowCount: Int
  /// SHA-256 of the bytes of the CSV file.
  public let digest: Digest
  /// Size of the CSV file.
  public let byteCount: Int
  /// One entry per column, in the order of the file.
  public let columns: [ColumnSurvey]

  /// Creates a survey.
  public init(table: String, rowCount: Int, digest: Digest, byteCount: Int, columns: [ColumnSurvey]) {
    self.table = table
    self.rowCount = rowCount
    self.digest = digest
    self.byteCount = byteCount
    self.columns = columns
  }
}

/// What was found in one column.
public struct ColumnSurvey: Codable, Hashable, Sendable {
  /// What the values are.
  public enum Content: Codable, Hashable, Sendable {
    /// Numbers or dates and how they are written; the bounds are absent if every value is missing.
    case numbers(format: NumberFormat, minimum: Double?, maximum: Double?)
    /// Texts of a limited set, with how many different ones there are.
    case categories(distinct: Int)
    /// Primary or foreign keys. Integer keys are canonical decimal integers of 64 bits; all others are texts.
    case keys(isInteger: Bool, format: KeyFormat)
    /// Texts that are not modelled.
    case text
  }

  /// The column.
  public let name: String
  /// Rows in which it is empty.
  public let missingCount: Int
  /// What the values are.
  public let content: Content

  /// Creates a survey.
  public init(name: String, missingCount: Int, content: Content) {
    self.name = name
    self.missingCount = missingCount
    self.content = content
  }

  /// Whether the values are integer keys.
  public var hasIntegerKeys: Bool {
    if case .keys(let isInteger, _) = content { return isInteger }
    return false
  }
}
