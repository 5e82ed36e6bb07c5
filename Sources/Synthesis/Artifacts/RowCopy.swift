import Storage
import Tables

/// Copies attributes of chosen rows from one artifact into another.
enum RowCopy {
  /// Writes row `rows[i]` of a table as row i; the datasets exist already.
  static func write(_ source: StoredTable, rows: [Int32], to writer: ArtifactWriter) throws {
    let all = 0..<rows.count
    for (index, column) in source.codec.columns.enumerated() {
      switch column {
      case .numeric:
        let values = try source.values(index)
        try writer.write(ColumnStore.values(index), rows: all, rows.map { values[Int($0)] })
      case .categorical:
        let codes = try source.codes(index)
        try writer.write(ColumnStore.codes(index), rows: all, rows.map { codes[Int($0)] })
      case .text(_, let missing) where missing != nil:
        let presence = try source.presence(index)
        try writer.write(ColumnStore.presence(index), rows: all, rows.map { presence[Int($0)] })
      default: break
      }
    }
  }
}
