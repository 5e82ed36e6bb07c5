/// The assignment of some blocks; rows are anchors unless the other rows are fewer.
public struct AssignmentSolution: Sendable, Equatable, Codable {
  /// Rows of the side that chooses.
  public internal(set) var rows: [Int32] = []
  /// The row of the other side that each of them takes.
  public internal(set) var matched: [Int32] = []

  /// A solution, empty at first.
  public init(rows: [Int32] = [], matched: [Int32] = []) {
    precondition(rows.count == matched.count, "\(matched.count) partners of \(rows.count) rows")
    self.rows = rows
    self.matched = matched
  }
}
