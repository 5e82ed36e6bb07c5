internal import Tensors

/// Speed and quality of matching on standard normal rows, one thread.
public enum MatchingBenchmark {
  /// Seconds and mean distances of one run.
  public struct Result: Sendable, Codable, Equatable {
    /// Seconds of exact greedy matching; 0 if it was not measured.
    public var greedySeconds: Double
    /// Mean distance of an anchor to its other row under greedy matching; 0 if it was not measured.
    public var greedyMeanDistance: Double
    /// Mean squared distance under greedy matching; 0 if it was not measured.
    public var greedyMeanSquaredDistance: Double
    /// Seconds of block-wise assignment.
    public var assignmentSeconds: Double
    /// Mean distance under block-wise assignment, on the same rows.
    public var assignmentMeanDistance: Double
    /// Mean squared distance under block-wise assignment, on the same rows.
    public var assignmentMeanSquaredDistance: Double
  }

  /// Matches `rows` anchors with as many other rows of `columns` standard normal features.
  ///
  /// - Parameters:
  ///   - greedy: whether greedy matching is measured too.
  ///   - clock: clock reading in seconds.
  public static func run(
    rows: Int = 20_000, columns: Int = 12, greedy: Bool = true, seed: UInt64 = 0, clock: () -> Double
  ) -> Result {
    let anchors = normalRows(count: rows, width: columns, stream: RandomStream(seed: seed, name: "bench/anchors"))
    let others = normalRows(count: rows, width: columns, stream: RandomStream(seed: seed, name: "bench/others"))
    let start = clock()
    let assigned = AssignmentRowMatching(
      anchors: anchors, others: others, stream: RandomStream(seed: seed, name: "bench/cuts")
    ).match()
    let middle = clock()
    let served = greedy ? GreedyRowMatching.match(anchors: anchors, others: others) : nil
    let end = clock()
    let count = Double(max(1, rows))
    return Result(
      greedySeconds: greedy ? end - middle : 0, greedyMeanDistance: (served?.totalDistance ?? 0) / count,
      greedyMeanSquaredDistance: (served?.totalSquaredDistance ?? 0) / count, assignmentSeconds: middle - start,
      assignmentMeanDistance: assigned.totalDistance / count,
      assignmentMeanSquaredDistance: assigned.totalSquaredDistance / count)
  }

  /// Standard normal rows.
  private static func normalRows(count: Int, width: Int, stream: RandomStream) -> MatchRows {
    let matrix = Matrix(rows: count, columns: width)
    stream.fillNormals(matrix, rows: 0..<count, firstRow: 0)
    return MatchRows(
      finite: Array(UnsafeBufferPointer(start: matrix.pointer, count: count * width)), width: width, count: count)
  }
}
