internal import Tensors

/// The assignment of rows to stubs in every relation, and what a swap of two rows' stubs would change.
struct JointState {
  let rowCount: Int
  let rowLabels: [[Int32]]
  let stubParents: [[Int32]]
  let stubLabels: [[Int32]]
  /// Relation, path, stub: the ancestor row.
  let ancestors: [[[Int32]]]
  let agreements: [AgreementDemand]
  let agreementsOf: [[Int]]
  /// Per relation the agreements that involve it, seen from its side.
  private let linksOf: [[Link]]
  private let meets: [[Bool]]
  let distinct: [DistinctDemand]
  let distinctOf: [[Int]]
  /// Relation, row: the stub.
  private(set) var stubOf: [[Int32]]
  /// Relation, stub: the row.
  private(set) var rowOf: [[Int32]]
  /// Per distinct demand; empty until `countTuples`.
  private(set) var tuples: [TupleCounts] = []

  /// An agreement without its flags, so that looking at it copies nothing.
  private struct Link {
    let demand: Int
    let ownPath: Int
    let other: MatchingPath
    let meetingWeight: Int
    let partingWeight: Int
  }

  init(_ problem: MatchingProblem) {
    rowCount = problem.rowCount
    rowLabels = problem.relations.map(\.rowLabels)
    let stubs = problem.relations.map { Stubs(parentLabels: $0.parentLabels, sizes: $0.sizes) }
    stubParents = stubs.map(\.parents)
    stubLabels = stubs.map(\.labels)
    ancestors = zip(problem.relations, stubs).map { relation, stubs in
      relation.ancestors.map { rows in stubs.parents.map { rows[Int($0)] } }
    }
    agreements = problem.agreements
    distinct = problem.distinct
    agreementsOf = problem.relations.indices.map { relation in
      problem.agreements.indices.filter {
        problem.agreements[$0].first.relation == relation || problem.agreements[$0].second.relation == relation
      }
    }
    linksOf = agreementsOf.enumerated().map { relation, demands in
      demands.map { index in
        let demand = problem.agreements[index]
        let isFirst = demand.first.relation == relation
        return Link(
          demand: index, ownPath: isFirst ? demand.first.path : demand.second.path,
          other: isFirst ? demand.second : demand.first, meetingWeight: demand.meetingWeight,
          partingWeight: demand.partingWeight)
      }
    }
    meets = problem.agreements.map(\.meets)
    distinctOf = problem.relations.indices.map { relation in
      problem.distinct.indices.filter { problem.distinct[$0].relations.contains(relation) }
    }
    stubOf = [[Int32]](repeating: [], count: problem.relations.count)
    rowOf = stubOf
  }

  /// Sets the whole assignment of one relation.
  mutating func assign(relation: Int, _ stubOfRow: [Int32]) {
    stubOf[relation] = stubOfRow
    var rows = [Int32](repeating: 0, count: rowCount)
    for row in 0..<rowCount { rows[Int(stubOfRow[row])] = Int32(row) }
    rowOf[relation] = rows
  }

  func stub(_ relation: Int, _ row: Int) -> Int { Int(stubOf[relation][row]) }

  func ancestor(_ path: MatchingPath, row: Int) -> Int32 {
    ancestors[path.relation][path.path][Int(stubOf[path.relation][row])]
  }

  /// Whether a row's paths do not do what its flag demands.
  func isMismatch(_ demand: Int, row: Int) -> Bool {
    (ancestor(agreements[demand].first, row: row) == ancestor(agreements[demand].second, row: row))
      != agreements[demand].meets[row]
  }

  /// Whether any demand is unmet in a row.
  func hasMismatch(row: Int) -> Bool { agreements.indices.contains { isMismatch($0, row: row) } }

  /// Weight of a row's unmet demands that involve a relation, if the row had the given stub there.
  private func mismatches(row: Int, relation: Int, stub: Int) -> Int {
    var count = 0
    for link in linksOf[relation] {
      let meeting = ancestors[relation][link.ownPath][stub] == ancestor(link.other, row: row)
      let wanted = meets[link.demand][row]
      if meeting != wanted { count += wanted ? link.meetingWeight : link.partingWeight }
    }
    return count
  }

  /// Change of the weight of unmet demands if two rows swapped their stubs of a relation.
  func mismatchChange(relation: Int, _ a: Int, _ b: Int) -> Int {
    if agreementsOf[relation].isEmpty { return 0 }
    let stubA = stub(relation, a)
    let stubB = stub(relation, b)
    return mismatches(row: a, relation: relation, stub: stubB) - mismatches(row: a, relation: relation, stub: stubA)
      + mismatches(row: b, relation: relation, stub: stubA) - mismatches(row: b, relation: relation, stub: stubB)
  }

  /// Change of the number of rows outside their cell if two rows swapped their stubs of a relation.
  func outsideChange(relation: Int, _ a: Int, _ b: Int) -> Int {
    let wantedA = rowLabels[relation][a]
    let wantedB = rowLabels[relation][b]
    let labelA = stubLabels[relation][stub(relation, a)]
    let labelB = stubLabels[relation][stub(relation, b)]
    return (labelB != wantedA ? 1 : 0) - (labelA != wantedA ? 1 : 0) + (labelA != wantedB ? 1 : 0)
      - (labelB != wantedB ? 1 : 0)
  }

  /// Rows whose stub of a relation has another label than they ask for.
  func outsideCell(relation: Int) -> Int {
    (0..<rowCount).reduce(0) {
      $0 + (stubLabels[relation][stub(relation, $1)] == rowLabels[relation][$1] ? 0 : 1)
    }
  }

  /// The key of a row's tuple of parents, with one relation's stub replaced when it is given.
  func key(_ demand: Int, row: Int, replacing relation: Int = -1, with stub: Int = 0) -> UInt64 {
    let relations = distinct[demand].relations
    return TupleRepeats.key(relations.count) { position in
      let member = relations[position]
      return stubParents[member][member == relation ? stub : Int(stubOf[member][row])]
    }
  }

  /// Builds the tables of tuple counts from the current assignment.
  mutating func countTuples() {
    tuples = distinct.indices.map { demand in
      var counts = TupleCounts(capacity: rowCount)
      for row in 0..<rowCount { counts.add(key(demand, row: row)) }
      return counts
    }
  }

  /// Repeats above what is allowed, over all demands.
  var excess: Int {
    distinct.indices.reduce(0) { $0 + max(0, tuples[$1].repeats - distinct[$1].allowedRepeats) }
  }

  /// Swaps two rows' stubs of a relation.
  mutating func swap(relation: Int, _ a: Int, _ b: Int) {
    if !tuples.isEmpty {
      for demand in distinctOf[relation] {
        tuples[demand].remove(key(demand, row: a))
        tuples[demand].remove(key(demand, row: b))
      }
    }
    let stubA = stubOf[relation][a]
    let stubB = stubOf[relation][b]
    stubOf[relation][a] = stubB
    stubOf[relation][b] = stubA
    rowOf[relation][Int(stubA)] = Int32(b)
    rowOf[relation][Int(stubB)] = Int32(a)
    if !tuples.isEmpty {
      for demand in distinctOf[relation] {
        tuples[demand].add(key(demand, row: a))
        tuples[demand].add(key(demand, row: b))
      }
    }
  }
}
