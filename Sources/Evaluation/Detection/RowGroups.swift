internal import Tensors

/// Which rows of a table belong together because they have the same parent.
///
/// Siblings resemble each other. A classifier that saw a row's siblings recognises the row, and a row lies near to its
/// siblings, whether or not anything was memorised; comparisons of sides therefore keep groups together.
enum RowGroups {
  /// The group of every row: its parent in the first relation whose parent table is not shared by all groups, or a group
  /// of its own where there is no parent; nil for a table without such a relation.
  static func ids(of table: Int, on side: DatabaseSide, in database: EvaluationDatabase) -> [Int]? {
    let schema = database.schema
    let relation = schema.parents(of: schema.tables[table].name).first { relation in
      guard let parent = schema.index(ofTable: schema.relations[relation].parent) else { return false }
      return !schema.tables[parent].isCopied
        && (database.holdout == nil || database.unseenHoldout(parent) != nil)
    }
    guard let relation else { return nil }
    let parentCount = schema.index(ofTable: schema.relations[relation].parent).map { side.tables[$0].rowCount } ?? 0
    return side.parentRows[relation].enumerated().map { row, parent in
      parent >= 0 ? Int(parent) : parentCount + row
    }
  }

  /// The rows group by group, groups in random order.
  static func shuffled(_ ids: [Int], seed: UInt64, stream: String) -> [Int32] {
    let rank = RandomStream(seed: seed, name: stream).permutation(count: (ids.max() ?? -1) + 1)
    return ids.indices.sorted { (rank[ids[$0]], $0) < (rank[ids[$1]], $1) }.map { Int32($0) }
  }

  /// Folds that keep groups together: the groups of each label in random order, each to the fold with the fewest rows of
  /// its label. Were folds not alike in their shares of the labels, a classifier would learn the share of the other
  /// folds and be wrong more often than by chance.
  static func folds(_ ids: [Int], labels: [Int], folds: Int, seed: UInt64, stream: String) -> [Int] {
    let rank = RandomStream(seed: seed, name: stream).permutation(count: (ids.max() ?? -1) + 1)
    var fold = [Int](repeating: 0, count: ids.count)
    for label in Set(labels).sorted() {
      let rows = ids.indices.filter { labels[$0] == label }.sorted { rank[ids[$0]] < rank[ids[$1]] }
      var counts = [Int](repeating: 0, count: folds)
      var start = 0
      while start < rows.count {
        let end = rows[start...].firstIndex { ids[$0] != ids[rows[start]] } ?? rows.count
        let chosen = counts.indices.min { counts[$0] < counts[$1] } ?? 0
        for row in rows[start..<end] { fold[row] = chosen }
        counts[chosen] += end - start
        start = end
      }
    }
    return fold
  }

  /// The standard error of the mean of indicators whose groups are independent, not their rows.
  static func standardError(_ isHit: [Bool], ids: [Int], labels: [Int]) -> Double {
    guard !isHit.isEmpty else { return 0 }
    let mean = Double(isHit.count { $0 }) / Double(isHit.count)
    let count = (ids.max() ?? 0) + 1
    var sums = [Double](repeating: 0, count: 2 * count)
    for row in isHit.indices { sums[labels[row] * count + ids[row]] += (isHit[row] ? 1 : 0) - mean }
    return orderedSum(sums.count) { sums[$0] * sums[$0] }.squareRoot() / Double(isHit.count)
  }
}
