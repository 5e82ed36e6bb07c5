internal import CKernels

/// The nearest other rows of a block of anchors, exact and sorted: the expensive part of matching, block by block.
public struct NeighbourCandidates: Sendable, Equatable, Codable {
  /// Index of the block's first anchor.
  public let firstAnchor: Int
  /// Number of anchors of the block.
  public let anchorCount: Int
  /// Candidates of each anchor: the number asked for, or fewer if there are fewer rows.
  public let candidateCount: Int
  /// `anchorCount` × `candidateCount` indices of other rows, nearest first, the lower index first on ties.
  public let others: [Int32]
  /// Their squared distances.
  public let squaredDistances: [Float]

  /// The candidates of a block.
  public init(
    firstAnchor: Int, anchorCount: Int, candidateCount: Int, others: [Int32], squaredDistances: [Float]
  ) {
    precondition(
      others.count == anchorCount * candidateCount && squaredDistances.count == others.count,
      "\(others.count) rows, \(squaredDistances.count) distances for \(anchorCount) x \(candidateCount) candidates")
    self.firstAnchor = firstAnchor
    self.anchorCount = anchorCount
    self.candidateCount = candidateCount
    self.others = others
    self.squaredDistances = squaredDistances
  }

  /// Finds the nearest other rows of the anchors of a block.
  ///
  /// The result depends on its arguments only; how anchors are cut into blocks changes no candidate.
  ///
  /// - Parameters:
  ///   - block: anchors to search for.
  ///   - anchors: all anchors, n_A × width.
  ///   - others: the other rows, n_B × width.
  ///   - open: the other rows that may be candidates, ascending; all if nil.
  ///   - candidateCount: candidates to keep of each anchor.
  /// - Complexity: O(block × open × width) time; memory for one copy of the open rows and the candidates.
  public static func find(
    block: Range<Int>, anchors: MatchRows, others: MatchRows, open: [Int32]? = nil, candidateCount: Int
  ) -> NeighbourCandidates {
    precondition(
      anchors.width == others.width, "anchors have \(anchors.width) features, other rows \(others.width)")
    precondition(
      block.lowerBound >= 0 && block.upperBound <= anchors.count, "block \(block) of \(anchors.count) anchors")
    precondition(candidateCount > 0, "\(candidateCount) candidates")
    let panels = RowPanels(others, rows: open)
    let kept = min(candidateCount, panels.count)
    var distances = [Float](repeating: .infinity, count: block.count * kept)
    var positions = [Int32](repeating: -1, count: block.count * kept)
    guard kept > 0, !block.isEmpty else {
      return NeighbourCandidates(
        firstAnchor: block.lowerBound, anchorCount: block.count, candidateCount: kept, others: [],
        squaredDistances: [])
    }
    if panels.width == 0 {
      for place in distances.indices {
        distances[place] = 0
        positions[place] = Int32(place % kept)
      }
    } else {
      search(block: block, anchors: anchors, panels: panels, kept: kept, &distances, &positions)
    }
    for place in positions.indices { positions[place] = panels.row(Int(positions[place])) }
    return NeighbourCandidates(
      firstAnchor: block.lowerBound, anchorCount: block.count, candidateCount: kept, others: positions,
      squaredDistances: distances)
  }

  /// Tiles both sides, so that the lists of some anchors and the panels of some rows stay in the cache together.
  private static func search(
    block: Range<Int>, anchors: MatchRows, panels: RowPanels, kept: Int, _ distances: inout [Float],
    _ positions: inout [Int32]
  ) {
    let width = anchors.width
    let rowTile = max(1, 65_536 / (width * RowPanels.panelRows)) * RowPanels.panelRows
    let anchorTile = 512
    anchors.values.withUnsafeBufferPointer { values in
      panels.values.withUnsafeBufferPointer { panelValues in
        distances.withUnsafeMutableBufferPointer { distances in
          positions.withUnsafeMutableBufferPointer { positions in
            guard
              let anchorBase = values.baseAddress, let panelBase = panelValues.baseAddress,
              let distanceBase = distances.baseAddress, let positionBase = positions.baseAddress
            else { return }
            for anchor in stride(from: 0, to: block.count, by: anchorTile) {
              for row in stride(from: 0, to: panels.count, by: rowTile) {
                ck_nearest_rows(
                  anchorBase + (block.lowerBound + anchor) * width, Int64(min(anchorTile, block.count - anchor)),
                  panelBase + row * width, Int64(row), Int64(min(rowTile, panels.count - row)), Int64(width),
                  Int64(kept), distanceBase + anchor * kept, positionBase + anchor * kept)
              }
            }
          }
        }
      }
    }
  }

  /// Cuts a range of anchors into blocks of at most `size`.
  public static func blocks(of anchors: Range<Int>, size: Int) -> [Range<Int>] {
    precondition(size > 0, "blocks of \(size) anchors")
    return stride(from: anchors.lowerBound, to: anchors.upperBound, by: size).map {
      $0..<min($0 + size, anchors.upperBound)
    }
  }
}
