public import Essentials

/// What the configuration says about tables and columns.
public struct SchemaOptions: Sendable {
  /// A foreign key that is not to be modelled.
  public struct ColumnChoice: Sendable {
    /// The table.
    public var table: String
    /// The column.
    public var column: String
    /// Where the configuration says so.
    public var place: Problem.Place

    /// Creates a choice.
    public init(table: String, column: String, place: Problem.Place = .init()) {
      self.table = table
      self.column = column
      self.place = place
    }
  }

  /// A table that is kept as it is.
  public struct TableChoice: Sendable {
    /// The table.
    public var table: String
    /// Where the configuration says so.
    public var place: Problem.Place

    /// Creates a choice.
    public init(table: String, place: Problem.Place = .init()) {
      self.table = table
      self.place = place
    }
  }

  /// A column that is written by a rule instead of being modelled.
  public struct TextChoice: Sendable {
    /// The table.
    public var table: String
    /// The column.
    public var column: String
    /// What is written.
    public var rule: TextRule
    /// Where the configuration says so.
    public var place: Problem.Place

    /// Creates a choice.
    public init(table: String, column: String, rule: TextRule, place: Problem.Place = .init()) {
      self.table = table
      self.column = column
      self.rule = rule
      self.place = place
    }
  }

  /// The form of the folder.
  public var format: SourceFormat
  /// Foreign keys that are not modelled.
  public var ignoreRelations: [ColumnChoice]
  /// Tables that are kept as they are.
  public var lookupTables: [TableChoice]
  /// Tables that are learned from but not generated.
  public var omittedTables: [TableChoice]
  /// Columns written by a rule.
  public var textRules: [TextChoice]

  /// Creates options; nothing given means that everything follows from the metadata.
  public init(
    format: SourceFormat = .auto, ignoreRelations: [ColumnChoice] = [], lookupTables: [TableChoice] = [],
    omittedTables: [TableChoice] = [], textRules: [TextChoice] = []
  ) {
    self.format = format
    self.ignoreRelations = ignoreRelations
    self.lookupTables = lookupTables
    self.omittedTables = omittedTables
    self.textRules = textRules
  }
}
