internal import Tensors

/// Cuts rows into blocks of near ones: halves along random directions until a block is small enough.
struct AssignmentPartition {
  let anchors: MatchRows
  let others: MatchRows
  /// The other row of each anchor from the round before; pairs stay together.
  let matched: [Int32]?
  let round: Int
  let options: AssignmentOptions
  let stream: RandomStream
  private(set) var blocks = AssignmentBlocks()

  init(
    anchors: MatchRows, others: MatchRows, matched: [Int32]?, round: Int, options: AssignmentOptions,
    stream: RandomStream
  ) {
    self.anchors = anchors
    self.others = others
    self.matched = matched
    self.round = round
    self.options = options
    self.stream = stream
    var anchorRows = (0..<Int32(anchors.count)).map { $0 }
    var otherRows = (0..<Int32(others.count)).map { $0 }
    if let matched {
      var used = [Bool](repeating: false, count: others.count)
      for other in matched { used[Int(other)] = true }
      otherRows.removeAll { used[Int($0)] }
    }
    var keys = [UInt64](repeating: 0, count: max(anchorRows.count, otherRows.count))
    anchorRows.withUnsafeMutableBufferPointer { anchorRows in
      otherRows.withUnsafeMutableBufferPointer { otherRows in
        keys.withUnsafeMutableBufferPointer { keys in
          cut(anchorRows[...], otherRows[...], cell: 1, keys)
        }
      }
    }
  }

  private typealias Rows = Slice<UnsafeMutableBufferPointer<Int32>>

  /// Splits the rows of a cell, or makes them a block.
  private mutating func cut(
    _ anchorRows: Rows, _ otherRows: Rows, cell: UInt64, _ keys: UnsafeMutableBufferPointer<UInt64>
  ) {
    let paired = matched == nil ? 0 : anchorRows.count
    let columns = otherRows.count + paired
    guard !anchorRows.isEmpty else { return }
    let fits = anchorRows.count <= options.blockRows && anchorRows.count * columns <= options.blockCosts
    guard anchorRows.count > 1, !fits else {
      if let matched {
        blocks.append(anchors: anchorRows, others: anchorRows.map { matched[Int($0)] } + otherRows)
      } else {
        blocks.append(anchors: anchorRows, others: otherRows)
      }
      return
    }
    let direction = direction(cell: cell)
    let half = anchorRows.count / 2
    let middle = split(anchorRows, of: anchors, along: direction, keys) { _ in half }
    // The other rows follow the anchors' cut as far as each half keeps enough of them.
    let free = otherRows.count
    let otherHalf = split(otherRows, of: others, along: direction, keys) { keys in
      let below = keys.reduce(0) { $0 + ($1 >> 32 < middle.key ? 1 : 0) }
      guard matched == nil else { return below }
      return min(max(below, half), free - (anchorRows.count - half))
    }
    let anchorCut = anchorRows.startIndex + half
    let otherCut = otherRows.startIndex + otherHalf.rank
    cut(anchorRows[..<anchorCut], otherRows[..<otherCut], cell: 2 &* cell, keys)
    cut(anchorRows[anchorCut...], otherRows[otherCut...], cell: 2 &* cell &+ 1, keys)
  }

  private func direction(cell: UInt64) -> [Float] {
    (0..<anchors.width).map { Float(stream.normal(row: cell, step: UInt32(round), draw: UInt32($0))) }
  }

  /// Moves the rows with the smallest projections to the front, the lower index first on ties; returns how many and the
  /// key of the first row behind.
  private func split(
    _ rows: Rows, of source: MatchRows, along direction: [Float], _ keys: UnsafeMutableBufferPointer<UInt64>,
    rank: (UnsafeMutableBufferPointer<UInt64>.SubSequence) -> Int
  ) -> (rank: Int, key: UInt64) {
    for (place, row) in rows.enumerated() {
      var sum: Float = 0
      for feature in 0..<source.width {
        sum += source.values[Int(row) * source.width + feature] * direction[feature]
      }
      // Adding 0 makes one zero of two; sums that overflow stay together.
      let bits = (sum.isFinite ? sum + 0 : 0).bitPattern
      let ordered = bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
      keys[place] = UInt64(ordered) << 32 | UInt64(UInt32(bitPattern: row))
    }
    let used = keys[..<rows.count]
    let rank = rank(used)
    KeySelection.moveLeast(rank, of: UnsafeMutableBufferPointer(rebasing: used))
    var rows = rows
    for place in 0..<rows.count {
      rows[rows.startIndex + place] = Int32(bitPattern: UInt32(truncatingIfNeeded: keys[place]))
    }
    return (rank, rank < rows.count ? keys[rank] >> 32 : .max)
  }
}
