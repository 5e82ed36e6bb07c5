public import Tensors

/// Matching of a table with several parents: every row takes a stub of its label in each relation, such that paths meet
/// where they should and tuples of parents repeat as rarely as they should.
///
/// An assignment in cells is improved by swaps of two rows' stubs of one relation, which keep group sizes by
/// construction. Swaps stay within a label until that is not enough; then labels give way in as few rows as possible.
public enum JointMatching {
  /// Share of the rows by which a meeting rate may miss its demand before labels give way.
  public static let meetingTolerance = 0.01

  /// Solves a problem; the result is a function of the problem and the stream.
  ///
  /// - Complexity: O(rows log rows) with constants for relations, demands and passes.
  public static func solve(_ problem: MatchingProblem, stream: RandomStream) -> MatchingSolution {
    var state = JointState(problem)
    state.assignInOrder(stream: stream)
    if !problem.agreements.isEmpty || !problem.distinct.isEmpty {
      var search = SwapSearch(state: state, stream: stream)
      search.repairAgreements()
      search.repairAgreementsAcrossCells(tolerance: meetingTolerance)
      search.repairRepeats(acrossCells: false)
      search.repairRepeats(acrossCells: true)
      state = search.state
    }
    return MatchingSolution(
      parentRows: problem.relations.indices.map { relation in
        (0..<problem.rowCount).map { state.stubParents[relation][state.stub(relation, $0)] }
      },
      meetings: problem.agreements.map { demand in
        (0..<problem.rowCount).reduce(0) {
          $0 + (state.ancestor(demand.first, row: $1) == state.ancestor(demand.second, row: $1) ? 1 : 0)
        }
      },
      mismatches: problem.agreements.indices.map { demand in
        (0..<problem.rowCount).reduce(0) { $0 + (state.isMismatch(demand, row: $1) ? 1 : 0) }
      },
      repeats: problem.distinct.indices.map { state.tuples[$0].repeats },
      outsideCell: problem.relations.indices.map { state.outsideCell(relation: $0) })
  }
}
