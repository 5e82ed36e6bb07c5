public import Tensors

/// Every anchor takes an other row of its own so that the total distance is small: block-wise assignment.
///
/// It starts from greedy matching, or from nothing where that is known to be as good and faster. Rounds of two steps
/// follow. `partition` cuts anchors and other rows into blocks of near rows, each round along other directions, and keeps
/// each anchor together with its present row. `solve` assigns the anchors of each block to distinct rows of the block,
/// near the block's optimum, and takes those chains of changes that shorten the total; blocks are independent, so they
/// run anywhere in any order. The total distance never rises from round to round, and a table that fits into one block
/// is solved near its optimum.
///
/// The side with fewer rows chooses. If that is the other rows, the anchors that nobody chose take their nearest row
/// although it is taken.
public struct AssignmentRowMatching: Sendable {
  /// All anchors.
  public let anchors: MatchRows
  /// All other rows.
  public let others: MatchRows
  /// How blocks are made.
  public let options: AssignmentOptions
  private let stream: RandomStream
  private let swapped: Bool
  /// The side that chooses: the one with fewer rows, the anchors on equality.
  public let choosing: MatchRows
  /// The side that is chosen from.
  public let chosen: MatchRows

  /// A task of its own or all of them: every method depends on these values and its arguments only.
  ///
  /// - Parameter stream: source of the directions of the cuts.
  public init(
    anchors: MatchRows, others: MatchRows, options: AssignmentOptions = AssignmentOptions(), stream: RandomStream
  ) {
    precondition(
      anchors.width == others.width, "anchors have \(anchors.width) features, other rows \(others.width)")
    self.anchors = anchors
    self.others = others
    self.options = options
    self.stream = stream
    swapped = anchors.count > others.count
    choosing = swapped ? others : anchors
    chosen = swapped ? anchors : others
  }

  /// Number of rounds.
  public var rounds: Int { options.rounds(rowCount: choosing.count) }

  /// Whether the first round improves greedy matching of `choosing` with `chosen`: its rows are then `matched` of round 0.
  public var startsGreedy: Bool {
    switch options.start {
    case .greedy: true
    case .cuts: false
    case .automatic:
      chosen.count > choosing.count + choosing.count / 10 || choosing.width > 16
        || [choosing, chosen].contains(where: Self.repeatsValues)
    }
  }

  /// Whether a feature of the first rows has a value for every two rows or fewer.
  private static func repeatsValues(_ rows: MatchRows) -> Bool {
    let count = min(rows.count, 1024)
    return (0..<rows.width).contains { feature in
      2 * Set((0..<count).map { rows.values[$0 * rows.width + feature] }).count <= count
    }
  }

  /// The blocks of a round.
  ///
  /// - Parameters:
  ///   - round: the round, from 0 to below `rounds`.
  ///   - matched: what `merge` returned for the round before; for the first the rows of greedy matching, or nil.
  /// - Complexity: O((n_A + n_B) × width × log(n_A / block)) time on average, O(n_A + n_B) memory.
  public func partition(round: Int, matched: [Int32]?) -> AssignmentBlocks {
    precondition(
      matched.map { $0.count == choosing.count } ?? true, "\(matched?.count ?? 0) pairs of \(choosing.count) rows")
    return AssignmentPartition(
      anchors: choosing, others: chosen, matched: matched, round: round, options: options, stream: stream
    ).blocks
  }

  /// Assigns the rows of some blocks.
  ///
  /// - Parameters:
  ///   - range: the blocks to solve.
  ///   - blocks: what `partition` returned.
  ///   - matched: as for `partition`.
  /// - Complexity: O(rows² × width) time on average and O(rows²) memory per block of `rows`, besides the rows
  ///   themselves; O(rows³) time for blocks that the auction does not solve.
  public func solve(_ range: Range<Int>, of blocks: AssignmentBlocks, matched: [Int32]?) -> AssignmentSolution {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= blocks.count, "blocks \(range) of \(blocks.count)")
    var solver = AssignmentBlockSolver()
    var solution = AssignmentSolution()
    for block in range {
      let rows = blocks.anchors(of: block)
      let columns = blocks.others(of: block)
      let places = solver.solve(
        anchors: choosing, rows: rows, others: chosen, rows: columns, precision: options.precision)
      let kept = matched.map { matched in
        AssignmentExchange.merge(
          present: rows.map { place(of: matched[Int($0)], in: columns) }, proposed: places, placeCount: columns.count
        ) { row, place in
          let other = columns[columns.startIndex + Int(place)]
          return distance(rows[rows.startIndex + row], other)
        }
      }
      solution.rows += rows
      solution.matched += (kept ?? places).map { columns[columns.startIndex + Int($0)] }
    }
    return solution
  }

  private func distance(_ row: Int32, _ other: Int32) -> Double {
    Double(choosing.squaredDistance(Int(row), to: Int(other), of: chosen)).squareRoot()
  }

  /// The place of a row in an ascending list that has it.
  private func place(of row: Int32, in list: ArraySlice<Int32>) -> Int32 {
    var low = list.startIndex
    var high = list.endIndex - 1
    while low < high {
      let middle = (low + high) / 2
      if list[middle] < row { low = middle + 1 } else { high = middle }
    }
    return Int32(low - list.startIndex)
  }

  /// Joins the solutions of all blocks of a round, in any order: the input of the next round or of `result`.
  public func merge(_ solutions: [AssignmentSolution]) -> [Int32] {
    var matched = [Int32](repeating: -1, count: choosing.count)
    for solution in solutions {
      for (row, other) in zip(solution.rows, solution.matched) { matched[Int(row)] = other }
    }
    precondition(!matched.contains(-1), "the solutions leave rows without a partner")
    return matched
  }

  /// The match after the last round.
  ///
  /// - Complexity: O(n_A × width), plus O(n_B × width) for each anchor beyond the number of other rows.
  public func result(_ matched: [Int32]) -> RowMatch {
    var taken = matched
    if swapped {
      taken = [Int32](repeating: -1, count: anchors.count)
      for (other, anchor) in matched.enumerated() { taken[Int(anchor)] = Int32(other) }
      let remaining = taken.indices.filter { taken[$0] < 0 }.map { Int32($0) }
      for block in NeighbourCandidates.blocks(of: 0..<remaining.count, size: 4096) where others.count > 0 {
        let rows = remaining[block]
        let part = MatchRows(finite: anchors.gathered(rows), width: anchors.width, count: rows.count)
        let nearest = NeighbourCandidates.find(
          block: 0..<rows.count, anchors: part, others: others, candidateCount: 1)
        for (row, other) in zip(rows, nearest.others) { taken[Int(row)] = other }
      }
    }
    return RowMatch(
      others: taken,
      squaredDistances: taken.enumerated().map {
        $1 < 0 ? 0 : anchors.squaredDistance($0, to: Int($1), of: others)
      }, otherCount: others.count)
  }

  /// All rounds in this process.
  public func match() -> RowMatch {
    var matched = startsGreedy ? GreedyRowMatching.match(anchors: choosing, others: chosen).others : nil
    for round in 0..<rounds {
      let blocks = partition(round: round, matched: matched)
      matched = merge([solve(0..<blocks.count, of: blocks, matched: matched)])
    }
    return result(matched ?? [])
  }
}
