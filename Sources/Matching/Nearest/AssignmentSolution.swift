/// The assignment of some blocks; rows are anchors unless the other rows are fewer.
public struct AssignmentSolution: Sendable, Equatable, Codable {
  /// Rows of the side that chooses.
  public internal(set) var rows: [Int32] = []
  /// The row of the other side that each of them takes.
  public internal(set) var matched: [Int32] = []
}
