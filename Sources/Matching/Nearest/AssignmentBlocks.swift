/// Groups of anchors and other rows that are assigned among themselves, one round's partition.
public struct AssignmentBlocks: Sendable, Equatable, Codable {
  /// Start of each block in `anchors`, and the end of the last.
  public internal(set) var anchorStarts: [Int32] = [0]
  /// Anchors, block after block, ascending within a block.
  public internal(set) var anchors: [Int32] = []
  /// Start of each block in `others`, and the end of the last.
  public internal(set) var otherStarts: [Int32] = [0]
  /// Other rows, block after block, ascending within a block; at least as many as anchors.
  public internal(set) var others: [Int32] = []

  /// Number of blocks.
  public var count: Int { anchorStarts.count - 1 }

  /// The anchors of a block.
  func anchors(of block: Int) -> ArraySlice<Int32> {
    anchors[Int(anchorStarts[block])..<Int(anchorStarts[block + 1])]
  }

  /// The other rows of a block.
  func others(of block: Int) -> ArraySlice<Int32> {
    others[Int(otherStarts[block])..<Int(otherStarts[block + 1])]
  }

  mutating func append(anchors newAnchors: some Sequence<Int32>, others newOthers: some Sequence<Int32>) {
    anchors += newAnchors.sorted()
    others += newOthers.sorted()
    anchorStarts.append(Int32(anchors.count))
    otherStarts.append(Int32(others.count))
  }
}
