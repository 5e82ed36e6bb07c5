import Essentials

/// Surveys and reads tables whose CSV files are in memory, by the same code as tables on disk.
package enum TablesInMemory {
  /// What was read of a table.
  package struct Table {
    /// What the survey found.
    package let survey: TableSurvey
    /// Its rows.
    package let blocks: [TableBlock]
  }

  /// Surveys every table, parents first, and then reads those that have a content.
  ///
  /// - Parameters:
  ///   - contents: bytes of CSV files by table; other tables are read from their files.
  ///   - rowsPerBlock: most rows of a block.
  /// - Throws: `ClavaError.input` with the problems of the first table that has some.
  package static func read(
    _ schema: Schema, contents: [String: [UInt8]], rowsPerBlock: Int
  ) throws -> [Table] {
    var keys: [String: PrimaryKeys] = [:]
    var surveys: [String: TableSurvey] = [:]
    let files = Dictionary(
      uniqueKeysWithValues: schema.tables.compactMap { table in
        contents[table.name].map { (table.name, MappedFile(path: table.file, content: $0)) }
      })
    for name in schema.topologicalOrder {
      guard let table = schema.table(name) else { continue }
      var parents: [String: PrimaryKeys] = [:]
      for relation in schema.parents(of: name) { parents[relation.parent] = keys[relation.parent] }
      let result = TableExamination(table: table, schema: schema, parents: parents, content: files[name]).run()
      guard result.problems.isEmpty else { throw ClavaError(.input, problems: result.problems) }
      keys[name] = result.keys
      surveys[name] = result.survey
    }
    return try schema.tables.compactMap { table in
      guard let survey = surveys[table.name], let file = files[table.name] else { return nil }
      let reader = try TableReader(table: table, survey: survey, file: file)
      var blocks: [TableBlock] = []
      while let block = try reader.next(maximumRows: rowsPerBlock) { blocks.append(block) }
      return Table(survey: survey, blocks: blocks)
    }
  }
}
