import Essentials
import Matching
import Storage
import Tensors
import TestSupport
import Testing

/// Rows of the golden file.
func goldenRows(_ reader: ArtifactReader, _ name: String) throws -> MatchRows {
  let shape = try reader.shape(name)
  return try MatchRows(values: try reader.read(name, as: Float.self), width: shape[1], count: shape[0])
}

/// Standard normal rows, rounded to whole numbers if asked, which gives many equal distances.
func randomRows(_ count: Int, width: Int, seed: UInt64, whole: Bool = false) throws -> MatchRows {
  let stream = RandomStream(seed: seed, name: "tests/rows")
  let values = (0..<count * width).map { Float(stream.normal(row: UInt64($0))) }
  return try MatchRows(values: whole ? values.map { $0.rounded() } : values, width: width, count: count)
}

/// Rows of one feature.
func line(_ values: [Float]) throws -> MatchRows { try MatchRows(values: values, width: 1, count: values.count) }

private func squaredDistance(_ anchors: MatchRows, _ anchor: Int, _ others: MatchRows, _ other: Int) -> Float {
  (0..<anchors.width).reduce(0) {
    let difference = anchors.values[anchor * anchors.width + $1] - others.values[other * others.width + $1]
    return $0 + difference * difference
  }
}

/// The procedure in its plainest form.
private func plainGreedy(_ anchors: MatchRows, _ others: MatchRows) -> [Int32] {
  var open = [Bool](repeating: true, count: others.count)
  return (0..<anchors.count).map { anchor in
    let all = open.contains(true) ? open : [Bool](repeating: true, count: others.count)
    var best: Int32 = -1
    var least = Float.infinity
    for other in 0..<others.count where all[other] {
      let distance = squaredDistance(anchors, anchor, others, other)
      if distance < least { (best, least) = (Int32(other), distance) }
    }
    if best >= 0 { open[Int(best)] = false }
    return best
  }
}

@Suite("Greedy matching is the published procedure")
struct GreedyRowMatchingTests {
  @Test("Golden indices and totals", arguments: ["a500_d8", "a2000_d12"])
  func golden(group: String) throws {
    let reader = try ArtifactReader(path: Fixtures.path("golden/matching.h5"))
    let match = GreedyRowMatching.match(
      anchors: try goldenRows(reader, "\(group)/anchor"), others: try goldenRows(reader, "\(group)/other"))
    #expect(match.others == (try reader.read("\(group)/greedy_index", as: Int32.self)))
    let squared = try reader.read("\(group)/greedy_total_sq_distance", as: Double.self)[0]
    let total = try reader.read("\(group)/greedy_total_distance", as: Double.self)[0]
    #expect(abs(match.totalSquaredDistance / squared - 1) < 1e-5)
    #expect(abs(match.totalDistance / total - 1) < 1e-5)
    #expect(match.repeatedCount == 0)
  }

  @Test("Equal distances go to the lowest index")
  func ties() throws {
    let reader = try ArtifactReader(path: Fixtures.path("golden/matching.h5"))
    let match = GreedyRowMatching.match(
      anchors: try goldenRows(reader, "ties_40_d3/anchor"), others: try goldenRows(reader, "ties_40_d3/other"))
    #expect(match.others == (try reader.read("ties_40_d3/greedy_index_lowest", as: Int32.self)))
    #expect(match.totalSquaredDistance == 4)
  }

  @Test("Every size, block and number of candidates gives the plain procedure's rows")
  func plain() throws {
    for (anchorCount, otherCount, width) in [
      (1, 1, 1), (7, 7, 2), (33, 40, 3), (40, 33, 3), (200, 230, 5), (65, 64, 1),
    ] {
      for whole in [false, true] {
        let anchors = try randomRows(anchorCount, width: width, seed: 1, whole: whole)
        let others = try randomRows(otherCount, width: width, seed: 2, whole: whole)
        let expected = plainGreedy(anchors, others)
        for (candidateCount, blockSize) in [(1, 1), (2, 5), (3, 64), (500, 1000)] {
          let match = GreedyRowMatching.match(
            anchors: anchors, others: others, candidateCount: candidateCount, blockSize: blockSize)
          #expect(match.others == expected)
          #expect(match.repeatedCount == max(0, anchorCount - otherCount))
        }
      }
    }
  }

  @Test("Several epochs give the plain procedure's rows")
  func severalEpochs() throws {
    let anchors = try randomRows(9_000, width: 2, seed: 3)
    let others = try randomRows(9_100, width: 2, seed: 4)
    let epochs = GreedyRowMatching.epochs(anchorCount: 9_000, otherCount: 9_100)
    #expect(epochs == [0..<4_550, 4_550..<6_825, 6_825..<9_000].map { $0 })
    var state = GreedyRowMatching(otherCount: others.count)
    for epoch in epochs {
      let open = state.open
      // Blocks may be found in any order and place.
      let blocks = NeighbourCandidates.blocks(of: epoch, size: 1_000).reversed().map {
        NeighbourCandidates.find(block: $0, anchors: anchors, others: others, open: open, candidateCount: 4)
      }
      state.resolve(blocks.reversed(), anchors: anchors, others: others) { _ in }
    }
    #expect(state.searchCount > 0)
    #expect(state.match.others == plainGreedy(anchors, others))
  }

  @Test("Tables without rows or features, duplicates and constants are matched")
  func degenerate() throws {
    let none = try MatchRows(values: [], width: 2, count: 0)
    let two = try MatchRows(values: [1, 2, 3, 4], width: 2, count: 2)
    #expect(GreedyRowMatching.match(anchors: none, others: two).others == [])
    #expect(GreedyRowMatching.match(anchors: two, others: none).others == [-1, -1])
    let narrow = try MatchRows(values: [], width: 0, count: 3)
    #expect(GreedyRowMatching.match(anchors: narrow, others: narrow).others == [0, 1, 2])
    #expect(
      GreedyRowMatching.match(anchors: narrow, others: narrow, candidateCount: 1, blockSize: 2).others == [0, 1, 2])
    let constant = try MatchRows(values: [Float](repeating: 7, count: 100), width: 1, count: 100)
    let match = GreedyRowMatching.match(anchors: constant, others: constant)
    #expect(match.others == (0..<100).map { $0 })
    #expect(match.totalDistance == 0)
  }

  @Test("Distances beyond the range of a Float still choose a row")
  func overflow() throws {
    let far = try line([3e38, -3e38, 1])
    let match = GreedyRowMatching.match(anchors: try line([-3e38, 3e38, 2]), others: far)
    #expect(match.others == [1, 0, 2])
    let assigned = AssignmentRowMatching(
      anchors: try line([-3e38, 3e38, 2]), others: far, stream: RandomStream(seed: 0, name: "cuts")
    ).match()
    #expect(assigned.others.sorted() == [0, 1, 2])
  }

  @Test("A value that is not finite is reported with its place")
  func notFinite() throws {
    let error = #expect(throws: ClavaError.self) {
      try MatchRows(values: [1, 2, 3, .nan], width: 2, count: 2, table: "disp")
    }
    #expect("\(String(describing: error))".contains("feature 1 of row 1"))
  }
}

@Suite("Matching with the nearest row")
struct NearestRowMatchingTests {
  @Test("Golden rows with repeats, and with the published replacement")
  func golden() throws {
    let reader = try ArtifactReader(path: Fixtures.path("golden/matching.h5"))
    let anchors = try goldenRows(reader, "a500_d8/anchor")
    let others = try goldenRows(reader, "a500_d8/other")
    let nearest = try reader.read("a500_d8/nearest_index", as: Int32.self)
    let match = NearestRowMatching.match(anchors: anchors, others: others, blockSize: 77)
    #expect(match.others == nearest)
    #expect(match.repeatedCount == 500 - Set(nearest).count)
    let replaced = NearestRowMatching.match(anchors: anchors, others: others, repeats: .replace)
    #expect(replaced.others == (try reader.read("a500_d8/nonunique_replaced_index", as: Int32.self)))
    #expect(replaced.repeatedCount == 0)
    for anchor in 0..<500 {
      let other = Int(replaced.others[anchor])
      #expect(replaced.squaredDistances[anchor] == squaredDistance(anchors, anchor, others, other))
    }
  }

  @Test("With fewer other rows than anchors the replacement leaves what it cannot replace")
  func fewerRows() throws {
    let match = NearestRowMatching.match(
      anchors: try line([0, 0, 0, 5, 5]), others: try line([0, 9, 5]), repeats: .replace)
    #expect(match.others == [0, 1, 0, 2, 2])
    #expect(match.repeatedCount == 2)
    let none = try line([])
    #expect(NearestRowMatching.match(anchors: try line([1]), others: none, repeats: .replace).others == [-1])
    #expect(NearestRowMatching.match(anchors: none, others: none).others == [])
  }

  @Test("Candidates are the first rows of a full sort")
  func candidates() throws {
    let anchors = try randomRows(50, width: 3, seed: 5, whole: true)
    let others = try randomRows(300, width: 3, seed: 6, whole: true)
    let open = (0..<300).filter { $0 % 3 != 0 }.map { Int32($0) }
    let found = NeighbourCandidates.find(
      block: 10..<50, anchors: anchors, others: others, open: open, candidateCount: 20)
    for anchor in 10..<50 {
      let sorted = open.map { (squaredDistance(anchors, anchor, others, Int($0)), $0) }.sorted { $0 < $1 }.prefix(20)
      let places = (anchor - 10) * 20..<(anchor - 9) * 20
      #expect(Array(found.others[places]) == sorted.map(\.1))
      #expect(Array(found.squaredDistances[places]) == sorted.map(\.0))
    }
  }
}
