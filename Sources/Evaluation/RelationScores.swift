/// Cardinality and intertable trends (1-hop) of one relation.
public struct RelationScores: Sendable, Codable, Hashable {
  /// The name of the relation.
  public let relation: String
  /// The table that is referred to.
  public let parent: String
  /// The table that has the foreign key.
  public let child: String
  /// Agreement of the numbers of children per parent, parents without children included.
  public let cardinality: Score
  /// One score a (parent column, child column), first by the parent's columns.
  public let pairs: [PairScore]

  /// Scores the group sizes and every pair of a parent's and a child's column over child rows that have a parent.
  ///
  /// - Parameter seed: of the rows on which the mode that follows sdmetrics counts large joins.
  /// - Complexity: O(n) a pair; memory is a few bytes a value of the child's columns and one gathered parent column.
  public static func compute(
    relation: String, parent: TablePair, child: TablePair, parentRows: ParentRows, mode: EvaluationMode = .paper,
    seed: UInt64 = 0
  ) -> RelationScores {
    parentRows.check(relation: relation, parent: parent, child: child)
    let real = InnerJoin(parentRows.real)
    let synthetic = InnerJoin(parentRows.synthetic)
    // The same name gives the same positions of the join for both tables.
    let children = ModeSample.apply(
      mode, seed: seed, name: relation, real: real.child, synthetic: synthetic.child)
    let parents = ModeSample.apply(
      mode, seed: seed, name: relation, real: real.parent, synthetic: synthetic.parent)
    let childColumns = PairMetrics.prepare(
      child, real: children.real, synthetic: children.synthetic, partners: parent.real.columns)
    let needsBins = child.real.columns.contains { !$0.isContinuous }
    var pairs: [PairScore] = []
    for index in parent.real.columns.indices {
      let column = JoinedColumn(
        index, of: parent, real: parents.real, synthetic: parents.synthetic, needsBins: needsBins)
      for childColumn in childColumns { pairs.append(PairMetrics.score(column, childColumn, mode: mode)) }
    }
    return RelationScores(
      relation: relation, parent: parent.name, child: child.name,
      cardinality: cardinality(
        real: childCounts(parentRows.real, parent.real.rowCount),
        synthetic: childCounts(parentRows.synthetic, parent.synthetic.rowCount)),
      pairs: pairs)
  }

  /// 1 − the Kolmogorov–Smirnov distance of the numbers of children; one count a parent, zeros included.
  public static func cardinality(real: [Int32], synthetic: [Int32]) -> Score {
    if real.isEmpty { return .undefined("the real parent table is empty") }
    if synthetic.isEmpty { return .undefined("the synthetic parent table is empty") }
    let largest = Int(max(real.max() ?? 0, synthetic.max() ?? 0))
    var difference = [Int](repeating: 0, count: largest + 1)
    for count in real { difference[Int(count)] += synthetic.count }
    for count in synthetic { difference[Int(count)] -= real.count }
    var cumulative = 0
    var distance = 0
    for step in difference {
      cumulative += step
      distance = max(distance, abs(cumulative))
    }
    return Score(1 - Double(distance) / (Double(real.count) * Double(synthetic.count)))
  }

  static func childCounts(_ parentRows: [Int32], _ parentCount: Int) -> [Int32] {
    var counts = [Int32](repeating: 0, count: parentCount)
    for row in parentRows where row >= 0 { counts[Int(row)] += 1 }
    return counts
  }

  /// Child rows that have a parent, and the parents they have.
  private struct InnerJoin {
    let child: RowView
    let parent: RowView

    init(_ parentRows: [Int32]) {
      if parentRows.allSatisfy({ $0 >= 0 }) {
        child = .all(parentRows.count)
        parent = .listed(parentRows)
      } else {
        let present = parentRows.indices.filter { parentRows[$0] >= 0 }
        child = .listed(present.map { Int32($0) })
        parent = .listed(present.map { parentRows[$0] })
      }
    }
  }
}
