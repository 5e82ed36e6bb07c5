/// How anchors are assigned in blocks.
public struct AssignmentOptions: Sendable, Equatable, Codable {
  /// Most anchors of a block. A block takes O(rows² × width) time and its square in `Float`s as memory.
  public var blockRows: Int
  /// Rounds of partition and assignment. Each cuts along other directions and never raises the total distance.
  public var rounds: Int
  /// Least step of the auction's prices, as a share of the mean distance to the nearest row of the block: the total of
  /// a block is above the block's optimum by about that share at most.
  public var precision: Float

  /// Options.
  public init(blockRows: Int = 1024, rounds: Int = 2, precision: Float = 0.1) {
    precondition(blockRows > 0 && rounds > 0 && precision > 0, "\(blockRows) rows, \(rounds) rounds, \(precision)")
    self.blockRows = blockRows
    self.rounds = rounds
    self.precision = precision
  }

  /// Most costs of a block.
  var blockCosts: Int { 4 * blockRows * blockRows }
}
