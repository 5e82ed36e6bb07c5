/// The different values of a column, ascending, and how many rows have each.
struct ValueCounts {
  private(set) var values: [Double] = []
  private(set) var counts: [Int] = []
  /// Number of rows.
  let rowCount: Int

  /// Sorts and counts values.
  ///
  /// - Complexity: O(n log n).
  init(_ unsorted: [Double]) {
    rowCount = unsorted.count
    for value in unsorted.sorted() {
      if value == values.last {
        counts[counts.count - 1] += 1
      } else {
        // Adding zero turns the negative zero, which equals zero but is written differently, into zero.
        values.append(value + 0)
        counts.append(1)
      }
    }
  }

  /// Levels 0, 1, … with their rows; levels without rows are left out.
  init(levelCounts: [Int]) {
    for (level, count) in levelCounts.enumerated() where count > 0 {
      values.append(Double(level))
      counts.append(count)
    }
    rowCount = counts.reduce(0, +)
  }
}
