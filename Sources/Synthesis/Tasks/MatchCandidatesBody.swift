import Essentials
import Matching
import Storage
import TaskGraph

/// `match-candidates`: the nearest rows of the other version for a block of kept rows.
struct MatchCandidatesBody: TaskBody {
  let kind = "match-candidates"
  let codeVersion = 1

  /// Kept rows that are searched for at a time, between reports of progress.
  private static let stepRows = 4_096

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.MatchCandidates.self)
    let rows = try MatchCoordinates(path: context.input("rows"))
    if parameters.isForAssignment,
      !MatchSolveBody.matching(rows, match: parameters.match, seed: parameters.seed).startsGreedy
    {
      try Self.write([], firstRow: 0, to: context.outputPath(OutputName.part))
      return
    }
    let end = min(parameters.endRow ?? rows.anchors.count, rows.anchors.count)
    let block = min(parameters.firstRow, end)..<end
    var parts: [NeighbourCandidates] = []
    for step in NeighbourCandidates.blocks(of: block, size: Self.stepRows) {
      parts.append(
        NeighbourCandidates.find(
          block: step, anchors: rows.anchors, others: rows.others, candidateCount: parameters.candidates))
      context.report(
        TaskProgress(fraction: Double(step.upperBound - block.lowerBound) / Double(max(1, block.count))))
      if context.shouldStop { throw ClavaError(.interrupted, "stopped after row \(step.upperBound)") }
    }
    try Self.write(parts, firstRow: block.lowerBound, to: context.outputPath(OutputName.part))
  }

  static func write(_ parts: [NeighbourCandidates], firstRow: Int, to path: String) throws {
    let writer = try ArtifactWriter(path: path)
    try writer.writeJSON("first-row", firstRow)
    try writer.writeJSON("row-count", parts.reduce(0) { $0 + $1.anchorCount })
    try writer.writeJSON("candidate-count", parts.first?.candidateCount ?? 0)
    try writer.write("others", parts.flatMap(\.others))
    try writer.write("squared-distances", parts.flatMap(\.squaredDistances))
    try writer.finish()
  }

  static func read(_ path: String) throws -> NeighbourCandidates {
    let reader = try ArtifactReader(path: path)
    return NeighbourCandidates(
      firstAnchor: try reader.readJSON("first-row", as: Int.self),
      anchorCount: try reader.readJSON("row-count", as: Int.self),
      candidateCount: try reader.readJSON("candidate-count", as: Int.self),
      others: try reader.read("others", as: Int32.self),
      squaredDistances: try reader.read("squared-distances", as: Float.self))
  }
}
