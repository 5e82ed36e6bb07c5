extension SwapSearch {
  /// Swaps stubs of rows that repeat another row's tuple until no more rows repeat than allowed.
  ///
  /// Within cells first: no label and no path agreement changes. Across cells, agreements still do not get worse unless
  /// nothing else helps. A swap that only moves the repeat elsewhere is taken when no better one is found.
  mutating func repairRepeats(acrossCells: Bool) {
    if state.tuples.isEmpty { state.countTuples() }
    var probes = 400 * state.rowCount + 20_000_000
    for demand in state.distinct.indices {
      // Tuples that repeat now and then anyway are not worth a label.
      if acrossCells, state.distinct[demand].allowedRepeats * 20 > state.rowCount { continue }
      var stale = 0
      var fewest = Int.max
      var pass = 0
      while stale < 30, probes > 0 {
        let open = state.tuples[demand].repeats - state.distinct[demand].allowedRepeats
        if open <= 0 { break }
        stale = open < fewest ? 0 : stale + 1
        fewest = min(fewest, open)
        let limit = min(state.rowCount, 64 << min(2 * pass, 20))
        for row in repeatedRows(demand) {
          if state.tuples[demand].repeats <= state.distinct[demand].allowedRepeats { break }
          guard state.tuples[demand].count(state.key(demand, row: row)) > 1 else { continue }
          let worsening = acrossCells && stale > 10 ? 1 : 0
          probes -= repair(
            repeatOf: demand, row: row, limit: limit, acrossCells: acrossCells, sideways: pass > 0, worsening: worsening
          )
        }
        pass += 1
      }
    }
  }

  private func repeatedRows(_ demand: Int) -> [Int] {
    (0..<state.rowCount).filter { state.tuples[demand].count(state.key(demand, row: $0)) > 1 }
  }

  /// Tries to end one repeat; returns the number of candidates looked at.
  private mutating func repair(
    repeatOf demand: Int, row: Int, limit: Int, acrossCells: Bool, sideways: Bool, worsening: Int
  ) -> Int {
    let relations = state.distinct[demand].relations
    let first = draws.next(below: relations.count)
    let before = state.excess
    var probes = 0
    var lateral: (relation: Int, row: Int)?
    var damaged: (relation: Int, row: Int, damage: Int)?
    for turn in relations.indices {
      let relation = relations[(first + turn) % relations.count]
      let (index, range) = candidates(relation: relation, row: row, acrossCells: acrossCells)
      if range.isEmpty { continue }
      let own = state.stubParents[relation][state.stub(relation, row)]
      let start = draws.next(below: range.count)
      for step in 0..<min(limit, range.count) {
        probes += 1
        let position = range.lowerBound + (start + step) % range.count
        let stub = index.map { $0[position] } ?? position
        if state.stubParents[relation][stub] == own { continue }
        if state.tuples[demand].count(state.key(demand, row: row, replacing: relation, with: stub)) > 0 { continue }
        let other = Int(state.rowOf[relation][stub])
        if state.mismatchChange(relation: relation, row, other) > worsening { continue }
        let damage = acrossCells ? state.outsideChange(relation: relation, row, other) : 0
        state.swap(relation: relation, row, other)
        let change = state.excess - before
        if change < 0, damage <= 0 { return probes }
        state.swap(relation: relation, row, other)
        if change < 0, damage < damaged?.damage ?? .max { damaged = (relation, other, damage) }
        if change == 0, damage <= 0, lateral == nil { lateral = (relation, other) }
      }
    }
    if let damaged {
      state.swap(relation: damaged.relation, row, damaged.row)
    } else if sideways, let lateral {
      state.swap(relation: lateral.relation, row, lateral.row)
    }
    return probes
  }

  /// Stubs that keep the first of the row's met agreements in a relation, else its whole cell.
  private func candidates(
    relation: Int, row: Int, acrossCells: Bool
  ) -> (index: StubIndex?, range: Range<Int>) {
    for demand in state.agreementsOf[relation] {
      let agreement = state.agreements[demand]
      guard agreement.meets[row], !state.isMismatch(demand, row: row) else { continue }
      let own = agreement.first.relation == relation ? agreement.first : agreement.second
      return cell(own, ancestor: state.ancestor(own, row: row), row: row, acrossCells: acrossCells)
    }
    return cell(relation: relation, row: row, acrossCells: acrossCells)
  }
}
