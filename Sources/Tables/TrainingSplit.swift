public import Tensors

/// The published method's division of a table's rows: half a per cent for tests, half a per cent for validation, the
/// rest for training.
///
/// **Source**: reference method, section 3.
public struct TrainingSplit: Hashable, Sendable {
  /// Rows that maps and models are fitted to, ascending; never empty if the table has rows.
  public let training: [Int32]
  /// Rows for validation, ascending.
  public let validation: [Int32]
  /// Rows for tests, ascending.
  public let test: [Int32]

  /// Divides the rows at random: ⌈n / 200⌉ for tests, ⌈(n − tests) / 199⌉ for validation. A table of less than three
  /// rows, which would leave none for training, is used for training as a whole.
  ///
  /// - Complexity: O(n log n).
  public init(rowCount: Int, stream: RandomStream) {
    let order = stream.permutation(count: rowCount)
    let tests = rowCount < 3 ? 0 : (rowCount + 199) / 200
    let validations = rowCount < 3 ? 0 : (rowCount - tests + 198) / 199
    test = order[..<tests].sorted()
    validation = order[tests..<(tests + validations)].sorted()
    training = order[(tests + validations)...].sorted()
  }

  /// The split of a table in a run, the same wherever it is asked for.
  public init(rowCount: Int, table: String, seed: UInt64) {
    self.init(rowCount: rowCount, stream: RandomStream(seed: seed, name: "split/\(table)"))
  }
}
