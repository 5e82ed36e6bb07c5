/// How anchors are assigned in blocks.
public struct AssignmentOptions: Sendable, Equatable, Codable {
  /// What the first round improves.
  public enum Start: String, Sendable, Codable, CaseIterable {
    /// Cuts where they are known to end below greedy matching in less time: up to 16 features that hardly repeat a
    /// value, and about as many rows on both sides. Otherwise greedy matching.
    case automatic
    /// Greedy matching: the total is never above greedy's.
    case greedy
    /// Nothing: the first round assigns the blocks of its cuts from scratch.
    case cuts
  }

  /// Most rows that choose in a block. A block of r rows takes O(r² × width) time and r² `Float`s.
  public var blockRows: Int
  /// Rounds of partition and assignment; nil: two, and two more for each doubling of the number of blocks beyond 16.
  /// Each round cuts along other directions and never raises the total distance.
  public var rounds: Int?
  /// Least step of the auction's prices, as a share of the mean distance to the nearest row of the block: the total of
  /// a block is above the block's optimum by about that share at most.
  public var precision: Float
  /// What the first round improves.
  public var start: Start

  /// Options.
  public init(blockRows: Int = 2048, rounds: Int? = nil, precision: Float = 0.1, start: Start = .automatic) {
    precondition(
      blockRows > 0 && rounds ?? 1 > 0 && precision > 0,
      "blocks of \(blockRows) rows, \(rounds ?? 1) rounds, precision \(precision)")
    self.blockRows = blockRows
    self.rounds = rounds
    self.precision = precision
    self.start = start
  }

  /// Most costs of a block: with many more rows on the other side, blocks have fewer rows that choose.
  var blockCosts: Int { 4 * blockRows * blockRows }

  /// Rounds for a number of rows that choose.
  public func rounds(rowCount: Int) -> Int {
    if let rounds { return rounds }
    var cuts = 0
    while rowCount >> cuts > blockRows { cuts += 1 }
    return cuts == 0 ? 1 : max(2, 2 * cuts - 6)
  }
}
