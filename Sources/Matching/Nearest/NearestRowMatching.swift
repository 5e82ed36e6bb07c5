/// Every anchor takes its nearest other row, whoever else takes it too.
public enum NearestRowMatching {
  /// What becomes of an other row that several anchors take.
  public enum Repeats: String, Sendable, Codable, CaseIterable {
    /// All keep it.
    case keep
    /// The first anchor keeps it; each later one takes the smallest index below the number of anchors that no anchor
    /// has as its nearest row and that was not given away before: the published option. The row it gets has nothing to
    /// do with the distance.
    case replace
  }

  /// Joins the blocks of candidates, in order, to a match.
  ///
  /// - Parameters:
  ///   - candidates: the first candidate of every anchor counts.
  ///   - repeats: what becomes of repeated rows.
  /// - Complexity: O(n_A + n_B).
  public static func resolve(
    _ candidates: [NeighbourCandidates], anchors: MatchRows, others: MatchRows, repeats: Repeats = .keep
  ) -> RowMatch {
    var nearest: [Int32] = []
    var distances: [Float] = []
    for block in candidates {
      precondition(
        block.firstAnchor == nearest.count, "a block from anchor \(block.firstAnchor) after \(nearest.count) anchors")
      for anchor in 0..<block.anchorCount {
        let place = anchor * block.candidateCount
        nearest.append(block.candidateCount > 0 ? block.others[place] : -1)
        distances.append(block.candidateCount > 0 ? block.squaredDistances[place] : 0)
      }
    }
    precondition(nearest.count == anchors.count, "candidates of \(nearest.count) of \(anchors.count) anchors")
    if repeats == .replace {
      replaceRepeats(&nearest, &distances, anchors: anchors, others: others)
    }
    return RowMatch(others: nearest, squaredDistances: distances, otherCount: others.count)
  }

  private static func replaceRepeats(
    _ nearest: inout [Int32], _ distances: inout [Float], anchors: MatchRows, others: MatchRows
  ) {
    var used = [Bool](repeating: false, count: others.count)
    for other in nearest where other >= 0 { used[Int(other)] = true }
    let limit = min(anchors.count, others.count)
    var free = 0
    var seen = [Bool](repeating: false, count: others.count)
    for anchor in nearest.indices where nearest[anchor] >= 0 {
      guard seen[Int(nearest[anchor])] else {
        seen[Int(nearest[anchor])] = true
        continue
      }
      while free < limit, used[free] { free += 1 }
      guard free < limit else { return }
      nearest[anchor] = Int32(free)
      distances[anchor] = anchors.squaredDistance(anchor, to: free, of: others)
      used[free] = true
    }
  }

  /// All blocks in this process.
  public static func match(
    anchors: MatchRows, others: MatchRows, repeats: Repeats = .keep, blockSize: Int = 4096
  ) -> RowMatch {
    let candidates = NeighbourCandidates.blocks(of: 0..<anchors.count, size: blockSize).map {
      NeighbourCandidates.find(block: $0, anchors: anchors, others: others, candidateCount: 1)
    }
    return resolve(candidates, anchors: anchors, others: others, repeats: repeats)
  }
}
