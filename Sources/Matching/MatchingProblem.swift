internal import Foundation

/// One parent relation of the table whose rows are to be matched.
public struct MatchingRelation: Sendable {
  /// The label each row asks for.
  public var rowLabels: [Int32]
  /// The label of each parent row.
  public var parentLabels: [Int32]
  /// The number of children each parent row is to have; they sum to the number of rows.
  public var sizes: [Int32]
  /// For each path that starts with this relation: the ancestor row of each parent row.
  public var ancestors: [[Int32]]

  /// Creates a relation.
  public init(rowLabels: [Int32], parentLabels: [Int32], sizes: [Int32], ancestors: [[Int32]] = []) {
    self.rowLabels = rowLabels
    self.parentLabels = parentLabels
    self.sizes = sizes
    self.ancestors = ancestors
  }
}

/// A path from the table to an ancestor: the relation it starts with and its position in that relation's `ancestors`.
public struct MatchingPath: Sendable, Hashable {
  /// Position of the relation.
  public var relation: Int
  /// Position of the path among the relation's ancestors.
  public var path: Int

  /// Creates a path.
  public init(relation: Int, path: Int) {
    self.relation = relation
    self.path = path
  }
}

/// Two paths to the same ancestor table, and for each row whether they are to meet in the same ancestor row.
public struct AgreementDemand: Sendable {
  /// One path.
  public var first: MatchingPath
  /// The other, through another relation.
  public var second: MatchingPath
  /// Whether the row's paths are to meet.
  public var meets: [Bool]
  /// Cost of a row whose paths do not meet but should.
  public var meetingWeight: Int
  /// Cost of a row whose paths meet but should not.
  public var partingWeight: Int
  /// Whether labels may give way to this demand.
  public var outranksLabels: Bool

  /// Creates a demand whose weights say how much the real meeting rate differs from what chance would give.
  ///
  /// The weights are log-likelihood ratios, log₂(rate / chance) for meeting and the same of the complements for parting,
  /// in quarters of a bit and at least one quarter. Paths that meet as often as by chance therefore never prevail over
  /// paths that are tied to each other, nor over labels.
  public init(first: MatchingPath, second: MatchingPath, meets: [Bool], realRate: Double, chanceRate: Double) {
    precondition(first.relation != second.relation, "two paths through relation \(first.relation) cannot be matched")
    self.first = first
    self.second = second
    self.meets = meets
    let meeting = Self.bits(realRate, chanceRate)
    let parting = Self.bits(1 - realRate, 1 - chanceRate)
    meetingWeight = max(1, Int((4 * abs(meeting)).rounded()))
    partingWeight = max(1, Int((4 * abs(parting)).rounded()))
    outranksLabels = realRate * meeting + (1 - realRate) * parting > 0.05
  }

  /// log₂ of a ratio of probabilities, limited to ±12.
  private static func bits(_ probability: Double, _ reference: Double) -> Double {
    if probability <= 0 { return reference <= 0 ? 0 : -12 }
    if reference <= 0 { return 12 }
    return max(-12, min(12, log2(probability / reference)))
  }
}

/// Relations whose tuples of parents may repeat only so often.
public struct DistinctDemand: Sendable {
  /// Positions of the relations, at least two.
  public var relations: [Int]
  /// Rows that may repeat the tuple of another row: rows − distinct tuples.
  public var allowedRepeats: Int

  /// Creates a demand.
  public init(relations: [Int], allowedRepeats: Int) {
    self.relations = relations
    self.allowedRepeats = allowedRepeats
  }
}

/// What joint matching has to satisfy.
public struct MatchingProblem: Sendable {
  /// Number of rows.
  public var rowCount: Int
  /// The parent relations.
  public var relations: [MatchingRelation]
  /// Paths that are to meet.
  public var agreements: [AgreementDemand]
  /// Tuples that are to differ.
  public var distinct: [DistinctDemand]

  /// Creates a problem.
  public init(
    rowCount: Int, relations: [MatchingRelation], agreements: [AgreementDemand] = [], distinct: [DistinctDemand] = []
  ) {
    for (position, relation) in relations.enumerated() {
      let offered = relation.sizes.reduce(0) { $0 + Int($1) }
      precondition(
        relation.rowLabels.count == rowCount && offered == rowCount,
        "relation \(position) has \(relation.rowLabels.count) row labels and \(offered) stubs for \(rowCount) rows")
    }
    for agreement in agreements {
      precondition(agreement.meets.count == rowCount, "\(agreement.meets.count) flags for \(rowCount) rows")
    }
    self.rowCount = rowCount
    self.relations = relations
    self.agreements = agreements
    self.distinct = distinct
  }
}

/// The parents of every row, and how far the demands are met.
public struct MatchingSolution: Sendable {
  /// The parent row of each row, per relation.
  public var parentRows: [[Int32]]
  /// Per agreement demand: rows whose paths meet.
  public var meetings: [Int]
  /// Per agreement demand: rows that do not do what their flag demands.
  public var mismatches: [Int]
  /// Per distinct demand: rows that repeat another row's tuple.
  public var repeats: [Int]
  /// Per relation: rows whose parent has another label than the row asks for.
  public var outsideCell: [Int]
}
