/// Anchors in row order each take the nearest other row that no earlier anchor took.
///
/// The published procedure, exactly, in epochs: the candidates of an epoch's anchors among the rows open at its start
/// are found in parallel blocks, then one pass gives every anchor the first candidate that is still open, or searches
/// the open rows if there is none. An epoch takes at most half of the open rows, so such searches are rare. Neither
/// epochs, blocks nor the number of candidates change the result.
///
/// If there are fewer other rows than anchors, anchors that find none open take the nearest row although it is taken.
public struct GreedyRowMatching: Sendable, Equatable, Codable {
  /// For each anchor served so far its other row.
  public private(set) var others: [Int32] = []
  /// For each anchor served so far the squared distance to its other row.
  public private(set) var squaredDistances: [Float] = []
  /// Anchors that searched the open rows because others had taken all their candidates.
  public private(set) var searchCount = 0
  /// Number of other rows.
  public let otherCount: Int

  /// The state before the first epoch.
  public init(otherCount: Int) {
    precondition(otherCount >= 0, "\(otherCount) other rows")
    self.otherCount = otherCount
  }

  /// The anchors of each epoch, in order.
  public static func epochs(anchorCount: Int, otherCount: Int) -> [Range<Int>] {
    precondition(anchorCount >= 0 && otherCount >= 0, "\(anchorCount) anchors, \(otherCount) other rows")
    var epochs: [Range<Int>] = []
    var first = 0
    while first < min(anchorCount, otherCount) {
      let open = otherCount - first
      // The last few rows are not worth an epoch of their own.
      let size = open <= 4096 ? open : (open + 1) / 2
      let end = min(first + size, anchorCount, otherCount)
      epochs.append(first..<end)
      first = end
    }
    if first < anchorCount { epochs.append(first..<anchorCount) }
    return epochs
  }

  /// The other rows to search for the next epoch: `open` of `NeighbourCandidates.find`. Nil (all rows) at the start and
  /// when every row is taken.
  public var open: [Int32]? {
    guard !others.isEmpty, others.count < otherCount else { return nil }
    let taken = taken
    return taken.indices.filter { !taken[$0] }.map { Int32($0) }
  }

  private var taken: [Bool] {
    var taken = [Bool](repeating: false, count: otherCount)
    for other in others where other >= 0 { taken[Int(other)] = true }
    return taken
  }

  /// Serves the anchors of an epoch.
  ///
  /// - Parameters:
  ///   - candidates: the blocks of the epoch in order, found among `open`.
  ///   - anchors: all anchors.
  ///   - others: all other rows.
  ///   - progress: called with the number of anchors served so far, now and then; an error it throws ends the work.
  /// - Complexity: O(anchors × candidates), plus O(open × width) for each anchor without an open candidate; memory
  ///   O(n_B × width) at most.
  public mutating func resolve(
    _ candidates: [NeighbourCandidates], anchors: MatchRows, others rows: MatchRows,
    progress: (_ served: Int) throws -> Void
  ) rethrows {
    precondition(rows.count == otherCount, "\(rows.count) other rows instead of \(otherCount)")
    var taken = taken
    var openCount = max(0, otherCount - others.count)
    var open: OpenRows?
    for block in candidates {
      precondition(
        block.firstAnchor == others.count, "a block from anchor \(block.firstAnchor) after \(others.count) anchors")
      for anchor in 0..<block.anchorCount {
        // A thousand searches among millions of rows take seconds.
        if others.count % 1024 == 0 { try progress(others.count) }
        let places = anchor * block.candidateCount..<(anchor + 1) * block.candidateCount
        if openCount == 0 {
          others.append(places.isEmpty ? -1 : block.others[places.lowerBound])
          squaredDistances.append(places.isEmpty ? 0 : block.squaredDistances[places.lowerBound])
        } else if let place = places.first(where: { !taken[Int(block.others[$0])] }) {
          others.append(block.others[place])
          squaredDistances.append(block.squaredDistances[place])
          taken[Int(block.others[place])] = true
          open?.take(block.others[place])
          openCount -= 1
        } else {
          let searched = open ?? OpenRows(rows, taken: taken)
          guard let found = searched.nearest(block.firstAnchor + anchor, of: anchors) else {
            preconditionFailure("\(openCount) rows are open and none was found")
          }
          others.append(found.row)
          squaredDistances.append(found.squaredDistance)
          taken[Int(found.row)] = true
          searched.take(found.row)
          open = searched
          openCount -= 1
          searchCount += 1
        }
      }
    }
  }

  /// The result after the last epoch.
  public var match: RowMatch {
    RowMatch(others: others, squaredDistances: squaredDistances, otherCount: otherCount)
  }

  /// All epochs in this process.
  ///
  /// - Parameters:
  ///   - candidateCount: candidates kept of each anchor; changes the time, not the result.
  ///   - blockSize: anchors of a block; changes the time, not the result.
  public static func match(
    anchors: MatchRows, others: MatchRows, candidateCount: Int = 8, blockSize: Int = 4096
  ) -> RowMatch {
    var state = GreedyRowMatching(otherCount: others.count)
    for epoch in epochs(anchorCount: anchors.count, otherCount: others.count) {
      let open = state.open
      let candidates = NeighbourCandidates.blocks(of: epoch, size: blockSize).map {
        NeighbourCandidates.find(
          block: $0, anchors: anchors, others: others, open: open, candidateCount: candidateCount)
      }
      state.resolve(candidates, anchors: anchors, others: others) { _ in }
    }
    return state.match
  }
}
