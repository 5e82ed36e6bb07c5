/// How near rows are to their closest training row, synthetic rows beside held-out real ones.
///
/// Convention `ours`: a number is replaced by its rank among the training values (share of smaller values plus half
/// the share of equal ones), a category costs 1 if it differs, a missing value differs from every value and equals
/// another missing one; the distance of two rows is the mean over columns, 0…1. Synthetic rows should not be nearer
/// to the training rows than held-out rows are; the distances alone bound no membership risk.
public struct DistanceToClosestRecord: Sendable, Codable, Hashable {
  /// The distances of a set of rows to their closest training rows, summarised.
  public struct Summary: Sendable, Codable, Hashable {
    /// How many rows were compared with the training rows.
    public let rowCount: Int
    /// The mean distance.
    public let mean: Score
    /// The median distance, the mean of the two middle ones for an even number of rows.
    public let median: Score
    /// The share of rows that equal a training row in every column.
    public let identical: Score

    init(_ distances: [Float]) {
      rowCount = distances.count
      guard !distances.isEmpty else {
        let reason = Score.undefined("there are no rows to compare")
        (mean, median, identical) = (reason, reason, reason)
        return
      }
      let sorted = distances.sorted()
      let middle = (Double(sorted[(sorted.count - 1) / 2]) + Double(sorted[sorted.count / 2])) / 2
      mean = Score(orderedSum(distances.count) { Double(distances[$0]) } / Double(distances.count))
      median = Score(middle)
      identical = Score(Double(distances.count { $0 == 0 }) / Double(distances.count))
    }
  }

  /// Synthetic rows against training rows.
  public let synthetic: Summary
  /// Held-out real rows against the same training rows; nil without a holdout.
  public let holdout: Summary?

  /// Joins two measurements against the same training rows.
  public init(synthetic: Summary, holdout: Summary?) {
    self.synthetic = synthetic
    self.holdout = holdout
  }

  /// Measures a table; nil if it has no columns or no training rows.
  ///
  /// - Complexity: O(rows · training rows · columns); meant for at most some 20,000 rows a side.
  public static func compute(
    train: EvaluationTable, synthetic: EvaluationTable, holdout: EvaluationTable?
  ) -> DistanceToClosestRecord? {
    guard !train.columns.isEmpty, train.rowCount > 0 else { return nil }
    return DistanceToClosestRecord(
      synthetic: Summary(distances(from: synthetic, to: train)),
      holdout: holdout.map { Summary(distances(from: $0, to: train)) })
  }

  /// The distance of every row of `rows` to its closest row of `train`.
  ///
  /// Training rows are visited in blocks that stay in the cache; every column, number or category, costs
  /// min(|a − b|, 1), with missing numbers at 2 and categories at their codes, so one loop serves all.
  public static func distances(from rows: EvaluationTable, to train: EvaluationTable) -> [Float] {
    let pair = TablePair(real: train, synthetic: rows)
    precondition(train.rowCount > 0 && !train.columns.isEmpty, "table \(train.name) has no training rows or no columns")
    let encoded = zip(pair.real.columns, pair.synthetic.columns).map { encode($1, by: $0) }
    let targets = pair.real.columns.map { encode($0, by: $0) }
    var closest = [Float](repeating: .infinity, count: rows.rowCount)
    let blockLength = 512
    var sums = [Float](repeating: 0, count: blockLength)
    for start in stride(from: 0, to: train.rowCount, by: blockLength) {
      let length = min(blockLength, train.rowCount - start)
      for row in 0..<rows.rowCount {
        sums.withUnsafeMutableBufferPointer { sums in
          for index in 0..<length { sums[index] = 0 }
          for column in targets.indices {
            let value = encoded[column][row]
            targets[column].withUnsafeBufferPointer { target in
              for index in 0..<length {
                let difference = abs(value - target[start + index])
                sums[index] += difference < 1 ? difference : 1
              }
            }
          }
          var best = closest[row]
          for index in 0..<length where sums[index] < best { best = sums[index] }
          closest[row] = best
        }
      }
    }
    let columnCount = Float(targets.count)
    return closest.map { $0 / columnCount }
  }

  private static func encode(_ column: EvaluationColumn, by reference: EvaluationColumn) -> [Float] {
    switch (column, reference) {
    case (.discrete(_, let codes, _), _):
      return codes.map { Float($0) }
    case (.continuous(_, let values), .continuous(_, let training)):
      let sorted = training.filter { !$0.isNaN }.sorted()
      return values.map { $0.isNaN ? 2 : rank($0, sorted) }
    case (.continuous, .discrete):
      preconditionFailure("column \(column.name) is continuous here and discrete in the training rows")
    }
  }

  /// The share of smaller values plus half the share of equal ones; ½ if there are no values.
  private static func rank(_ value: Double, _ sorted: [Double]) -> Float {
    if sorted.isEmpty { return 0.5 }
    func firstIndex(where isBeyond: (Double) -> Bool) -> Int {
      var (low, high) = (0, sorted.count)
      while low < high {
        let middle = (low + high) / 2
        if isBeyond(sorted[middle]) { high = middle } else { low = middle + 1 }
      }
      return low
    }
    let smaller = firstIndex { $0 >= value }
    let notLarger = firstIndex { $0 > value }
    return Float(Double(smaller + notLarger) / (2 * Double(sorted.count)))
  }
}
