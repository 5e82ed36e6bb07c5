/// The form in which a database folder is described.
public enum SourceFormat: String, Codable, Sendable {
  /// `dataset_meta.json` decides for `clava`, else `metadata.json` for `sdv`.
  case auto
  /// The method's own form: `dataset_meta.json`, `{table}_domain.json`, `{table}.csv`.
  case clava
  /// SDV multi-table metadata V1: `metadata.json` and one CSV per table.
  case sdv
}

/// What is done with a table.
public enum TableKind: String, Codable, Sendable {
  /// Its rows are generated.
  case generated
  /// Reference data: its rows are kept as they are, and reported as copied.
  case lookup
  /// Its rows take part in the labels of its parents, but none are generated.
  case omitted
}

/// One foreign key: a column of the child that holds primary keys of the parent.
public struct Relation: Codable, Hashable, Sendable {
  /// Unique and stable: `child.column>parent`.
  public let name: String
  /// The table that holds the foreign key.
  public let child: String
  /// The foreign key column of the child.
  public let column: String
  /// The table whose primary key is referenced.
  public let parent: String

  /// Creates a relation; its name follows from its parts.
  public init(child: String, column: String, parent: String) {
    name = "\(child).\(column)>\(parent)"
    self.child = child
    self.column = column
    self.parent = parent
  }
}

/// What a column is to the method.
public enum ColumnRole: Codable, Hashable, Sendable {
  /// The table's primary key. The pattern is the metadata's own (a regular expression), if it gives one.
  case primaryKey(pattern: String?)
  /// The foreign key of the named relation. If it is the primary key as well, `TableSchema.primaryKey` names it.
  case foreignKey(relation: String)
  /// An integer or decimal number.
  case number
  /// One of a limited set of texts.
  case categorical
  /// One of two texts.
  case boolean
  /// A date or time in a strftime format.
  case date(format: String)
  /// A text that is not modelled: the rule's text is written where a value is present.
  case text(TextRule)
  /// A key that follows no relation: the foreign key of an ignored relation, or an id the metadata link to nothing.
  /// Written as missing if the data have missing values there, else as a running number.
  case ignoredKey
}

/// A column of a table.
public struct ColumnSchema: Codable, Hashable, Sendable {
  /// The name in the header of the CSV file.
  public let name: String
  /// What it is to the method.
  public let role: ColumnRole

  /// Creates a column.
  public init(name: String, role: ColumnRole) {
    self.name = name
    self.role = role
  }
}

/// A table and the file that holds it.
public struct TableSchema: Codable, Hashable, Sendable {
  /// The name.
  public let name: String
  /// Absolute path of its CSV file.
  public let file: String
  /// The columns, in the order of the file.
  public let columns: [ColumnSchema]
  /// The primary key column, if there is one.
  public let primaryKey: String?
  /// Whether its rows are generated or kept.
  public let kind: TableKind

  /// Creates a table.
  public init(name: String, file: String, columns: [ColumnSchema], primaryKey: String?, kind: TableKind) {
    self.name = name
    self.file = file
    self.columns = columns
    self.primaryKey = primaryKey
    self.kind = kind
  }

  /// The position of a column in the file, from 0.
  public func index(of column: String) -> Int? { columns.firstIndex { $0.name == column } }

  /// Names of the columns whose content is made up rather than modelled.
  public var columnsNotGenerated: [String] {
    columns.filter {
      switch $0.role {
      case .text, .ignoredKey: true
      default: false
      }
    }.map(\.name)
  }
}

/// A database: its tables and the foreign keys between them. The relations form no cycle.
public struct Schema: Codable, Hashable, Sendable {
  /// The form it was read from; never `auto`.
  public let format: SourceFormat
  /// The tables, in the order of the metadata.
  public let tables: [TableSchema]
  /// The relations that are modelled, by child table in the order of `tables`, then by column.
  public let relations: [Relation]
  /// Things worth telling the user that do not stop a run.
  public let warnings: [String]
  /// Table names, parents first; among tables that are ready at the same time the metadata's order decides.
  public let topologicalOrder: [String]

  /// Names of the relations in the order in which the published method takes them: as the metadata say, else breadth
  /// first from the tables without parents. All relations into a table come before those out of it.
  ///
  /// **Source**: reference method, section 2.1.
  public let relationOrder: [String]

  private let tableIndex: [String: Int]
  /// Names of the relations, those of a child in the order in which the metadata list its parents.
  private let listedOrder: [String]

  /// Creates a schema. Throws an error that shows the cycle if the relations form one.
  ///
  /// - Parameters:
  ///   - relationOrder: the order the metadata give, if they give one.
  ///   - listedOrder: names of the relations, those of a child in the order in which the metadata list its parents;
  ///     `relationOrder` if the metadata have no such list.
  package init(
    format: SourceFormat, tables: [TableSchema], relations: [Relation], warnings: [String],
    relationOrder: [String]? = nil, listedOrder: [String]? = nil
  ) throws {
    self.format = format
    self.tables = tables
    self.relations = relations
    self.warnings = warnings
    let order = try RelationGraph(tables: tables.map(\.name), relations: relations).topologicalOrder()
    topologicalOrder = order
    let breadthFirst = order.flatMap { table in relations.filter { $0.parent == table }.map(\.name) }
    self.relationOrder = relationOrder ?? breadthFirst
    self.listedOrder = listedOrder ?? self.relationOrder
    tableIndex = Dictionary(tables.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Names of the files that describe the tables, in the folder of the data.
  public var metadataFiles: [String] {
    format == .clava
      ? [MethodMetadata.fileName] + tables.map { "\($0.name)_domain.json" } : [SDVMetadata.fileName]
  }

  /// The table of this name.
  public func table(_ name: String) -> TableSchema? { tableIndex[name].map { tables[$0] } }

  /// The relation of this name.
  public func relation(_ name: String) -> Relation? { relations.first { $0.name == name } }

  /// Relations in which `table` is the child, in the order of its columns.
  public func parents(of table: String) -> [Relation] { relations.filter { $0.child == table } }

  /// Relations in which `table` is the child, in the order in which the metadata list its parents (method form), else
  /// in `relationOrder`: the order in which the published method matches their rows.
  public func parentOrder(of table: String) -> [Relation] {
    listedOrder.compactMap { relation($0) }.filter { $0.child == table }
  }

  /// Relations in which `table` is the parent, in the order of `relations`.
  public func children(of table: String) -> [Relation] { relations.filter { $0.parent == table } }
}
