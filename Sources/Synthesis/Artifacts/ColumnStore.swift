import Essentials
import Storage
import Tables

/// Attribute columns of a table in an artifact, real or synthetic: one dataset a column.
///
/// | dataset | type | content |
/// |---|---|---|
/// | `column/<i>/values` | float64 (n) | numbers, dates in the codec's unit; NaN is missing |
/// | `column/<i>/codes` | int32 (n) | level of a categorical column, missing being its last level |
/// | `column/<i>/presence` | int32 (n) | 0 present, 1 missing, for text that is not generated |
/// | `label/<k>` | int32 (n) | label of the k-th label column of a view, where labels are columns of the model |
/// | `parent/<j>` | int32 (n) | row of the parent in the j-th parent relation |
enum ColumnStore {
  static func values(_ column: Int) -> String { "column/\(column)/values" }
  static func codes(_ column: Int) -> String { "column/\(column)/codes" }
  static func presence(_ column: Int) -> String { "column/\(column)/presence" }
  static func label(_ column: Int) -> String { "label/\(column)" }
  static func parent(_ relation: Int) -> String { "parent/\(relation)" }

  /// Creates the datasets that the codec's columns need, for `rows` rows.
  static func create(in writer: ArtifactWriter, codec: TableCodec, rows: Int, parents: Int) throws {
    for (index, column) in codec.columns.enumerated() {
      switch column {
      case .numeric: try writer.create(values(index), Double.self, shape: [rows])
      case .categorical: try writer.create(codes(index), Int32.self, shape: [rows])
      case .text(_, let missing) where missing != nil: try writer.create(presence(index), Int32.self, shape: [rows])
      default: break
      }
    }
    for relation in 0..<parents { try writer.create(parent(relation), Int32.self, shape: [rows]) }
  }
}

/// A stored table, read column by column.
struct StoredTable {
  let codec: TableCodec
  private let reader: ArtifactReader

  init(codecPath: String, rowsPath: String) throws {
    try self.init(codec: ArtifactReader(path: codecPath).readJSON("codec", as: TableCodec.self), rowsPath: rowsPath)
  }

  init(codec: TableCodec, rowsPath: String) throws {
    self.codec = codec
    reader = try ArtifactReader(path: rowsPath)
  }

  /// Number of rows stored.
  func rowCount() throws -> Int { try reader.readJSON("row-count", as: Int.self) }

  /// Numbers of a column, NaN where missing.
  func values(_ column: Int, rows: Range<Int>? = nil) throws -> [Double] {
    guard let rows else { return try reader.read(ColumnStore.values(column), as: Double.self) }
    return try reader.read(ColumnStore.values(column), rows: rows, as: Double.self)
  }

  /// Levels of a categorical column.
  func codes(_ column: Int, rows: Range<Int>? = nil) throws -> [Int32] {
    try integers(ColumnStore.codes(column), rows)
  }

  /// 0 where a text is present, 1 where it is missing.
  func presence(_ column: Int, rows: Range<Int>? = nil) throws -> [Int32] {
    try integers(ColumnStore.presence(column), rows)
  }

  /// Labels of a label column of the view.
  func labels(_ column: Int) throws -> [Int32] { try integers(ColumnStore.label(column), nil) }

  /// Rows of the parent in a parent relation (real rows only; synthetic ones have them in their structure).
  func parentRows(_ relation: Int) throws -> [Int32] { try integers(ColumnStore.parent(relation), nil) }

  private func integers(_ name: String, _ rows: Range<Int>?) throws -> [Int32] {
    guard let rows else { return try reader.read(name, as: Int32.self) }
    return try reader.read(name, rows: rows, as: Int32.self)
  }
}

/// Foreign keys of real rows, read without the rest of the table.
enum ParentColumns {
  static func read(_ rowsPath: String, relation: Int) throws -> [Int32] {
    try ArtifactReader(path: rowsPath).read(ColumnStore.parent(relation), as: Int32.self)
  }
}
