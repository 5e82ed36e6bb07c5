internal import Essentials

/// What a metadata file says, before it is checked as a whole.
struct SchemaDraft {
  struct Column {
    var name: String
    var role: ColumnRole
  }

  struct Table {
    var name: String
    var file: String
    /// In the order of the file.
    var columns: [Column]
    var primaryKey: String?
    /// Where the metadata describe it.
    var place: Problem.Place
  }

  var format: SourceFormat
  var tables: [Table] = []
  /// Those of a child in the order in which the metadata list its parents.
  var relations: [(relation: Relation, place: Problem.Place)] = []
  /// Names of the relations in the order the metadata give, if they give one.
  var relationOrder: [String]?

  /// Whether the configuration leaves a foreign key out.
  static func isIgnored(_ table: String, _ column: String, _ options: SchemaOptions) -> Bool {
    options.ignoreRelations.contains { $0.table == table && $0.column == column }
  }
}
