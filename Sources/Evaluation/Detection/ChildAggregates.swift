/// What the children of each parent row look like, as columns of the parent.
///
/// Source: spec/metrics.md §7.2.
package enum ChildAggregates {
  /// For each relation to a table: `{child}_{fk}_counts`, `{child}_{fk}_{column}_nunique` of every categorical column
  /// (missing values not counted) and `{child}_{fk}_{column}_mean` of every number (missing for childless parents).
  ///
  /// - Parameter table: the place of the parent table in the schema.
  /// - Complexity: O(child rows · child columns).
  package static func columns(of table: Int, on side: DatabaseSide, schema: EvaluationSchema) -> [FeatureColumn] {
    var columns: [FeatureColumn] = []
    let parentCount = side.tables[table].rowCount
    for relation in schema.children(of: schema.tables[table].name) {
      let key = schema.relations[relation]
      guard let child = schema.index(ofTable: key.child) else { continue }
      let parents = side.parentRows[relation]
      let prefix = "\(key.child)_\(key.column)_"
      var counts = [Double](repeating: 0, count: parentCount)
      for parent in parents where parent >= 0 { counts[Int(parent)] += 1 }
      columns.append(.ordered(name: prefix + "counts", values: counts))
      for (index, column) in side.tables[child].columns.enumerated() {
        switch (column, schema.tables[child].columns[index].kind) {
        case (.discrete(let name, let codes, let levels), .categorical):
          columns.append(
            .ordered(name: prefix + name + "_nunique", values: distinct(codes, levels, parents, parentCount)))
        case (.continuous(let name, let values), .number):
          columns.append(.ordered(name: prefix + name + "_mean", values: means(values, parents, parentCount)))
        default: break
        }
      }
    }
    return columns
  }

  private static func means(_ values: [Double], _ parents: [Int32], _ parentCount: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: parentCount)
    var counts = [Double](repeating: 0, count: parentCount)
    for (row, parent) in parents.enumerated() where parent >= 0 && values[row].isFinite {
      sums[Int(parent)] += values[row]
      counts[Int(parent)] += 1
    }
    return zip(sums, counts).map { $1 == 0 ? .nan : $0 / $1 }
  }

  /// Counts pairs of parent and category once, by sorting them.
  private static func distinct(_ codes: [Int32], _ levels: Int, _ parents: [Int32], _ parentCount: Int) -> [Double] {
    var counts = [Double](repeating: 0, count: parentCount)
    var pairs: [Int] = []
    pairs.reserveCapacity(codes.count)
    for (row, parent) in parents.enumerated() where parent >= 0 && codes[row] >= 0 {
      pairs.append(Int(parent) * levels + Int(codes[row]))
    }
    guard parentCount * levels <= 1 << 26 else {
      pairs.sort()
      var last = -1
      for pair in pairs where pair != last {
        counts[pair / levels] += 1
        last = pair
      }
      return counts
    }
    var isSeen = [Bool](repeating: false, count: parentCount * levels)
    for pair in pairs where !isSeen[pair] {
      isSeen[pair] = true
      counts[pair / levels] += 1
    }
    return counts
  }
}
