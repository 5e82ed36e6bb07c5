internal import Tensors

extension JointState {
  /// Assigns one relation after the other: rows take a stub of their label whose ancestors are the ones that the
  /// relations before demand; what is left over meets within the label, the rest in order.
  ///
  /// - Complexity: O(relations × patterns × rows log rows); at most `maximumPatterns` patterns of demands are looked at.
  mutating func assignInOrder(stream: RandomStream, maximumPatterns: Int = 32) {
    for relation in stubOf.indices {
      let order = stream.permutation(count: rowCount, step: UInt32(relation))
      let demands = agreementsOf[relation].compactMap { index -> Link? in
        let demand = agreements[index]
        let own = demand.first.relation == relation ? demand.first : demand.second
        let other = demand.first.relation == relation ? demand.second : demand.first
        return other.relation < relation ? Link(own: own, other: other, meets: demand.meets) : nil
      }
      var taken = [Int32](repeating: -1, count: rowCount)
      if !demands.isEmpty {
        taken = demandedStubs(
          relation: relation, demands: Array(demands.prefix(62)), order: order, limit: maximumPatterns)
      }
      assign(relation: relation, completing(taken, relation: relation, order: order))
    }
  }

  private struct Link {
    let own: MatchingPath
    let other: MatchingPath
    let meets: [Bool]
  }

  /// Stubs for rows with demands, −1 where none is free.
  private func demandedStubs(relation: Int, demands: [Link], order: [Int32], limit: Int) -> [Int32] {
    var patternOf = [UInt64](repeating: 0, count: rowCount)
    for (bit, demand) in demands.enumerated() {
      for row in 0..<rowCount where demand.meets[row] { patternOf[row] |= 1 << UInt64(bit) }
    }
    var rowsOf: [UInt64: Int] = [:]
    for pattern in patternOf where pattern != 0 { rowsOf[pattern, default: 0] += 1 }
    // The most demanding patterns choose first.
    let patterns = rowsOf.keys.sorted {
      ($1.nonzeroBitCount, rowsOf[$1, default: 0], $0) < ($0.nonzeroBitCount, rowsOf[$0, default: 0], $1)
    }
    var taken = [Int32](repeating: -1, count: rowCount)
    var used = [Bool](repeating: false, count: rowCount)
    for pattern in patterns.prefix(limit) {
      let active = demands.indices.filter { pattern & (1 << UInt64($0)) != 0 }
      var rows: [(key: UInt64, index: Int32)] = []
      for row in 0..<rowCount where patternOf[row] == pattern {
        var key = UInt64(UInt32(bitPattern: rowLabels[relation][row]))
        for demand in active {
          key = TupleCounts.mix(key) ^ UInt64(UInt32(bitPattern: ancestor(demands[demand].other, row: row)))
        }
        rows.append((key, Int32(row)))
      }
      var stubs: [(key: UInt64, rank: Int32)] = []
      for (rank, stub) in order.enumerated() where !used[Int(stub)] {
        var key = UInt64(UInt32(bitPattern: stubLabels[relation][Int(stub)]))
        for demand in active {
          let path = demands[demand].own.path
          key = TupleCounts.mix(key) ^ UInt64(UInt32(bitPattern: ancestors[relation][path][Int(stub)]))
        }
        stubs.append((key, Int32(rank)))
      }
      rows.sort { ($0.key, $0.index) < ($1.key, $1.index) }
      stubs.sort { ($0.key, $0.rank) < ($1.key, $1.rank) }
      var position = 0
      for row in rows {
        while position < stubs.count, stubs[position].key < row.key { position += 1 }
        guard position < stubs.count else { break }
        guard stubs[position].key == row.key else { continue }
        let stub = order[Int(stubs[position].rank)]
        taken[Int(row.index)] = stub
        used[Int(stub)] = true
        position += 1
      }
    }
    return taken
  }

  /// Fills the rows without a stub from the unused stubs, within labels as far as possible.
  private func completing(_ taken: [Int32], relation: Int, order: [Int32]) -> [Int32] {
    var used = [Bool](repeating: false, count: rowCount)
    var open: [Int32] = []
    for row in 0..<rowCount {
      if taken[row] >= 0 { used[Int(taken[row])] = true } else { open.append(Int32(row)) }
    }
    let free = order.filter { !used[Int($0)] }
    let assignment = CellMatching.assign(
      rowLabels: open.map { rowLabels[relation][Int($0)] },
      stubLabels: free.map { stubLabels[relation][Int($0)] },
      stubOrder: free.indices.map { Int32($0) })
    var complete = taken
    for (position, row) in open.enumerated() { complete[Int(row)] = free[Int(assignment.stubOfRow[position])] }
    return complete
  }
}
