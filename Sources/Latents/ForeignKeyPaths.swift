/// A foreign-key relation between two tables.
public struct RelationEdge: Sendable, Hashable, Codable {
  /// The relation's unique name.
  public var name: String
  /// The table with the foreign key.
  public var child: String
  /// The table referred to.
  public var parent: String

  /// Creates an edge.
  public init(name: String, child: String, parent: String) {
    self.name = name
    self.child = child
    self.parent = parent
  }
}

/// Paths of foreign keys from a table to its ancestors.
public enum ForeignKeyPaths {
  /// Paths longer than this are not followed.
  public static let maximumLength = 8
  /// Paths beyond this number are not followed; shorter ones come first.
  public static let maximumCount = 512

  /// All paths from a table, shortest first, otherwise in the order of the edges.
  public static func paths(from table: String, edges: [RelationEdge]) -> [[RelationEdge]] {
    var found: [[RelationEdge]] = edges.filter { $0.child == table }.map { [$0] }
    var position = 0
    while position < found.count, found.count < maximumCount {
      let path = found[position]
      position += 1
      guard path.count < maximumLength, let last = path.last else { continue }
      for edge in edges where edge.child == last.parent { found.append(path + [edge]) }
    }
    return Array(found.prefix(maximumCount))
  }

  /// The paths that reach a table which a path through another relation of `table` reaches as well.
  public static func meetingPaths(from table: String, edges: [RelationEdge]) -> [[RelationEdge]] {
    let all = paths(from: table, edges: edges)
    var starts: [String: Set<String>] = [:]
    for path in all {
      if let first = path.first, let last = path.last { starts[last.parent, default: []].insert(first.name) }
    }
    return all.filter { path in path.last.map { (starts[$0.parent]?.count ?? 0) > 1 } ?? false }
  }

  /// The ancestor row of each row at the start of the path.
  ///
  /// `parentRows` gives, by relation name, the parent row of each child row.
  public static func ancestorRows(
    _ path: ArraySlice<RelationEdge>, startCount: Int, parentRows: [String: [Int32]]
  ) -> [Int32] {
    var rows = (0..<startCount).map { Int32($0) }
    for edge in path {
      guard let parents = parentRows[edge.name] else {
        preconditionFailure("no parent rows are given for relation \(edge.name)")
      }
      rows = rows.map { parents[Int($0)] }
    }
    return rows
  }
}
