import Matching
import Storage
import Tensors
import TestSupport
import Testing

private let stream = RandomStream(seed: 0, name: "tests/cuts")

private func assign(_ anchors: MatchRows, _ others: MatchRows, _ options: AssignmentOptions = AssignmentOptions())
  -> RowMatch
{
  AssignmentRowMatching(anchors: anchors, others: others, options: options, stream: stream).match()
}

/// The least total distance over all ways to give every anchor a row of its own.
private func optimum(_ anchors: MatchRows, _ others: MatchRows) -> Double {
  var best = Double.infinity
  func place(_ anchor: Int, _ used: Set<Int>, _ total: Double) {
    guard total < best else { return }
    guard anchor < anchors.count else {
      best = total
      return
    }
    for other in 0..<others.count where !used.contains(other) {
      let square = (0..<anchors.width).reduce(Double(0)) {
        let difference =
          Double(anchors.values[anchor * anchors.width + $1]) - Double(others.values[other * others.width + $1])
        return $0 + difference * difference
      }
      place(anchor + 1, used.union([other]), total + square.squareRoot())
    }
  }
  place(0, [], 0)
  return best
}

@Suite("Block-wise assignment")
struct AssignmentRowMatchingTests {
  @Test("Golden tables: below greedy and near the optimum", arguments: ["a500_d8", "a2000_d12"])
  func golden(group: String) throws {
    let reader = try ArtifactReader(path: Fixtures.path("golden/matching.h5"))
    let anchors = try goldenRows(reader, "\(group)/anchor")
    let others = try goldenRows(reader, "\(group)/other")
    let match = assign(anchors, others)
    let greedy = try reader.read("\(group)/greedy_total_distance", as: Double.self)[0]
    let greedySquared = try reader.read("\(group)/greedy_total_sq_distance", as: Double.self)[0]
    let optimal = try reader.read("\(group)/optimal_total_sq_distance", as: Double.self)[0]
    #expect(match.repeatedCount == 0)
    #expect(match.totalDistance < 0.95 * greedy)
    #expect(match.totalSquaredDistance < 0.9 * greedySquared)
    #expect(match.totalSquaredDistance >= optimal * (1 - 1e-6))
    // Several blocks stay below greedy too.
    let cut = assign(anchors, others, AssignmentOptions(blockRows: anchors.count / 4, rounds: 4))
    #expect(cut.repeatedCount == 0)
    #expect(cut.totalDistance < greedy)
  }

  @Test("Ties: the total is that of greedy or less")
  func ties() throws {
    let reader = try ArtifactReader(path: Fixtures.path("golden/matching.h5"))
    let match = assign(
      try goldenRows(reader, "ties_40_d3/anchor"), try goldenRows(reader, "ties_40_d3/other"))
    #expect(match.repeatedCount == 0)
    #expect(match.totalDistance <= 4)
  }

  @Test("Small tables come close to the exhaustive optimum")
  func exhaustive() throws {
    for seed in UInt64(0)..<40 {
      let count = 1 + Int(seed % 6)
      let extra = Int(seed % 3)
      let anchors = try randomRows(count, width: 2, seed: seed, whole: seed % 2 == 0)
      let others = try randomRows(count + extra, width: 2, seed: 100 + seed, whole: seed % 2 == 0)
      let match = assign(anchors, others, AssignmentOptions(precision: 1e-3))
      #expect(match.repeatedCount == 0)
      #expect(match.totalDistance <= optimum(anchors, others) * 1.001 + 1e-3)
    }
  }

  @Test("Standard normal rows: several blocks stay below greedy")
  func normalRows() throws {
    let anchors = try randomRows(6_000, width: 12, seed: 7)
    let others = try randomRows(6_000, width: 12, seed: 8)
    let greedy = GreedyRowMatching.match(anchors: anchors, others: others)
    let match = assign(anchors, others)
    #expect(match.repeatedCount == 0)
    #expect(match.totalDistance < greedy.totalDistance)
    #expect(match.totalSquaredDistance < greedy.totalSquaredDistance)
  }

  @Test(
    "From greedy matching the total never rises above it", arguments: [(900, 900, 20), (900, 2_500, 3), (700, 720, 1)])
  func greedyStart(anchorCount: Int, otherCount: Int, width: Int) throws {
    for whole in [false, true] {
      let anchors = try randomRows(anchorCount, width: width, seed: 13, whole: whole)
      let others = try randomRows(otherCount, width: width, seed: 14, whole: whole)
      let options = AssignmentOptions(blockRows: 100, start: .greedy)
      let match = assign(anchors, others, options)
      #expect(match.repeatedCount == 0)
      #expect(match.totalDistance <= GreedyRowMatching.match(anchors: anchors, others: others).totalDistance)
    }
  }

  @Test("The automatic start is greedy for many features, repeated values and spare rows")
  func automaticStart() throws {
    func startsGreedy(_ count: Int, _ other: Int, width: Int, whole: Bool = false) throws -> Bool {
      AssignmentRowMatching(
        anchors: try randomRows(count, width: width, seed: 15, whole: whole),
        others: try randomRows(other, width: width, seed: 16), stream: stream
      ).startsGreedy
    }
    #expect(try !startsGreedy(100, 105, width: 12))
    #expect(try startsGreedy(100, 100, width: 17))
    #expect(try startsGreedy(100, 120, width: 12))
    #expect(try startsGreedy(120, 100, width: 12))
    #expect(try startsGreedy(100, 100, width: 12, whole: true))
  }

  @Test("Rounds never raise the total, and blocks solved apart and in any order give the same rows")
  func rounds() throws {
    let matching = AssignmentRowMatching(
      anchors: try randomRows(900, width: 4, seed: 9), others: try randomRows(1_000, width: 4, seed: 10),
      options: AssignmentOptions(blockRows: 60, rounds: 4, start: .cuts), stream: stream)
    var matched: [Int32]?
    var last = Double.infinity
    for round in 0..<matching.rounds {
      let blocks = matching.partition(round: round, matched: matched)
      #expect(blocks.count >= 15)
      #expect(blocks.anchors.sorted() == (0..<900).map { $0 })
      #expect(Set(blocks.others).count == 1_000)
      let whole = matching.solve(0..<blocks.count, of: blocks, matched: matched)
      let parts = (0..<blocks.count).reversed().map {
        matching.solve($0..<$0 + 1, of: blocks, matched: matched)
      }
      matched = matching.merge(parts)
      #expect(matched == matching.merge([whole]))
      let total = matching.result(matched ?? []).totalDistance
      #expect(total <= last * (1 + 1e-12))
      last = total
    }
    let same = matching.match() == matching.result(matched ?? [])
    #expect(same)
  }

  @Test("Anchors crowd where only some of the rows are: free rows there are used")
  func crowded() throws {
    let anchors = try line((0..<400).map { Float($0) * 0.01 })
    let others = try line((0..<400).map { Float($0) * 0.01 + 0.004 } + (0..<400).map { 1_000 + Float($0) })
    let match = assign(anchors, others, AssignmentOptions(blockRows: 50))
    #expect(match.repeatedCount == 0)
    #expect(match.totalDistance < 400 * 0.02)
  }

  @Test("With fewer other rows every row is used and the rest repeats its nearest")
  func fewerRows() throws {
    let anchors = try randomRows(500, width: 3, seed: 11)
    let others = try randomRows(200, width: 3, seed: 12)
    let match = assign(anchors, others, AssignmentOptions(blockRows: 64))
    #expect(Set(match.others).count == 200)
    #expect(match.repeatedCount == 300)
  }

  @Test("Tables without rows or features, duplicates and constants are assigned")
  func degenerate() throws {
    let none = try line([])
    #expect(assign(none, none).others == [])
    #expect(assign(none, try line([1])).others == [])
    #expect(assign(try line([1, 2]), none).others == [-1, -1])
    let narrow = try MatchRows(values: [], width: 0, count: 100)
    #expect(Set(assign(narrow, narrow, AssignmentOptions(blockRows: 8)).others).count == 100)
    let constant = try MatchRows(values: [Float](repeating: 7, count: 600), width: 2, count: 300)
    let match = assign(constant, constant, AssignmentOptions(blockRows: 32))
    #expect(Set(match.others).count == 300)
    #expect(match.totalDistance == 0)
  }

  @Test("Whole numbers with many ties and one far row end")
  func manyTies() throws {
    let values = (0..<1_000).map { Float($0 % 7) }
    let anchors = try line(values)
    var shifted = values.map { Float(6 - $0) }
    shifted[500] = 1e6
    let match = assign(anchors, try line(shifted))
    #expect(Set(match.others).count == 1_000)
    let greedy = GreedyRowMatching.match(anchors: anchors, others: try line(shifted))
    #expect(match.totalDistance <= greedy.totalDistance)
  }
}
