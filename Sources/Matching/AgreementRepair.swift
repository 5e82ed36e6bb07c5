extension SwapSearch {
  /// Candidates looked at for each unmet demand and path.
  private static let candidates = 12
  /// Passes without progress after which the search ends.
  private static let patience = 6

  /// Swaps within labels until every row does what its flags demand or nothing improves any more.
  ///
  /// A swap that only moves the defect to another row is taken when no better one is found: defects then wander until
  /// they meet a row that can take them.
  mutating func repairAgreements() {
    var stale = 0
    var pass = 0
    var budget = 12 * state.rowCount + 10_000
    var fewest = state.rowCount + 1
    while stale < Self.patience, budget > 0 {
      let active = state.agreements.indices.filter { pass < 2 || isOpen($0) }
      let rows = (0..<state.rowCount).filter { row in active.contains { state.isMismatch($0, row: row) } }
      if rows.isEmpty { return }
      stale = rows.count * 100 < fewest * 99 || pass < 3 ? 0 : stale + 1
      fewest = min(fewest, rows.count)
      pass += 1
      for row in rows {
        for demand in active where state.isMismatch(demand, row: row) {
          budget -= 1
          repair(demand: demand, row: row)
        }
      }
    }
  }

  /// Whether later passes still work on a demand: paths that are tied to each other always, others while their meeting
  /// rate is off.
  private func isOpen(_ demand: Int) -> Bool {
    state.agreements[demand].outranksLabels
      || Double(abs(meetingGap(demand).gap)) > JointMatching.meetingTolerance * Double(state.rowCount)
  }

  private mutating func repair(demand: Int, row: Int) {
    var sideways: (relation: Int, row: Int)?
    let remedies = remedies(demand: demand, row: row, acrossCells: false)
    let first = draws.next(below: 2)
    for side in 0..<2 {
      let (relation, index, range) = remedies[(first + side) % 2]
      guard let index, !range.isEmpty else { continue }
      let start = draws.next(below: range.count)
      for step in 0..<min(Self.candidates, range.count) {
        let stub = index[range.lowerBound + (start + step) % range.count]
        let other = Int(state.rowOf[relation][stub])
        if other == row { continue }
        let change = state.mismatchChange(relation: relation, row, other)
        if change < 0 {
          state.swap(relation: relation, row, other)
          return
        }
        if change == 0, sideways == nil, !keepsAncestors(relation: relation, row, stub) {
          sideways = (relation, other)
        }
      }
    }
    if sideways == nil || draws.next(below: 2) == 0, let wandering = wandering(demand: demand, row: row) {
      sideways = wandering
    }
    if let sideways { state.swap(relation: sideways.relation, row, sideways.row) }
  }

  /// A row of the same cell that can swap with a defective row without harm, typically one whose paths need not meet:
  /// the defect stays, but with other ancestors, for which there may be a remedy.
  private mutating func wandering(demand: Int, row: Int) -> (relation: Int, row: Int)? {
    let agreement = state.agreements[demand]
    let relation = draws.next(below: 2) == 0 ? agreement.first.relation : agreement.second.relation
    let (index, range) = cell(relation: relation, row: row, acrossCells: false)
    guard let index, !range.isEmpty else { return nil }
    let start = draws.next(below: range.count)
    for step in 0..<min(Self.candidates, range.count) {
      let stub = index[range.lowerBound + (start + step) % range.count]
      let other = Int(state.rowOf[relation][stub])
      if other == row || keepsAncestors(relation: relation, row, stub) { continue }
      if state.mismatchChange(relation: relation, row, other) <= 0 { return (relation, other) }
    }
    return nil
  }

  /// Whether taking a stub would leave all of a row's ancestors as they are.
  private func keepsAncestors(relation: Int, _ row: Int, _ stub: Int) -> Bool {
    let own = state.stub(relation, row)
    return state.ancestors[relation].allSatisfy { $0[own] == $0[stub] }
  }

  /// Lets labels give way where meeting rates still miss their demand by more than `tolerance` of the rows.
  ///
  /// Of several swaps that reduce the unmet demands the one is taken that moves the fewest rows out of their cell; when
  /// there is none the defect moves to another row, at first without any damage to labels.
  mutating func repairAgreementsAcrossCells(tolerance: Double) {
    let allowed = Int(tolerance * Double(state.rowCount))
    for demand in state.agreements.indices where state.agreements[demand].outranksLabels {
      var stale = 0
      var visits = 4 * state.rowCount + 20_000
      while stale < 4 * Self.patience, visits > 0 {
        let (gap, rows) = meetingGap(demand)
        var open = abs(gap) - allowed
        if open <= 0 { break }
        var moved = false
        for row in rows where state.isMismatch(demand, row: row) && state.agreements[demand].meets[row] == (gap < 0) {
          visits -= 1
          if repairAcrossCells(demand: demand, row: row, sidewaysDamage: stale / Self.patience) {
            moved = true
            open -= 1
            if open <= 0 { break }
          }
        }
        stale = moved ? 0 : stale + 1
      }
    }
  }

  /// Meeting rows minus rows that are to meet, and the rows whose demand is unmet.
  private func meetingGap(_ demand: Int) -> (gap: Int, rows: [Int]) {
    var gap = 0
    var rows: [Int] = []
    for row in 0..<state.rowCount where state.isMismatch(demand, row: row) {
      gap += state.agreements[demand].meets[row] ? -1 : 1
      rows.append(row)
    }
    return (gap, rows)
  }

  private mutating func repairAcrossCells(demand: Int, row: Int, sidewaysDamage: Int) -> Bool {
    var best: (relation: Int, row: Int, damage: Int)?
    var sideways: (relation: Int, row: Int, damage: Int)?
    for (relation, index, range) in remedies(demand: demand, row: row, acrossCells: true) where !range.isEmpty {
      let start = draws.next(below: range.count)
      for step in 0..<min(4 * Self.candidates, range.count) {
        let position = range.lowerBound + (start + step) % range.count
        let stub = index.map { $0[position] } ?? position
        let other = Int(state.rowOf[relation][stub])
        if other == row { continue }
        let change = state.mismatchChange(relation: relation, row, other)
        if change > 0 { continue }
        let damage = state.outsideChange(relation: relation, row, other)
        if change < 0 {
          if damage < best?.damage ?? .max { best = (relation, other, damage) }
        } else if damage <= sidewaysDamage, damage < sideways?.damage ?? .max,
          !keepsAncestors(relation: relation, row, stub)
        {
          sideways = (relation, other, damage)
        }
      }
    }
    if let best {
      state.swap(relation: best.relation, row, best.row)
    } else if draws.next(below: 2) == 0, let wandering = wandering(demand: demand, row: row) {
      state.swap(relation: wandering.relation, row, wandering.row)
    } else if let sideways {
      state.swap(relation: sideways.relation, row, sideways.row)
    }
    return best != nil
  }
}
