import Essentials
import Matching
import Storage
import TaskGraph
import Tensors

/// `match-start`: greedy matching as the start of an assignment, where cuts alone might end above it; else nothing.
struct MatchStartBody: TaskBody {
  let kind = "match-start"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.MatchStart.self)
    let rows = try MatchCoordinates(path: context.input("rows"))
    let matching = MatchSolveBody.matching(rows, match: parameters.match, seed: parameters.seed)
    var start = AssignmentSolution()
    if matching.startsGreedy {
      var greedy = GreedyRowMatching(otherCount: matching.chosen.count)
      try greedy.resolve(
        context.inputs("candidates").map(MatchCandidatesBody.read), anchors: matching.choosing,
        others: matching.chosen, progress: MatchBody.progress(context, of: matching.choosing.count))
      start = AssignmentSolution(rows: Array(0..<Int32(greedy.others.count)), matched: greedy.others)
    }
    try MatchSolveBody.write(start, to: context.outputPath(OutputName.part))
  }
}

/// `match-solve`: assigns kept rows to rows of the other version within some of the blocks of near rows.
struct MatchSolveBody: TaskBody {
  let kind = "match-solve"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.MatchSolve.self)
    let matching = Self.matching(
      try MatchCoordinates(path: context.input("rows")), match: parameters.match, seed: parameters.seed)
    let before = try context.inputs("before").map(Self.read)
    let matched = before.allSatisfy(\.rows.isEmpty) ? nil : matching.merge(before)
    let blocks = matching.partition(round: parameters.round, matched: matched)
    let first = blocks.count * parameters.part / parameters.parts
    let end = blocks.count * (parameters.part + 1) / parameters.parts
    var rows: [Int32] = []
    var found: [Int32] = []
    for block in first..<end {
      let solution = matching.solve(block..<(block + 1), of: blocks, matched: matched)
      rows += solution.rows
      found += solution.matched
      context.report(TaskProgress(fraction: Double(block + 1 - first) / Double(end - first), step: block))
      if context.shouldStop { throw ClavaError(.interrupted, "stopped after block \(block)") }
    }
    try Self.write(AssignmentSolution(rows: rows, matched: found), to: context.outputPath(OutputName.part))
  }

  static func write(_ solution: AssignmentSolution, to path: String) throws {
    let writer = try ArtifactWriter(path: path)
    try writer.write("rows", solution.rows)
    try writer.write("matched", solution.matched)
    try writer.finish()
  }

  static func matching(_ rows: MatchCoordinates, match: String, seed: UInt64) -> AssignmentRowMatching {
    AssignmentRowMatching(
      anchors: rows.anchors, others: rows.others, stream: RandomStream(seed: seed, name: "\(match)/cuts"))
  }

  static func read(_ path: String) throws -> AssignmentSolution {
    let reader = try ArtifactReader(path: path)
    return AssignmentSolution(
      rows: try reader.read("rows", as: Int32.self), matched: try reader.read("matched", as: Int32.self))
  }
}
