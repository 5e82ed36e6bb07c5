import Essentials
import Matching
import TaskGraph

/// `match`: finds for each kept row of a table the row of another version that it takes its parent from
/// (reference-method §9).
struct MatchBody: TaskBody {
  let kind = "match"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.Match.self)
    let versions = try Versions(context, views: parameters.views)
    let models = try parameters.views.map { view in
      try context.inputs("model/\(view.name)").first.map(StoredModel.information(path:))
    }
    let features = MatchFeatures(versions, models: models)
    let scaling: MatchFeatures.Scaling = parameters.features == "raw" ? .raw : .scaled
    let anchors = try features.rows(of: versions.anchor, scaling: scaling, seed: parameters.seed)
    let others = try features.rows(
      of: versions.others[parameters.other], scaling: scaling, seed: parameters.seed)
    context.report(TaskProgress(fraction: 0.05))
    let match = try self.match(parameters, anchors: anchors, others: others)
    let distances = match.squaredDistances.map { Double($0).squareRoot() }
    try StoredMatches(
      rows: match.others, repeatedCount: match.repeatedCount,
      meanDistance: distances.isEmpty ? 0 : distances.reduce(0, +) / Double(distances.count)
    ).write(to: context.outputPath(OutputName.matches))
  }

  private func match(_ parameters: Parameters.Match, anchors: MatchRows, others: MatchRows) throws -> RowMatch {
    switch parameters.kind {
    // Permuted keys are those that greedy matching finds.
    case "greedy", "none": return GreedyRowMatching.match(anchors: anchors, others: others)
    case "nearest":
      guard let repeats = NearestRowMatching.Repeats(rawValue: parameters.repeats) else {
        throw ClavaError(.internal, "there is no rule '\(parameters.repeats)' for repeated matches")
      }
      return NearestRowMatching.match(anchors: anchors, others: others, repeats: repeats)
    case "assignment": return AssignmentRowMatching.match(anchors: anchors, others: others)
    default: throw ClavaError(.internal, "there is no matching '\(parameters.kind)'")
    }
  }
}
