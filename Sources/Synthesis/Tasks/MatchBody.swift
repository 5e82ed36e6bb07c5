import Essentials
import Matching
import TaskGraph

/// `match`: joins the parts of a match: for each kept row of a table the row of another version that it takes its
/// parent from (reference-method §9).
struct MatchBody: TaskBody {
  let kind = "match"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.Match.self)
    let rows = try MatchCoordinates(path: context.input("rows"))
    let match = try self.match(context, parameters, rows)
    let distances = match.squaredDistances.map { Double($0).squareRoot() }
    try StoredMatches(
      rows: match.others, repeatedCount: match.repeatedCount,
      meanDistance: distances.isEmpty ? 0 : distances.reduce(0, +) / Double(distances.count)
    ).write(to: context.outputPath(OutputName.matches))
  }

  /// Reports how many of `count` rows are served, and ends the work where that is asked for.
  static func progress(_ context: any TaskContext, of count: Int) -> (Int) throws -> Void {
    { served in
      context.report(TaskProgress(fraction: Double(served) / Double(max(1, count)), step: served))
      if context.shouldStop { throw ClavaError(.interrupted, "stopped before row \(served)") }
    }
  }

  private func match(
    _ context: any TaskContext, _ parameters: Parameters.Match, _ rows: MatchCoordinates
  ) throws -> RowMatch {
    let parts = try context.inputs("part")
    switch parameters.kind {
    // Permuted keys are those that greedy matching finds.
    case "greedy", "none":
      var greedy = GreedyRowMatching(otherCount: rows.others.count)
      try greedy.resolve(
        parts.map(MatchCandidatesBody.read), anchors: rows.anchors, others: rows.others,
        progress: Self.progress(context, of: rows.anchors.count))
      return greedy.match
    case "nearest":
      guard let repeats = NearestRowMatching.Repeats(rawValue: parameters.repeats) else {
        throw ClavaError(.internal, "there is no rule '\(parameters.repeats)' for repeated matches")
      }
      return NearestRowMatching.resolve(
        try parts.map(MatchCandidatesBody.read), anchors: rows.anchors, others: rows.others, repeats: repeats)
    case "assignment":
      let matching = MatchSolveBody.matching(rows, match: parameters.match, seed: parameters.seed)
      return matching.result(matching.merge(try parts.map(MatchSolveBody.read)))
    default: throw ClavaError(.internal, "there is no matching '\(parameters.kind)'")
    }
  }
}
