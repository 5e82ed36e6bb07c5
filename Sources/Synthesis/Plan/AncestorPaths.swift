import Tables

/// Ways in which a row reaches one ancestor over two different parents.
enum AncestorPaths {
  /// Every pair of foreign-key paths that start with different parent relations of `table` and end in the same
  /// ancestor, in a fixed order. Paths that share a table before the ancestor are left out: they agree wherever the
  /// shared part agrees.
  static func meetings(of table: String, in schema: Schema) -> [Parameters.Meeting] {
    let parents = schema.parents(of: table)
    guard parents.count > 1 else { return [] }
    let paths = parents.map { relation in pathsUp(from: relation.parent, in: schema) }
    var found: [Parameters.Meeting] = []
    for first in parents.indices {
      for second in parents.indices where second > first {
        for left in paths[first] {
          for right in paths[second] where right.end == left.end && left.visited.isDisjoint(with: right.visited) {
            found.append(
              Parameters.Meeting(
                ancestor: left.end, firstParent: first, first: left.steps, secondParent: second, second: right.steps))
          }
        }
      }
    }
    return found
  }

  /// Tables whose parent rows are needed to follow the meetings, sorted.
  static func tables(in meetings: [Parameters.Meeting]) -> [String] {
    Set(meetings.flatMap { ($0.first + $0.second).map(\.table) }).sorted()
  }

  private struct Path {
    var end: String
    var steps: [Parameters.Step]
    /// Tables passed before the end.
    var visited: Set<String>
  }

  private static func pathsUp(from table: String, in schema: Schema) -> [Path] {
    var found = [Path(end: table, steps: [], visited: [])]
    for (index, relation) in schema.parents(of: table).enumerated() {
      for path in pathsUp(from: relation.parent, in: schema) {
        found.append(
          Path(
            end: path.end, steps: [Parameters.Step(table: table, parent: index)] + path.steps,
            visited: path.visited.union([table])))
      }
    }
    return found
  }
}
