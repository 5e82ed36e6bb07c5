/// The child rows of a relation in the order in which they are clustered.
public struct ClusteredRows: Sendable, Equatable {
  /// The child row at each place.
  public let children: [Int32]
  /// The parent row of the child at each place.
  public let parents: [Int32]

  /// Child rows sorted by foreign key, ties in input order; rows without a parent (−1) are left out.
  ///
  /// - Parameters:
  ///   - parentRows: The parent row of each child row.
  ///   - parentOrder: All parent rows by ascending key; nil when the rows are.
  /// - Complexity: O(children + parents).
  public init(parentRows: [Int32], parentOrder: [Int32]? = nil, parentCount: Int) {
    precondition(
      parentOrder == nil || parentOrder?.count == parentCount,
      "\(parentOrder?.count ?? 0) ordered rows for \(parentCount) parents")
    var ranks = [Int32](0..<Int32(parentCount))
    if let parentOrder {
      for (rank, row) in parentOrder.enumerated() { ranks[Int(row)] = Int32(rank) }
    }
    // A counting sort by the rank of the parent keeps ties in input order.
    var next = [Int](repeating: 0, count: parentCount + 1)
    for parent in parentRows where parent >= 0 { next[Int(ranks[Int(parent)]) + 1] += 1 }
    for rank in 0..<parentCount { next[rank + 1] += next[rank] }
    var children = [Int32](repeating: 0, count: next[parentCount])
    for (child, parent) in parentRows.enumerated() where parent >= 0 {
      let rank = Int(ranks[Int(parent)])
      children[next[rank]] = Int32(child)
      next[rank] += 1
    }
    self.children = children
    parents = children.map { parentRows[Int($0)] }
  }
}
