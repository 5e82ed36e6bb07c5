import Essentials
import Storage
import Tables
import TaskGraph

/// `assemble`: writes a synthetic table as CSV, with the input's columns in the input's order, and its keys.
struct AssembleBody: TaskBody {
  let kind = "assemble"
  let codeVersion = 1

  /// Rows held in memory at a time.
  private static let blockRows = 65_536

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.Assemble.self)
    let table = parameters.table
    let attributes = try StoredTable(codecPath: context.input("codec"), rowsPath: context.input("attributes"))
    let structure = try StoredStructure(path: context.input("structure"))
    let parentKeys = try context.inputs("parent-keys").map(KeyStore.read)
    let keys = try primaryKeys(context, parameters, attributes.codec, structure, parentKeys)
    try KeyStore.write(keys, to: context.outputPath(OutputName.keys))

    let writer = try CSVWriter(path: context.outputPath(OutputName.table), header: table.columns.map(\.name))
    var start = 0
    while start < structure.rowCount {
      let rows = start..<min(start + Self.blockRows, structure.rowCount)
      let columns = try table.columns.indices.map { index in
        try texts(
          of: index, in: parameters, attributes: attributes, structure: structure, keys: keys, parentKeys: parentKeys,
          rows: rows)
      }
      for row in 0..<rows.count {
        for column in columns { try writer.append(column(row)) }
      }
      start = rows.upperBound
      context.report(TaskProgress(fraction: Double(start) / Double(structure.rowCount), step: start))
    }
    try writer.finish()
  }

  /// The primary keys of the synthetic rows: real ones for a lookup table, the parent's where the key is a foreign
  /// key too, else a running number in the form of the real keys.
  private func primaryKeys(
    _ context: any TaskContext, _ parameters: Parameters.Assemble, _ codec: TableCodec, _ structure: StoredStructure,
    _ parentKeys: [KeyStore.Keys]
  ) throws -> KeyStore.Keys {
    guard let name = parameters.table.primaryKey, let index = parameters.table.index(of: name) else { return .none }
    if parameters.isLookup { return try KeyStore.read(context.input("real-keys")) }
    switch codec.columns[index] {
    case .foreignKey(let relation):
      let parent = try self.parent(relation, parameters)
      let rows = try structure.parentRows(parent)
      switch parentKeys[parent] {
      case .integers(let values): return .integers(rows.map { values[Int($0)] })
      case .texts(let values): return .texts(rows.map { values[Int($0)] })
      case .none: throw ClavaError(.internal, "relation \(relation) leads to a table without key")
      }
    case .primaryKey(.integer(let first)):
      return .integers((0..<structure.rowCount).map { first + Int64($0) })
    case .primaryKey(let format):
      return .texts((0..<structure.rowCount).map { format.text(row: $0) })
    default: throw ClavaError(.internal, "the primary key of \(parameters.table.name) has no key codec")
    }
  }

  private func parent(_ relation: String, _ parameters: Parameters.Assemble) throws -> Int {
    guard let index = parameters.parents.firstIndex(of: relation) else {
      throw ClavaError(.internal, "table \(parameters.table.name) has no relation \(relation)")
    }
    return index
  }

  /// The fields of a column for a range of rows, as a function of the row within the range.
  private func texts(
    of index: Int, in parameters: Parameters.Assemble, attributes: StoredTable, structure: StoredStructure,
    keys: KeyStore.Keys, parentKeys: [KeyStore.Keys], rows: Range<Int>
  ) throws -> (Int) -> String {
    let table = parameters.table.name
    let name = parameters.table.columns[index].name
    if name == parameters.table.primaryKey { return { keys.text(rows.lowerBound + $0) } }
    switch attributes.codec.columns[index] {
    case .numeric(let codec, _):
      let values = try attributes.values(index, rows: rows)
      return { values[$0].isNaN ? "" : codec.text(values[$0]) }
    case .categorical(let codec):
      let codes = try attributes.codes(index, rows: rows)
      return { codec.text(Int(codes[$0])) }
    case .text(let rule, let missing):
      let first = rows.lowerBound
      guard missing != nil else { return { rule.text(row: first + $0, table: table, column: name) } }
      let presence = try attributes.presence(index, rows: rows)
      return { presence[$0] == 0 ? rule.text(row: first + $0, table: table, column: name) : "" }
    case .foreignKey(let relation):
      let parent = try self.parent(relation, parameters)
      let parentRows = try structure.parentRows(parent, rows: rows)
      return { parentKeys[parent].text(Int(parentRows[$0])) }
    case .primaryKey(let format): return { format.text(row: rows.lowerBound + $0) }
    case .null: return { _ in "" }
    }
  }
}
