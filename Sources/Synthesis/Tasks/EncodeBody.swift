import Essentials
import Storage
import Tables
import TaskGraph

/// `encode`: reads a table's CSV file into typed columns, fits its codec, and turns foreign keys into row numbers.
struct EncodeBody: TaskBody {
  let kind = "encode"
  let codeVersion = 2

  /// Rows held in memory at a time.
  private static let blockRows = 65_536

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.Encode.self)
    let table = TableSchema(
      name: parameters.table.name, file: try context.input("csv"), columns: parameters.table.columns,
      primaryKey: parameters.table.primaryKey, kind: parameters.table.kind)
    // The key of this task names the content that was checked; another content must not be stored under it.
    guard try Digest.ofFile(table.file).digest == parameters.survey.digest else {
      throw ClavaError(
        .input, "the file has changed since it was checked", at: .init(file: table.file, table: table.name),
        remedy: "give the same command again")
    }
    let (codec, levels) = try TableCodec.fit(
      table: table, survey: parameters.survey, options: parameters.codec)
    let codecWriter = try ArtifactWriter(path: context.outputPath(OutputName.codec))
    try codecWriter.writeJSON("codec", codec)
    try codecWriter.finish()
    context.report(TaskProgress(fraction: 0.5))

    let parents = try zip(parameters.relations, context.inputs("parent-keys")).map { relation, path in
      (relation: relation, index: Self.index(try KeyStore.read(path)))
    }
    let writer = try ArtifactWriter(path: context.outputPath(OutputName.rows))
    try ColumnStore.create(
      in: writer, codec: codec, rows: parameters.survey.rowCount, parents: parameters.relations.count)
    try writer.writeJSON("row-count", parameters.survey.rowCount)
    var keys = KeyStore.Keys.none
    let reader = try TableReader(table: table, survey: parameters.survey)
    while let block = try reader.next(maximumRows: Self.blockRows) {
      let rows = block.firstRow..<(block.firstRow + block.rowCount)
      for (index, column) in codec.columns.enumerated() {
        try write(block.columns[index], as: column, index: index, levels: levels[index], rows: rows, to: writer)
        if table.columns[index].name == table.primaryKey { keys.append(block.columns[index]) }
      }
      for (position, parent) in parents.enumerated() {
        guard let column = table.index(of: parent.relation.column) else {
          throw ClavaError(.internal, "relation \(parent.relation.name) has no column in \(table.name)")
        }
        try writer.write(
          ColumnStore.parent(position), rows: rows, parent.index.rows(of: block.columns[column]))
      }
      context.report(
        TaskProgress(
          fraction: 0.5 + 0.5 * Double(rows.upperBound) / Double(max(1, parameters.survey.rowCount)),
          step: rows.upperBound))
      if context.shouldStop { throw ClavaError(.interrupted, "stopped after row \(rows.upperBound)") }
    }
    try writer.finish()
    try KeyStore.write(keys, to: context.outputPath(OutputName.keys))
  }

  private func write(
    _ block: ColumnBlock, as codec: ColumnCodec, index: Int, levels: [Int32], rows: Range<Int>,
    to writer: ArtifactWriter
  ) throws {
    switch (codec, block) {
    case (.numeric, .numbers(let values)): try writer.write(ColumnStore.values(index), rows: rows, values)
    case (.categorical(let category), .codes(let codes)):
      let missing = Int32(category.missingLevel ?? -1)
      try writer.write(
        ColumnStore.codes(index), rows: rows, codes.map { $0 < 0 ? missing : levels[Int($0)] })
    case (.text(_, let missing), .presence(let flags)) where missing != nil:
      try writer.write(ColumnStore.presence(index), rows: rows, flags.map { $0 ? Int32(0) : Int32(1) })
    default: break
    }
  }

  private static func index(_ keys: KeyStore.Keys) -> KeyIndex {
    switch keys {
    case .none: KeyIndex(integers: [])  // an empty table
    case .integers(let values): KeyIndex(integers: values)
    case .texts(let values): KeyIndex(texts: values)
    }
  }
}
