internal import Essentials

/// SDV multi-table metadata, version `MULTI_TABLE_V1`: `metadata.json` and one CSV per table.
enum SDVMetadata {
  static let fileName = "metadata.json"
  static let version = "MULTI_TABLE_V1"

  static func load(folder: String, options: SchemaOptions, _ list: inout ProblemList) throws -> SchemaDraft {
    let file = try MetadataFile(path: folder + "/" + fileName)
    var draft = SchemaDraft(format: .sdv)
    guard let top = file.object(file.top, &list) else { return draft }
    if let node = file.member("METADATA_SPEC_VERSION", of: top, in: file.top, &list),
      let text = file.string(node, &list), text != version
    {
      list.add(
        "METADATA_SPEC_VERSION is '\(text)', '\(version)' was expected", at: file.place(node),
        remedy: "save the metadata as multi-table metadata V1")
    }
    guard let node = file.member("tables", of: top, in: file.top, &list),
      let members = file.object(node, &list)
    else { return draft }
    if members.isEmpty {
      list.add("'tables' names no table", at: file.place(node), remedy: "describe at least one table")
    }
    var parsed: [SDVTable] = []
    for (name, node) in members {
      if let table = SDVTable(name, node, file, &list) { parsed.append(table) }
    }
    if let node = top.first(where: { $0.key == "relationships" })?.node, let elements = file.array(node, &list) {
      for element in elements { relation(element, parsed, members.map(\.key), file, options, &draft, &list) }
    }
    for table in parsed {
      if let described = self.table(table, folder: folder, file, &list) { draft.tables.append(described) }
    }
    return draft
  }

  private static func table(
    _ table: SDVTable, folder: String, _ file: MetadataFile, _ list: inout ProblemList
  ) -> SchemaDraft.Table? {
    let place = file.place(table.node, table: table.name)
    guard SchemaCheck.isFileName(table.name, place, &list) else { return nil }
    let path = "\(folder)/\(table.name).csv"
    guard let header = HeaderReader.read(file: path, table: table.name, &list) else { return nil }
    for column in table.columns where !header.contains(column.name) {
      list.add(
        "the metadata describe a column that the file does not have",
        at: .init(file: path, line: 1, table: table.name, column: column.name),
        remedy: NearestName.of(
          column.name, among: header.filter { name in !table.columns.contains { $0.name == name } }
        )
        .map { "is it the column '\($0)'?" } ?? "remove it from \(fileName), or add it to the file")
    }
    let columns = header.map { name -> SchemaDraft.Column in
      if let column = table.columns.first(where: { $0.name == name }) {
        if column.pattern != nil, name == table.primaryKey {
          list.warn("\(table.name).\(name): 'regex_format' is not used; new keys are written like those in the data")
        }
        return .init(name: name, role: name == table.primaryKey ? .primaryKey(pattern: column.pattern) : column.role)
      }
      list.add(
        "the column is not described in \(fileName)",
        at: .init(file: path, line: 1, table: table.name, column: name),
        remedy: "describe it there, or remove it from the file")
      return .init(name: name, role: .categorical)
    }
    return .init(name: table.name, file: path, columns: columns, primaryKey: table.primaryKey, place: place)
  }

  private static func relation(
    _ node: MetadataNode, _ tables: [SDVTable], _ names: [String], _ file: MetadataFile, _ options: SchemaOptions,
    _ draft: inout SchemaDraft, _ list: inout ProblemList
  ) {
    guard let members = file.object(node, &list),
      let childNode = file.member("child_table_name", of: members, in: node, &list),
      let parentNode = file.member("parent_table_name", of: members, in: node, &list),
      let foreignNode = file.member("child_foreign_key", of: members, in: node, &list),
      let primaryNode = file.member("parent_primary_key", of: members, in: node, &list),
      let child = file.string(childNode, &list), let parent = file.string(parentNode, &list)
    else { return }
    for (name, node) in [(child, childNode), (parent, parentNode)] where !names.contains(name) {
      list.add(
        "'\(node.path)' is '\(name)', which is no table", at: file.place(node),
        remedy: NearestName.remedy(name, among: names, of: "tables"))
    }
    if case .array(let elements) = foreignNode.value {
      let columns = elements.compactMap { file.string($0, &list) }
      if columns.allSatisfy({ SchemaDraft.isIgnored(child, $0, options) }) { return }
      list.add(
        "the foreign key (\(columns.joined(separator: ", "))) has several columns, which is not supported yet",
        at: file.place(foreignNode, table: child, column: columns.first),
        remedy: "leave it out with \(Wording.ignoring(child, columns)), "
          + "or add a one-column key to both tables")
      return
    }
    guard let column = file.string(foreignNode, &list), let primary = file.string(primaryNode, &list),
      let childTable = tables.first(where: { $0.name == child }),
      let parentTable = tables.first(where: { $0.name == parent })
    else { return }
    let place = file.place(node, table: child, column: column)
    guard childTable.columns.contains(where: { $0.name == column }) else {
      list.add(
        "'\(foreignNode.path)' is '\(column)', which is no column of '\(child)'", at: place,
        remedy: NearestName.remedy(column, among: childTable.columns.map(\.name), of: "columns"))
      return
    }
    let relation = Relation(child: child, column: column, parent: parent)
    if SchemaDraft.isIgnored(child, column, options) {
      draft.relations.append((relation, place))
      return
    }
    if parentTable.primaryKey == nil {
      if parentTable.hasCompositeKey {
        list.add(
          "the foreign key refers to '\(parent)', whose primary key has several columns, which is not supported yet",
          at: place,
          remedy: "give '\(parent)' a one-column key, or leave the foreign key out with "
            + Wording.ignoring(child, column))
      } else if !parentTable.hasUnusableKey {
        list.add(
          "the foreign key refers to '\(parent)', which has no primary key; that is not supported yet", at: place,
          remedy: "name the primary key of '\(parent)', or leave the foreign key out with "
            + Wording.ignoring(child, column))
      }
      return
    }
    if primary != parentTable.primaryKey {
      list.add(
        "'\(primaryNode.path)' is '\(primary)', but the primary key of '\(parent)' is "
          + "'\(parentTable.primaryKey ?? "")'", at: file.place(primaryNode, table: child, column: column),
        remedy: "refer to the primary key, or leave the foreign key out with "
          + Wording.ignoring(child, column))
      return
    }
    draft.relations.append((relation, place))
  }
}
