/// How one column is turned into network inputs and back into text.
public enum ColumnCodec: Codable, Hashable, Sendable {
  /// A number or date; beside it a two-level missing indicator (0 present, 1 missing) if values are missing.
  case numeric(NumberMap, missing: CategoricalCodec?)
  /// A text of a limited set.
  case categorical(CategoricalCodec)
  /// A text written by a rule; whether one is present is modelled if values are missing.
  case text(TextRule, missing: CategoricalCodec?)
  /// The primary key.
  case primaryKey(KeyFormat)
  /// The foreign key of a relation.
  case foreignKey(relation: String)
  /// Always missing.
  case null
}

/// How the rows of a table are turned into network inputs and back into text. Fitted once.
public struct TableCodec: Codable, Hashable, Sendable {
  /// The table.
  public let table: String
  /// Rows it was fitted to.
  public let rowCount: Int
  /// Names of the columns, in the order of the file.
  public let columnNames: [String]
  /// How each of them is coded.
  public let columns: [ColumnCodec]

  /// Creates a codec.
  public init(table: String, rowCount: Int, columnNames: [String], columns: [ColumnCodec]) {
    precondition(
      columnNames.count == columns.count, "\(columnNames.count) column names for \(columns.count) column codecs")
    self.table = table
    self.rowCount = rowCount
    self.columnNames = columnNames
    self.columns = columns
  }

  /// Reads a surveyed table and fits its codec.
  ///
  /// - Returns: the codec, and per column the level of each dictionary entry of a `TableReader` (empty for columns
  ///   that have no dictionary).
  public static func fit(
    table: TableSchema, survey: TableSurvey, options: CodecOptions = CodecOptions()
  ) throws -> (codec: TableCodec, levelOfCode: [[Int32]]) {
    let reader = try TableReader(table: table, survey: survey)
    var fitter = TableCodecFitter(table: table, survey: survey, options: options)
    while let block = try reader.next(maximumRows: 65_536) { fitter.add(block) }
    return fitter.finish { reader.dictionary(column: $0) }
  }
}
