/// The downward paths of a schema over which trends are scored.
public enum SchemaPaths {
  /// Every directed chain of two or more relations, in the published order.
  ///
  /// Depth first from every table with children, tables in the order in which they first are a parent, relations in
  /// the given order; a path precedes its extensions. A relation back to a table of the path (a self-reference or a
  /// cycle) is not followed. Two relations between the same tables give two paths.
  ///
  /// - Parameter relations: the relations in the order of the metadata (`relation_order`).
  /// - Returns: lists of relation names, from the top table downwards.
  public static func enumerate(relations: [(name: String, parent: String, child: String)]) -> [[String]] {
    var children: [String: [(name: String, child: String)]] = [:]
    var starts: [String] = []
    for relation in relations {
      if children[relation.parent] == nil { starts.append(relation.parent) }
      children[relation.parent, default: []].append((relation.name, relation.child))
    }
    var paths: [[String]] = []
    func descend(from table: String, path: [String], visited: Set<String>) {
      if path.count >= 2 { paths.append(path) }
      for (name, child) in children[table] ?? [] where !visited.contains(child) {
        descend(from: child, path: path + [name], visited: visited.union([child]))
      }
    }
    for start in starts { descend(from: start, path: [], visited: [start]) }
    return paths
  }
}
