internal import Essentials

/// Checks a draft as a whole and applies what the configuration says.
enum SchemaCheck {
  /// The tables and relations of the schema. Everything wrong is reported; a relation that cannot be worked with is
  /// left out.
  static func check(
    _ draft: SchemaDraft, _ options: SchemaOptions, _ list: inout ProblemList
  ) -> (tables: [TableSchema], relations: [Relation]) {
    checkOptions(draft, options, &list)
    let order = Dictionary(draft.tables.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    var relations: [Relation] = []
    for (relation, place) in draft.relations where !SchemaDraft.isIgnored(relation.child, relation.column, options) {
      if let other = relations.first(where: { $0.child == relation.child && $0.column == relation.column }) {
        let what = other.parent == relation.parent ? "is given twice" : "refers to '\(other.parent)' as well"
        list.add(
          "the foreign key to '\(relation.parent)' \(what), which is not supported", at: place,
          remedy: "keep one of the relations")
        continue
      }
      relations.append(relation)
    }
    checkLookups(draft, relations, options, &list)
    checkOmitted(draft, relations, options, &list)
    // The description of the other tables failed, which is reported.
    relations.removeAll { order[$0.child] == nil || order[$0.parent] == nil }
    for cycle in RelationGraph(tables: draft.tables.map(\.name), relations: relations).cycles() {
      list.add(RelationGraph.problem(cycle))
      relations.removeAll { $0 == cycle[0] }
    }
    checkReferencedKeys(draft, &relations, &list)
    relations.sort { left, right in
      func key(_ relation: Relation) -> (Int, Int) {
        let table = order[relation.child] ?? .max
        let column =
          table < draft.tables.count ? draft.tables[table].columns.firstIndex { $0.name == relation.column } : nil
        return (table, column ?? .max)
      }
      return key(left) < key(right)
    }
    let tables = draft.tables.map { table in
      let columns = table.columns.map { column in
        ColumnSchema(name: column.name, role: role(column, table, relations, options))
      }
      return TableSchema(
        name: table.name, file: table.file, columns: columns, primaryKey: table.primaryKey,
        kind: kind(of: table.name, options))
    }
    return (tables, relations)
  }

  /// A table's name is part of a path, so it must not lead elsewhere.
  static func isFileName(_ name: String, _ place: Problem.Place, _ list: inout ProblemList) -> Bool {
    if !name.isEmpty, !name.contains("/"), !name.contains("\0"), name != ".", name != ".." { return true }
    list.add("\(Wording.quoted(name)) cannot be the name of a file", at: place, remedy: "rename the table")
    return false
  }

  private static func kind(of table: String, _ options: SchemaOptions) -> TableKind {
    if options.lookupTables.contains(where: { $0.table == table }) { return .lookup }
    return options.omittedTables.contains { $0.table == table } ? .omitted : .generated
  }

  private static func role(
    _ column: SchemaDraft.Column, _ table: SchemaDraft.Table, _ relations: [Relation], _ options: SchemaOptions
  ) -> ColumnRole {
    if let relation = relations.first(where: { $0.child == table.name && $0.column == column.name }) {
      return .foreignKey(relation: relation.name)
    }
    if let choice = options.textRules.first(where: { $0.table == table.name && $0.column == column.name }) {
      return .text(choice.rule)
    }
    if column.name == table.primaryKey { return column.role }
    return SchemaDraft.isIgnored(table.name, column.name, options) ? .ignoredKey : column.role
  }

  private static func checkReferencedKeys(
    _ draft: SchemaDraft, _ relations: inout [Relation], _ list: inout ProblemList
  ) {
    relations.removeAll { relation in
      guard let parent = draft.tables.first(where: { $0.name == relation.parent }), parent.primaryKey == nil else {
        return false
      }
      let expected = draft.format == .clava ? "'\(parent.name)_id' was expected in \(parent.file)" : "none is named"
      list.add(
        "the foreign key refers to '\(parent.name)', which has no primary key (\(expected))",
        at: .init(table: relation.child, column: relation.column),
        remedy: "add the key, or leave the foreign key out with "
          + Wording.ignoring(relation.child, relation.column))
      return true
    }
  }

  private static func checkOptions(
    _ draft: SchemaDraft, _ options: SchemaOptions, _ list: inout ProblemList
  ) {
    let names = draft.tables.map(\.name)
    func table(_ name: String, _ place: Problem.Place) -> SchemaDraft.Table? {
      if let table = draft.tables.first(where: { $0.name == name }) { return table }
      // A table whose own description failed is not reported a second time.
      if list.problems.isEmpty {
        list.add(
          "the configuration names the table '\(name)', which does not exist", at: place,
          remedy: NearestName.remedy(name, among: names, of: "tables"))
      }
      return nil
    }
    func column(_ name: String, of table: SchemaDraft.Table, _ place: Problem.Place) -> Bool {
      if table.columns.contains(where: { $0.name == name }) { return true }
      list.add(
        "the configuration names the column '\(name)' of table '\(table.name)', which does not exist", at: place,
        remedy: NearestName.remedy(name, among: table.columns.map(\.name), of: "columns"))
      return false
    }
    for choice in options.lookupTables + options.omittedTables { _ = table(choice.table, choice.place) }
    for choice in options.ignoreRelations {
      guard let table = table(choice.table, choice.place), column(choice.column, of: table, choice.place) else {
        continue
      }
      let isKey = draft.relations.contains {
        $0.relation.child == choice.table && $0.relation.column == choice.column
      }
      let isUnlinked = table.columns.contains { $0.name == choice.column && $0.role == .ignoredKey }
      if !isKey && !isUnlinked {
        let keys = draft.relations.map(\.relation).filter { $0.child == choice.table }.map(\.column)
        list.add(
          "the configuration ignores the relation of '\(choice.table).\(choice.column)', which is no foreign key",
          at: choice.place, remedy: NearestName.remedy(choice.column, among: keys, of: "foreign keys"))
      }
    }
    for choice in options.textRules {
      guard let table = table(choice.table, choice.place), column(choice.column, of: table, choice.place) else {
        continue
      }
      let isForeign = draft.relations.contains {
        $0.relation.child == choice.table && $0.relation.column == choice.column
          && !SchemaDraft.isIgnored(choice.table, choice.column, options)
      }
      if isForeign || table.primaryKey == choice.column {
        list.add(
          "the configuration makes '\(choice.table).\(choice.column)' a text, but it is a key", at: choice.place,
          remedy: "remove the setting; keys are always generated")
      }
    }
  }

  /// No row may refer to a table that has none.
  private static func checkOmitted(
    _ draft: SchemaDraft, _ relations: [Relation], _ options: SchemaOptions, _ list: inout ProblemList
  ) {
    for choice in options.omittedTables {
      for relation in relations
      where relation.parent == choice.table && !options.omittedTables.contains(where: { $0.table == relation.child }) {
        list.add(
          "the table '\(relation.child)' refers to '\(relation.parent)' (column \(relation.column)), which is omitted",
          at: choice.place,
          remedy: "omit '\(relation.child)' as well, or leave the foreign key out with "
            + Wording.ignoring(relation.child, relation.column))
      }
    }
  }

  /// A kept table must not refer to rows that are generated anew.
  private static func checkLookups(
    _ draft: SchemaDraft, _ relations: [Relation], _ options: SchemaOptions, _ list: inout ProblemList
  ) {
    let lookups = Set(options.lookupTables.map(\.table)).intersection(draft.tables.map(\.name))
    for relation in relations where lookups.contains(relation.child) && !lookups.contains(relation.parent) {
      let place = options.lookupTables.first { $0.table == relation.child }?.place ?? .init()
      list.add(
        "the lookup table '\(relation.child)' refers to '\(relation.parent)' (column \(relation.column)), "
          + "whose rows are generated", at: place,
        remedy: "make '\(relation.parent)' a lookup as well, or leave the foreign key out with "
          + Wording.ignoring(relation.child, relation.column))
    }
  }
}
