/// Tables that came out without a row although the input has some: with group sizes by label that happens where few rows
/// of a parent have all the children.
package enum EmptyTables {
  /// A sentence for each of them, with the cause and what helps.
  ///
  /// - Parameters:
  ///   - tables: rows that were generated and rows of the input, by table.
  ///   - parents: the tables that a table refers to.
  package static func notices(
    _ tables: [(name: String, rows: Int, realRows: Int)], parents: (String) -> [String]
  ) -> [String] {
    let empty = tables.filter { $0.rows == 0 && $0.realRows > 0 }
    let names = Set(empty.map(\.name))
    return empty.map { table in
      let above = parents(table.name)
      let cause: String
      if let parent = above.first(where: names.contains) {
        cause = "they refer to \(parent), which has none"
      } else if above.isEmpty {
        cause = "structure.scale is too small for one"
      } else {
        cause =
          "no row of \(above.joined(separator: " or ")) drew one; another seed, fewer labels.clusters, lookup tables for "
          + "parents of few rows or another structure.kind help"
      }
      return "table \(table.name) has no rows, the input has \(table.realRows): \(cause)"
    }
  }
}
