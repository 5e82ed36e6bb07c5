/// The tables, scored columns and foreign keys of a database, as the evaluator and its report see them.
public struct EvaluationSchema: Sendable, Codable, Hashable {
  /// What the values of a scored column are.
  public enum ColumnKind: String, Sendable, Codable, Hashable {
    /// Integers and decimals.
    case number
    /// Dates and moments, as nanoseconds since 1970.
    case date
    /// Categories.
    case categorical
    /// Truth values.
    case boolean

    /// Whether the column is compared as a continuous one.
    public var isContinuous: Bool { self == .number || self == .date }
  }

  /// A column that takes part in scores.
  public struct Column: Sendable, Codable, Hashable {
    /// Its name.
    public let name: String
    /// What its values are.
    public let kind: ColumnKind
    /// The text of each code of a categorical or boolean column; empty for a continuous one.
    public let levels: [String]

    /// Describes a column.
    public init(name: String, kind: ColumnKind, levels: [String] = []) {
      self.name = name
      self.kind = kind
      self.levels = levels
    }
  }

  /// A table.
  public struct Table: Sendable, Codable, Hashable {
    /// Its name.
    public let name: String
    /// Its scored columns, in the order of the columns of the `EvaluationTable`s of the database.
    public let columns: [Column]
    /// Whether the synthetic rows are copies of real ones by request, so that their scores say nothing.
    public let isCopied: Bool

    /// Describes a table.
    public init(name: String, columns: [Column], isCopied: Bool = false) {
      self.name = name
      self.columns = columns
      self.isCopied = isCopied
    }
  }

  /// A foreign key.
  public struct Relation: Sendable, Codable, Hashable {
    /// Its name.
    public let name: String
    /// The table that is referred to.
    public let parent: String
    /// The table that has the foreign key.
    public let child: String
    /// The column of the foreign key.
    public let column: String

    /// Describes a foreign key.
    public init(name: String, parent: String, child: String, column: String) {
      self.name = name
      self.parent = parent
      self.child = child
      self.column = column
    }
  }

  /// The tables, parents before children.
  public let tables: [Table]
  /// The foreign keys, in the order of the metadata.
  public let relations: [Relation]

  /// Describes a database.
  public init(tables: [Table], relations: [Relation]) {
    self.tables = tables
    self.relations = relations
  }

  /// The place of a table in `tables`.
  public func index(ofTable name: String) -> Int? { tables.firstIndex { $0.name == name } }
  /// The places in `relations` of the foreign keys that refer to a table.
  public func children(of table: String) -> [Int] { relations.indices.filter { relations[$0].parent == table } }
  /// The places in `relations` of the foreign keys that a table has.
  public func parents(of table: String) -> [Int] { relations.indices.filter { relations[$0].child == table } }
}
