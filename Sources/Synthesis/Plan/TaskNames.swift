import TaskGraph

/// How tasks, their outputs and the inputs they read are called.
enum TaskNames {
  static func encode(_ table: String) -> TaskIdentifier { .init("encode/\(table)") }
  static func label(_ relation: String) -> TaskIdentifier { .init("label/\(relation)") }
  static func train(_ table: String) -> TaskIdentifier { .init("train-denoiser/\(table)") }
  static func structure(_ table: String) -> TaskIdentifier { .init("structure/\(table)") }
  static func sample(_ table: String, _ shard: Int) -> TaskIdentifier { .init("sample/\(table)/\(shard)") }
  static func calibrate(_ table: String) -> TaskIdentifier { .init("calibrate/\(table)") }
  static func assemble(_ table: String) -> TaskIdentifier { .init("assemble/\(table)") }
  static func evaluateTable(_ table: String) -> TaskIdentifier { .init("evaluate-table/\(table)") }
  static func evaluateRelation(_ relation: String) -> TaskIdentifier { .init("evaluate-relation/\(relation)") }
  static func evaluatePath(_ path: [String]) -> TaskIdentifier { .init("evaluate-path/\(path.joined(separator: "/"))") }
  static let scores = TaskIdentifier("scores")
}

/// Names of outputs.
enum OutputName {
  /// Fitted codec of a table (holds no rows).
  static let codec = "codec"
  /// Real rows in typed columns.
  static let rows = "rows"
  /// Primary keys of real or synthetic rows.
  static let keys = "keys"
  /// Labels and group sizes of a relation.
  static let labels = "labels"
  /// A trained network.
  static let model = "model"
  /// Structure of a synthetic table.
  static let structure = "structure"
  /// Raw network output for some rows.
  static let block = "block"
  /// Decoded attributes of a synthetic table.
  static let attributes = "attributes"
  /// The finished CSV file.
  static let table = "table"
  /// Scores as JSON.
  static let scores = "scores"
}
