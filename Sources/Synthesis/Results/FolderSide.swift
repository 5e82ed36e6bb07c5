import Essentials
import Evaluation
import Tables

/// The tables of one folder of CSV files, as they were found.
struct FolderSide {
  /// Who made the rows: what messages call the folder.
  let role: String
  /// The tables by name.
  let tables: [String: TolerantTable]
  /// Files by the name of their table, for messages.
  private let files: [String: String]

  /// Reads every table that takes part, parents before children.
  ///
  /// - Parameters:
  ///   - role: `real`, `synthetic` or `held-out`.
  ///   - other: another folder that foreign keys may refer to.
  ///   - readsValues: whether columns other than keys are wanted.
  ///   - includingOmitted: whether tables are read of which no rows are generated.
  /// - Throws: `ClavaError.input` with everything that is wrong with the form of the files.
  init(
    schema: Schema, layout: ResultLayout, role: String, other: FolderSide? = nil, readsValues: Bool = true,
    includingOmitted: Bool = false
  ) throws {
    self.role = role
    var found: [String: TolerantTable] = [:]
    var problems: [Problem] = []
    let located = try schema.withFiles(layout)
    for name in includingOmitted ? located.topologicalOrder : located.evaluatedTables {
      guard let table = located.table(name) else { continue }
      var parents: [String: RowIndex] = [:], others: [String: RowIndex] = [:]
      for relation in located.parents(of: name) {
        parents[relation.parent] = found[relation.parent]?.keys
        others[relation.parent] = other?.tables[relation.parent]?.keys
      }
      do {
        found[name] = try TolerantTable.read(
          table, relations: located.parents(of: name), parents: parents, others: others, readsValues: readsValues)
      } catch let error as ClavaError {
        problems += error.problems
      }
    }
    guard problems.isEmpty else { throw ClavaError(.input, problems: problems) }
    tables = found
    files = Dictionary(uniqueKeysWithValues: located.tables.map { ($0.name, $0.file) })
  }

  /// What a reader of the evaluation has to know about the files.
  func notices(schema: Schema) -> [String] {
    var lines: [String] = []
    for name in schema.evaluatedTables {
      guard let table = tables[name] else { continue }
      let place = "\(role) table \(name)"
      for unread in table.unread {
        let values = unread.count == 1 ? "1 value is" : "\(unread.count) values are"
        lines.append(
          "\(place), column \(unread.column): \(values) not \(unread.expected) and counted as missing; the first is "
            + "\(unread.example) on line \(unread.line) of \(files[name] ?? "the file")")
      }
      lines += table.remarks.map { "\(place): \($0)" }
      func rows(_ count: Int, _ what: String) {
        if count > 0 { lines.append("\(place): \(count == 1 ? "1 row has" : "\(count) rows have") \(what)") }
      }
      rows(table.repeatedKeys, "a primary key that an earlier row has; the first one counts as the parent")
      rows(table.missingKeys, "no primary key")
      for relation in schema.parents(of: name) {
        rows(
          table.foreignKeys[relation.name]?.dangling ?? 0,
          "a value in \(relation.column) that is no key of \(relation.parent), which counts as none")
      }
    }
    return lines
  }
}

extension Schema {
  /// The tables that take part in an evaluation, parents before children.
  var evaluatedTables: [String] { topologicalOrder.filter { table($0)?.kind != .omitted } }

  /// The foreign keys between those tables, in the order of the metadata.
  var evaluatedRelations: [Relation] {
    let tables = Set(evaluatedTables)
    return relations.filter { tables.contains($0.child) && tables.contains($0.parent) }
  }
}
