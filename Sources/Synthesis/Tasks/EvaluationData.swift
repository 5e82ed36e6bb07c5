import Essentials
import Evaluation
import Foundation
import Storage
import Tables
import TaskGraph

/// Real and synthetic columns of tables as the evaluator takes them, and the foreign keys between them.
struct EvaluationData {
  let tables: TablePair
  private let real: StoredTable
  private let structure: StoredStructure

  /// Loads the table whose inputs are called `role-codec`, `role-rows`, `role-attributes` and `role-structure`.
  init(_ context: any TaskContext, role: String, name: String) throws {
    let codec = try context.input("\(role)-codec")
    real = try StoredTable(codecPath: codec, rowsPath: context.input("\(role)-rows"))
    let synthetic = try StoredTable(codecPath: codec, rowsPath: context.input("\(role)-attributes"))
    structure = try StoredStructure(path: context.input("\(role)-structure"))
    tables = TablePair(
      real: try Self.table(real, name: name), synthetic: try Self.table(synthetic, name: name))
  }

  /// Rows of the parent in the `index`-th parent relation, for real and synthetic rows.
  func parentRows(_ index: Int) throws -> ParentRows {
    ParentRows(real: try real.parentRows(index), synthetic: try structure.parentRows(index))
  }

  /// The scored columns of a stored table: keys and texts take no part.
  static func table(_ stored: StoredTable, name: String) throws -> EvaluationTable {
    var columns: [EvaluationColumn] = []
    for (index, column) in stored.codec.columns.enumerated() {
      switch column {
      case .numeric:
        columns.append(.continuous(name: stored.codec.columnNames[index], values: try stored.values(index)))
      case .categorical(let codec):
        let missing = codec.missingLevel.map { Int32($0) } ?? -1
        columns.append(
          .discrete(
            name: stored.codec.columnNames[index],
            codes: try stored.codes(index).map { $0 == missing ? -1 : $0 }, levels: codec.levelCount))
      default: break
      }
    }
    return EvaluationTable(name: name, rowCount: try stored.rowCount(), columns: columns)
  }
}

extension TaskContext {
  /// Writes a JSON output.
  func writeJSON(_ name: String, _ value: some Encodable) throws {
    let path = try outputPath(name)
    do {
      try CanonicalJSON.encode(value).write(to: URL(fileURLWithPath: path))
    } catch let error as ClavaError {
      throw error
    } catch {
      throw FileSystem.writeError(path)
    }
  }

  /// Reads all JSON inputs of a name.
  func readJSON<Value: Decodable>(_ name: String, as type: Value.Type) throws -> [Value] {
    try inputs(name).map { try CanonicalJSON.decode(type, from: FileSystem.read($0), source: $0) }
  }
}
