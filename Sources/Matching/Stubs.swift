/// The places that the parents of a relation offer to child rows: each parent one stub per child it is to have.
public struct Stubs: Sendable, Equatable {
  /// The parent row of each stub; the stubs of a parent are consecutive, parents in row order.
  public var parents: [Int32]
  /// The label of each stub: its parent's label.
  public var labels: [Int32]

  /// One stub per unit of group size.
  public init(parentLabels: [Int32], sizes: [Int32]) {
    precondition(
      parentLabels.count == sizes.count, "\(parentLabels.count) parent labels and \(sizes.count) group sizes")
    parents = []
    labels = []
    let total = sizes.reduce(0) { $0 + Int($1) }
    parents.reserveCapacity(total)
    labels.reserveCapacity(total)
    for (parent, size) in sizes.enumerated() {
      precondition(size >= 0, "parent \(parent) has the group size \(size)")
      for _ in 0..<size {
        parents.append(Int32(parent))
        labels.append(parentLabels[parent])
      }
    }
  }

  /// Number of stubs.
  public var count: Int { parents.count }
}

/// Assignment of child rows to stubs of the same label.
public enum CellMatching {
  /// Which stub each row takes.
  public struct Assignment: Sendable, Equatable {
    /// The stub of each row; every stub is used once.
    public var stubOfRow: [Int32]
    /// Rows that had to take a stub of another label because the counts per label differ.
    public var outsideCell: Int
  }

  /// Rows and permuted stubs, each sorted stably by label, meet position by position within a label.
  ///
  /// Uniform within labels when `stubOrder` is a uniform permutation. Rows and stubs left over when the counts per label
  /// differ meet in order.
  ///
  /// - Complexity: O(rows + labels).
  public static func assign(rowLabels: [Int32], stubLabels: [Int32], stubOrder: [Int32]) -> Assignment {
    precondition(
      rowLabels.count == stubLabels.count && stubLabels.count == stubOrder.count,
      "\(rowLabels.count) rows, \(stubLabels.count) stubs and an order of \(stubOrder.count) do not fit together")
    let rows = LabelCells(labels: rowLabels, order: nil)
    let stubs = LabelCells(labels: stubLabels, order: stubOrder)
    var stubOfRow = [Int32](repeating: -1, count: rowLabels.count)
    var spareRows: [Int32] = []
    var spareStubs: [Int32] = []
    for label in 0..<max(rows.labelCount, stubs.labelCount) {
      let cellRows = rows.members(Int32(label))
      let cellStubs = stubs.members(Int32(label))
      for (row, stub) in zip(cellRows, cellStubs) { stubOfRow[Int(row)] = stub }
      spareRows.append(contentsOf: cellRows.dropFirst(cellStubs.count))
      spareStubs.append(contentsOf: cellStubs.dropFirst(cellRows.count))
    }
    for (row, stub) in zip(spareRows, spareStubs) { stubOfRow[Int(row)] = stub }
    return Assignment(stubOfRow: stubOfRow, outsideCell: spareRows.count)
  }
}

/// Positions grouped by label (a stable counting sort).
struct LabelCells {
  private let order: [Int32]
  private let starts: [Int]

  /// Groups `0..<labels.count`, visited in `order` when it is given.
  init(labels: [Int32], order: [Int32]?) {
    let labelCount = Int(labels.max() ?? -1) + 1
    var starts = [Int](repeating: 0, count: labelCount + 1)
    for label in labels { starts[Int(label) + 1] += 1 }
    for label in 0..<labelCount { starts[label + 1] += starts[label] }
    var next = starts
    var grouped = [Int32](repeating: 0, count: labels.count)
    for index in 0..<labels.count {
      let position = order?[index] ?? Int32(index)
      let label = Int(labels[Int(position)])
      grouped[next[label]] = position
      next[label] += 1
    }
    self.order = grouped
    self.starts = starts
  }

  var labelCount: Int { starts.count - 1 }

  /// The positions of a label, in order; empty for a label that does not occur.
  func members(_ label: Int32) -> ArraySlice<Int32> {
    label < 0 || Int(label) >= labelCount ? [] : order[starts[Int(label)]..<starts[Int(label) + 1]]
  }
}
