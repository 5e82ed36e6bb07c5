internal import Tensors

/// Speed and quality of matching on standard normal rows, one thread.
public enum MatchingBenchmark {
  /// Seconds and totals of one run.
  public struct Result: Sendable, Codable, Equatable {
    /// Seconds of exact greedy matching.
    public var greedySeconds: Double
    /// Total distance of greedy matching.
    public var greedyDistance: Double
    /// Seconds of block-wise assignment.
    public var assignmentSeconds: Double
    /// Total distance of block-wise assignment, on the same rows.
    public var assignmentDistance: Double
    /// Total squared distance of greedy matching.
    public var greedySquaredDistance: Double
    /// Total squared distance of block-wise assignment.
    public var assignmentSquaredDistance: Double
  }

  /// Matches `rows` anchors with as many other rows of `columns` standard normal features.
  ///
  /// - Parameters:
  ///   - greedy: whether greedy matching is measured too; otherwise its figures are 0.
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
    return Result(
      greedySeconds: greedy ? end - middle : 0, greedyDistance: served?.totalDistance ?? 0,
      assignmentSeconds: middle - start, assignmentDistance: assigned.totalDistance,
      greedySquaredDistance: served?.totalSquaredDistance ?? 0,
      assignmentSquaredDistance: assigned.totalSquaredDistance)
  }

  /// Standard normal rows.
  private static func normalRows(count: Int, width: Int, stream: RandomStream) -> MatchRows {
    let matrix = Matrix(rows: count, columns: width)
    stream.fillNormals(matrix, rows: 0..<count, firstRow: 0)
    return MatchRows(
      finite: Array(UnsafeBufferPointer(start: matrix.pointer, count: count * width)), width: width, count: count)
  }
}
