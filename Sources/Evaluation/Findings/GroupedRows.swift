/// The child rows of every parent, in row order.
struct GroupedRows: Sendable {
  /// Child rows, those of the first parent first.
  let rows: [Int32]
  /// Where in `rows` the children of each parent start; one more entry than parents.
  let starts: [Int32]

  /// The number of parents.
  var count: Int { starts.count - 1 }

  /// - Parameter parentRows: the parent of every child row, −1 for none.
  /// - Complexity: O(children + parents).
  init(parentRows: [Int32], parentCount: Int) {
    var starts = [Int32](repeating: 0, count: parentCount + 1)
    for parent in parentRows where parent >= 0 { starts[Int(parent) + 1] += 1 }
    for parent in 0..<parentCount { starts[parent + 1] += starts[parent] }
    var next = starts
    var rows = [Int32](repeating: 0, count: Int(starts[parentCount]))
    for (row, parent) in parentRows.enumerated() where parent >= 0 {
      rows[Int(next[Int(parent)])] = Int32(row)
      next[Int(parent)] += 1
    }
    self.rows = rows
    self.starts = starts
  }

  /// Where in `rows` the children of a parent are.
  func range(_ parent: Int) -> Range<Int> { Int(starts[parent])..<Int(starts[parent + 1]) }

  /// The number of children of every parent.
  var sizes: [Int32] { (0..<count).map { starts[$0 + 1] - starts[$0] } }
}
