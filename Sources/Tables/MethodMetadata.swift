internal import Essentials

/// The method's own form: `dataset_meta.json`, `{table}_domain.json`, `{table}.csv`.
///
/// **Source**: reference method, section 2.
enum MethodMetadata {
  static let fileName = "dataset_meta.json"

  private struct Links {
    var parents: [String] = []
    var children: [String] = []
    var node: MetadataNode
  }

  static func load(folder: String, options: SchemaOptions, _ list: inout ProblemList) throws -> SchemaDraft {
    let file = try MetadataFile(path: folder + "/" + fileName)
    var draft = SchemaDraft(format: .clava)
    guard let top = file.object(file.top, &list) else { return draft }
    for (key, node) in top where !["relation_order", "tables"].contains(key) {
      list.warn("\(file.path):\(node.line): the key '\(key)' is not known and was ignored")
    }
    guard let node = file.member("tables", of: top, in: file.top, &list),
      let members = file.object(node, &list)
    else { return draft }
    if members.isEmpty {
      list.add("'tables' names no table", at: file.place(node), remedy: "describe at least one table")
    }
    let tables = members.map { ($0.key, links($0.node, file, &list)) }
    checkLinks(tables, file, &list)
    if let order = file.member("relation_order", of: top, in: file.top, &list) {
      draft.relationOrder = relationOrder(order, tables, file, &list)
    }
    for (name, links) in tables {
      if let table = self.table(name, links, folder: folder, file, &list) { draft.tables.append(table) }
      for parent in links.parents where tables.contains(where: { $0.0 == parent }) {
        let relation = relation(from: name, to: parent)
        draft.relations.append((relation, file.place(links.node, table: name, column: relation.column)))
      }
    }
    return draft
  }

  private static func links(_ node: MetadataNode, _ file: MetadataFile, _ list: inout ProblemList) -> Links {
    var links = Links(node: node)
    guard let members = file.object(node, &list) else { return links }
    func names(_ key: String) -> [String] {
      guard let member = file.member(key, of: members, in: node, &list),
        let elements = file.array(member, &list)
      else { return [] }
      return elements.compactMap { file.string($0, &list) }
    }
    links.parents = names("parents")
    links.children = names("children")
    return links
  }

  /// Every name must be a table, and parents and children must agree.
  private static func checkLinks(_ tables: [(String, Links)], _ file: MetadataFile, _ list: inout ProblemList) {
    let known = Dictionary(tables, uniquingKeysWith: { first, _ in first })
    for (name, links) in tables {
      let place = file.place(links.node, table: name)
      for (kind, other, names) in [("parent", "children", links.parents), ("child", "parents", links.children)] {
        for (index, relative) in names.enumerated() {
          guard let theirs = known[relative] else {
            list.add(
              "the \(kind) '\(relative)' is no table", at: place,
              remedy: NearestName.remedy(relative, among: tables.map(\.0), of: "tables"))
            continue
          }
          if names[..<index].contains(relative) {
            list.add(
              "the \(kind) '\(relative)' is given twice", at: place,
              remedy: "this form holds one foreign key per pair of tables; use SDV metadata for several")
          }
          if !(kind == "parent" ? theirs.children : theirs.parents).contains(name) {
            list.add(
              "'\(relative)' is given as \(kind), but '\(name)' is not among the \(other) of '\(relative)'", at: place,
              remedy: "make parents and children agree")
          }
        }
      }
    }
  }

  /// Names of the relations in the order given, which must list every root and every relation once, and all relations
  /// into a table before those out of it.
  private static func relationOrder(
    _ node: MetadataNode, _ tables: [(String, Links)], _ file: MetadataFile, _ list: inout ProblemList
  ) -> [String]? {
    guard let entries = file.array(node, &list) else { return nil }
    let known = Dictionary(tables, uniquingKeysWith: { first, _ in first })
    let remedy = "list [null, root] for every table without parents, then every [parent, child], parents first"
    var pairs: [(parent: String?, child: String, node: MetadataNode)] = []
    for entry in entries {
      guard let pair = file.array(entry, &list) else { continue }
      guard pair.count == 2 else {
        list.add(
          "'\(entry.path)' has \(Wording.count(pair.count, "element")), a pair [parent, child] was expected",
          at: file.place(entry), remedy: remedy)
        continue
      }
      var parent: String?
      if case .null = pair[0].value {} else { parent = file.string(pair[0], &list) }
      guard let child = file.string(pair[1], &list) else { continue }
      for name in [parent, child].compactMap({ $0 }) where known[name] == nil {
        list.add(
          "'\(entry.path)' names '\(name)', which is no table", at: file.place(entry),
          remedy: NearestName.remedy(name, among: tables.map(\.0), of: "tables"))
      }
      pairs.append((parent, child, entry))
    }
    guard list.problems.isEmpty else { return nil }
    for (index, pair) in pairs.enumerated() {
      let place = file.place(pair.node, table: pair.child)
      let shown = "[\(pair.parent ?? "null"), \(pair.child)]"
      let parents = known[pair.child]?.parents ?? []
      if pair.parent.map({ !parents.contains($0) }) ?? !parents.isEmpty {
        list.add("relation_order lists \(shown), which 'tables' does not describe", at: place, remedy: remedy)
      }
      if pairs[..<index].contains(where: { $0.parent == pair.parent && $0.child == pair.child }) {
        list.add("relation_order lists \(shown) twice", at: place, remedy: remedy)
      } else if let late = pairs[index...].first(where: { $0.child == pair.parent }) {
        list.add(
          "relation_order lists \(shown) before [\(late.parent ?? "null"), \(late.child)]", at: place, remedy: remedy)
      }
    }
    for (name, links) in tables {
      let expected: [String?] = links.parents.isEmpty ? [nil] : links.parents
      for parent in expected where !pairs.contains(where: { $0.parent == parent && $0.child == name }) {
        list.add(
          "relation_order does not list [\(parent ?? "null"), \(name)]", at: file.place(node, table: name),
          remedy: remedy)
      }
    }
    return pairs.compactMap { pair in pair.parent.map { relation(from: pair.child, to: $0).name } }
  }

  /// The relation of a foreign key, whose column this form derives from the parent's name.
  private static func relation(from child: String, to parent: String) -> Relation {
    Relation(child: child, column: "\(parent)_id", parent: parent)
  }

  private static func table(
    _ name: String, _ links: Links, folder: String, _ file: MetadataFile, _ list: inout ProblemList
  ) -> SchemaDraft.Table? {
    let place = file.place(links.node, table: name)
    guard SchemaCheck.isFileName(name, place, &list) else { return nil }
    let path = "\(folder)/\(name).csv"
    let kinds = domain("\(folder)/\(name)_domain.json", table: name, &list)
    guard let header = HeaderReader.read(file: path, table: name, &list), let kinds else { return nil }
    let key = "\(name)_id"
    let foreign = Set(links.parents.map { "\($0)_id" })
    for column in foreign.sorted() where !header.contains(column) {
      list.add(
        "the foreign key column '\(column)' is missing", at: .init(file: path, line: 1, table: name, column: column),
        remedy: "add it, or remove the parent from \(fileName)")
    }
    let columns = header.map { column -> SchemaDraft.Column in
      if column == key { return .init(name: column, role: .primaryKey(pattern: nil)) }
      if foreign.contains(column) { return .init(name: column, role: .ignoredKey) }
      if let role = kinds.first(where: { $0.name == column })?.role { return .init(name: column, role: role) }
      let names = kinds.map(\.name).filter { !header.contains($0) }
      list.add(
        "the column is not described in \(name)_domain.json",
        at: .init(file: path, line: 1, table: name, column: column),
        remedy: NearestName.of(column, among: names).map { "did you mean '\($0)' there?" }
          ?? "add it there as discrete or continuous, or remove it from the table")
      return .init(name: column, role: .categorical)
    }
    for kind in kinds where !header.contains(kind.name) {
      list.warn("\(folder)/\(name)_domain.json: the entry '\(kind.name)' is no column of the table and was ignored")
    }
    return .init(
      name: name, file: path, columns: columns, primaryKey: header.contains(key) ? key : nil, place: place)
  }

  /// The columns a domain file describes; nil if it cannot be read, which is reported.
  private static func domain(
    _ path: String, table: String, _ list: inout ProblemList
  ) -> [(name: String, role: ColumnRole)]? {
    do {
      let file = try MetadataFile(path: path)
      guard let members = file.object(file.top, &list) else { return nil }
      return members.compactMap { name, node in
        guard let entry = file.object(node, &list),
          let type = file.member("type", of: entry, in: node, &list),
          let text = file.string(type, &list)
        else { return (name, .categorical) }
        switch text {
        case "discrete": return (name, .categorical)
        case "continuous": return (name, .number)
        default:
          list.add(
            "'\(type.path)' is '\(text)'", at: file.place(type, table: table, column: name),
            remedy: "valid types: discrete, continuous")
          return (name, .categorical)
        }
      }
    } catch {
      list.add(error)
      return nil
    }
  }
}
