internal import Matching
internal import Tensors

/// The structure of a synthetic table: which record each row copies and which parents it has.
public struct TableStructure: Codable, Sendable, Equatable {
  /// Number of synthetic rows.
  public var rowCount: Int
  /// The real row whose record each synthetic row copies.
  public var recordOf: [Int32]
  /// Per parent relation: the parent row of each row.
  public var parentRows: [[Int32]]
  /// Per child relation: the label of each row as a parent.
  public var childLabels: [[Int32]]
  /// Per child relation: the group size of each row.
  public var childSizes: [[Int32]]
  /// What was kept and what was given up.
  public var report: StructureReport

  /// Builds the structure of a table whose parents' structures exist.
  ///
  /// - Scale 1: the real records, permuted; every group size is kept.
  /// - Other scales: each record as often as the scale says, by quota over like records, so that every table has the
  ///   scaled number of rows; the parents' group sizes are fitted to it by quota within each label.
  /// - `resampled`: every root row copies a record drawn with replacement. The stubs that the first relation's parents
  ///   offer fix the number of rows of a child; records fill them by quota within each label, and the other relations'
  ///   group sizes are fitted.
  /// - Kept rows (lookup): rows and records stay; group sizes are multiplied by the scale by quota.
  /// - Several parents: paths to a common ancestor meet as in the real rows, and tuples of parents repeat at most as
  ///   often as in the real rows.
  ///
  /// - Complexity: O(rows log rows).
  public static func build(_ input: TableStructureInput) -> TableStructure {
    let records = StructureRecords(input)
    let recordOf = records.recordOf
    let pairs = PathPairs(input.parents)
    var relations: [MatchingRelation] = []
    var outcomes: [StructureReport.RelationOutcome] = []
    for (position, parent) in input.parents.enumerated() {
      let rowLabels = recordOf.map { parent.realRowLabels[Int($0)] }
      var sizes = parent.sizes
      var changed = 0
      if recordOf.isEmpty {
        sizes = [Int32](repeating: 0, count: sizes.count)
      } else if position > 0 || input.keepsRows || (input.kind == .exact && input.scale != 1) {
        let stream = RandomStream(seed: input.seed, name: "structure/\(input.table)/sizes/\(parent.relation)")
        (sizes, changed) = GroupSizes.fitted(sizes, labels: parent.labels, rowLabels: rowLabels, stream: stream)
      }
      outcomes.append(.init(relation: parent.relation, outsideLabel: 0, resizedUnits: changed))
      relations.append(
        MatchingRelation(
          rowLabels: rowLabels, parentLabels: parent.labels, sizes: sizes,
          ancestors: pairs.ancestors(relation: position, parentCount: parent.labels.count)))
    }
    let repetitions = TupleSets(input.parents)
    let solution = JointMatching.solve(
      MatchingProblem(
        rowCount: recordOf.count, relations: relations, agreements: input.demandsAgreement ? pairs.demands(recordOf: recordOf) : [],
        distinct: input.demandsDistinctTuples ? repetitions.demands(rowCount: recordOf.count) : []),
      stream: RandomStream(seed: input.seed, name: "structure/\(input.table)/stubs"))
    for position in outcomes.indices { outcomes[position].outsideLabel = solution.outsideCell[position] }
    let report = StructureReport(
      table: input.table, rowCount: recordOf.count, rowsWithoutRecord: records.rowsWithoutRecord,
      labelsWithoutStubs: records.labelsWithoutStubs, relations: outcomes,
      agreements: pairs.report(parentRows: solution.parentRows),
      repetitions: repetitions.report(parentRows: solution.parentRows))
    return TableStructure(
      rowCount: recordOf.count, recordOf: recordOf, parentRows: solution.parentRows,
      childLabels: input.children.map { child in recordOf.map { child.labels[Int($0)] } },
      childSizes: input.children.map { child in
        let sizes = recordOf.map { child.sizes[Int($0)] }
        if !input.keepsRows { return sizes }
        let stream = RandomStream(seed: input.seed, name: "structure/\(input.table)/children/\(child.relation)")
        return GroupSizes.scaled(
          sizes, labels: recordOf.map { child.labels[Int($0)] }, scale: input.scale, stream: stream)
      }, report: report)
  }
}

/// The sets of parent relations whose tuples are watched: every pair, and all together.
private struct TupleSets {
  /// Sets that repeat more often than this are measured but not repaired: they describe categories, not pairs.
  static let maximumRate = 0.9

  let names: [String]
  let sets: [[Int]]
  let realRepeats: [Int]
  let realRowCount: Int

  init(_ parents: [ParentSide]) {
    names = parents.map(\.relation)
    var sets: [[Int]] = []
    for second in parents.indices {
      for first in 0..<second { sets.append([first, second]) }
    }
    if parents.count > 2 { sets.append(Array(parents.indices)) }
    self.sets = sets
    realRowCount = parents.first?.realParentRows.count ?? 0
    realRepeats = sets.map { set in TupleRepeats.count(columns: set.map { parents[$0].realParentRows }) }
  }

  private func realRate(_ set: Int) -> Double {
    realRowCount == 0 ? 0 : Double(realRepeats[set]) / Double(realRowCount)
  }

  func demands(rowCount: Int) -> [DistinctDemand] {
    sets.indices.filter { realRate($0) <= Self.maximumRate }.map { set in
      DistinctDemand(relations: sets[set], allowedRepeats: realRepeats[set] * rowCount / max(1, realRowCount))
    }
  }

  func report(parentRows: [[Int32]]) -> [StructureReport.TupleRepetition] {
    sets.indices.map { set in
      let rowCount = parentRows.first?.count ?? 0
      let repeats = TupleRepeats.count(columns: sets[set].map { parentRows[$0] })
      return StructureReport.TupleRepetition(
        relations: sets[set].map { names[$0] }, realRate: realRate(set),
        syntheticRate: rowCount == 0 ? 0 : Double(repeats) / Double(rowCount), syntheticRepeats: repeats)
    }
  }
}
