/// Trends between the two ends of a path of two or more relations (k-hop).
public struct PathScores: Sendable, Codable, Hashable {
  /// The relations, from the top table downwards.
  public let relations: [String]
  /// The table at the top.
  public let top: String
  /// The table at the bottom.
  public let bottom: String
  /// One score a (bottom column, top column), first by the bottom's columns.
  public let pairs: [PairScore]

  /// The number of relations, k.
  public var hop: Int { relations.count }

  /// Scores every pair of a bottom and a top column over all rows of the bottom table.
  ///
  /// The join is a left join: a bottom row whose chain of keys ends early has missing top values, and top rows
  /// without descendants do not appear. Tables between the ends are never touched, only their keys.
  ///
  /// - Parameter path: the names of the relations from the top downwards, at least two.
  /// - Parameter parentRows: one entry a relation of `path`, in the same order.
  /// - Parameter seed: of the rows on which the mode that follows sdmetrics counts large joins.
  /// - Complexity: O(n) a pair and a relation, n the rows of the bottom table.
  public static func compute(
    path: [String], top: TablePair, bottom: TablePair, parentRows: [ParentRows], mode: EvaluationMode = .paper,
    seed: UInt64 = 0
  ) -> PathScores {
    precondition(
      path.count >= 2 && path.count == parentRows.count,
      "a path of \(path.count) relations with \(parentRows.count) arrays of parent rows; both must be equal, at least 2"
    )
    let realRows = topRows(parentRows.map(\.real), path: path, top: top.real, bottom: bottom.real)
    let syntheticRows = topRows(
      parentRows.map(\.synthetic), path: path, top: top.synthetic, bottom: bottom.synthetic)
    let name = path.joined(separator: "/")
    let bottoms = ModeSample.apply(
      mode, seed: seed, name: name, real: .all(bottom.real.rowCount), synthetic: .all(bottom.synthetic.rowCount))
    let tops = ModeSample.apply(
      mode, seed: seed, name: name, real: .listed(realRows), synthetic: .listed(syntheticRows))
    let bottomColumns = PairMetrics.prepare(
      bottom, real: bottoms.real, synthetic: bottoms.synthetic, partners: top.real.columns)
    let needsBins = bottom.real.columns.contains { !$0.isContinuous }
    // One gathered top column at a time; the results are put into the order of the bottom's columns afterwards.
    let byTop = top.real.columns.indices.map { index in
      let column = JoinedColumn(index, of: top, real: tops.real, synthetic: tops.synthetic, needsBins: needsBins)
      return bottomColumns.map { PairMetrics.score($0, column, mode: mode) }
    }
    let pairs = bottomColumns.indices.flatMap { index in byTop.map { $0[index] } }
    return PathScores(relations: path, top: top.name, bottom: bottom.name, pairs: pairs)
  }

  /// The top row of every bottom row, −1 where a key on the way is null or dangling.
  static func topRows(
    _ parentRows: [[Int32]], path: [String], top: EvaluationTable, bottom: EvaluationTable
  ) -> [Int32] {
    guard var rows = parentRows.last else { return [] }
    precondition(
      rows.count == bottom.rowCount,
      "relation \(path.last ?? ""): \(rows.count) parent rows for \(bottom.rowCount) rows of \(bottom.name)")
    for (relation, parents) in zip(path, parentRows).dropLast().reversed() {
      precondition(
        ParentRows.areWithin(rows, parents.count),
        "path \(path): a row lies outside the \(parents.count) rows of the child table of \(relation)")
      for index in rows.indices where rows[index] >= 0 { rows[index] = parents[Int(rows[index])] }
    }
    precondition(
      ParentRows.areWithin(rows, top.rowCount), "path \(path): a row lies outside the \(top.rowCount) of \(top.name)")
    return rows
  }
}
