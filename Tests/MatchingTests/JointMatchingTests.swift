import Matching
import Tensors
import Testing

/// A junction of two parents with given degrees, realised so that no pair repeats: parent b of the i-th row of a
/// follows a cyclic pattern, then rows are shuffled.
private struct Junction {
  var first: [Int32] = []
  var second: [Int32] = []

  init(degrees: [Int], columns: Int, stream: RandomStream) {
    var position = 0
    for (parent, degree) in degrees.enumerated() {
      for _ in 0..<degree {
        first.append(Int32(parent))
        second.append(Int32(position % columns))
        position += 1
      }
    }
    let order = stream.permutation(count: first.count)
    first = order.map { first[Int($0)] }
    second = order.map { second[Int($0)] }
  }

  static func sizes(_ parents: [Int32], count: Int) -> [Int32] {
    var sizes = [Int32](repeating: 0, count: count)
    for parent in parents { sizes[Int(parent)] += 1 }
    return sizes
  }
}

private func relation(_ parents: [Int32], labels: [Int32], ancestors: [[Int32]] = []) -> MatchingRelation {
  MatchingRelation(
    rowLabels: parents.map { labels[Int($0)] }, parentLabels: labels,
    sizes: Junction.sizes(parents, count: labels.count), ancestors: ancestors)
}

private func expectKept(_ solution: MatchingSolution, _ problem: MatchingProblem) {
  for (parents, relation) in zip(solution.parentRows, problem.relations) {
    #expect(Junction.sizes(parents, count: relation.sizes.count) == relation.sizes)
  }
}

@Suite("Joint matching of several parents")
struct JointMatchingTests {
  let stream = RandomStream(seed: 4, name: "test")

  @Test("a nearly saturated junction ends without a repeated pair", arguments: [1, 3])
  func saturated(labelCount: Int) {
    // Two parents hold 188 of 200 partners each, as the two largest playlists of Chinook do.
    let junction = Junction(degrees: [188, 188, 84, 40, 26, 9, 1, 1], columns: 200, stream: stream)
    let firstLabels = (0..<8).map { Int32($0 % labelCount) }
    let secondLabels = (0..<200).map { Int32($0 % labelCount) }
    let problem = MatchingProblem(
      rowCount: junction.first.count,
      relations: [relation(junction.first, labels: firstLabels), relation(junction.second, labels: secondLabels)],
      distinct: [DistinctDemand(relations: [0, 1], allowedRepeats: 0)])
    let solution = JointMatching.solve(problem, stream: stream)
    #expect(solution.repeats == [0])
    #expect(TupleRepeats.count(columns: solution.parentRows) == 0)
    #expect(solution.outsideCell.reduce(0, +) <= junction.first.count / 20)
    expectKept(solution, problem)
    let again = JointMatching.solve(problem, stream: stream)
    #expect(again.parentRows == solution.parentRows)
  }

  @Test("paths meet at the demanded rate and labels hold, also after repeats were repaired")
  func agreement() {
    // 900 rows with one partner each way; nine tenths reach the same of 30 regions both ways.
    let count = 900
    let regions = (0..<count).map { _ in Int32(0) }.indices.map { Int32($0 % 30) }
    let flags = (0..<count).map { stream.uniform(row: UInt64($0), step: 9) < 0.9 }
    var second = (0..<count).map { Int32($0) }
    let strays = (0..<count).filter { !flags[$0] }
    for (position, row) in strays.enumerated() { second[row] = Int32(strays[(position + 7) % strays.count]) }
    let labels = (0..<count).map { Int32(stream.integer(below: 5, row: UInt64($0), step: 10)) }
    let meets = (0..<count).map { regions[$0] == regions[Int(second[$0])] }
    let problem = MatchingProblem(
      rowCount: count,
      relations: [
        relation((0..<count).map { Int32($0) }, labels: labels, ancestors: [regions]),
        relation(second, labels: labels.reversed(), ancestors: [regions]),
      ],
      agreements: [
        AgreementDemand(
          first: MatchingPath(relation: 0, path: 0), second: MatchingPath(relation: 1, path: 0), meets: meets,
          realRate: Double(meets.count { $0 }) / Double(count), chanceRate: 1 / 30)
      ], distinct: [DistinctDemand(relations: [0, 1], allowedRepeats: 0)])
    let solution = JointMatching.solve(problem, stream: stream)
    let target = meets.count { $0 }
    #expect(abs(solution.meetings[0] - target) <= count / 50)
    #expect(solution.repeats == [0])
    expectKept(solution, problem)
    let meeting = (0..<count).count {
      regions[Int(solution.parentRows[0][$0])] == regions[Int(solution.parentRows[1][$0])]
    }
    #expect(meeting == solution.meetings[0])
  }

  @Test("a direct parent that is also an ancestor is met through labels that contradict it")
  func labelsGiveWay() {
    // Relation 0 is the parent, relation 1 reaches the same parent; their labels are independent.
    let count = 400
    let parents = (0..<count).map { Int32($0 / 4) }
    let labelsOfParents = (0..<100).map { Int32(stream.integer(below: 4, row: UInt64($0), step: 1)) }
    let labelsOfOthers = (0..<count).map { Int32(stream.integer(below: 4, row: UInt64($0), step: 2)) }
    let shuffle = stream.permutation(count: count, step: 3)
    let problem = MatchingProblem(
      rowCount: count,
      relations: [
        relation(parents, labels: labelsOfParents, ancestors: [(0..<100).map { Int32($0) }]),
        MatchingRelation(
          rowLabels: labelsOfOthers, parentLabels: shuffle.map { labelsOfOthers[Int($0)] },
          sizes: [Int32](repeating: 1, count: count), ancestors: [parents]),
      ],
      agreements: [
        AgreementDemand(
          first: MatchingPath(relation: 0, path: 0), second: MatchingPath(relation: 1, path: 0),
          meets: [Bool](repeating: true, count: count), realRate: 1, chanceRate: 0.01)
      ])
    let solution = JointMatching.solve(problem, stream: stream)
    #expect(solution.meetings[0] >= count * 98 / 100)
    #expect(solution.outsideCell.reduce(0, +) < count)
    expectKept(solution, problem)
  }

  @Test("two keys to the same parent never meet when they never do")
  func neverMeet() {
    let junction = Junction(degrees: [20, 20, 20, 20, 20], columns: 5, stream: stream)
    let identity: [Int32] = [0, 1, 2, 3, 4]
    let labels: [Int32] = [0, 0, 0, 0, 0]
    let problem = MatchingProblem(
      rowCount: 100,
      relations: [
        relation(junction.first, labels: labels, ancestors: [identity]),
        relation(junction.second, labels: labels, ancestors: [identity]),
      ],
      agreements: [
        AgreementDemand(
          first: MatchingPath(relation: 0, path: 0), second: MatchingPath(relation: 1, path: 0),
          meets: [Bool](repeating: false, count: 100), realRate: 0, chanceRate: 0.2)
      ])
    #expect(JointMatching.solve(problem, stream: stream).meetings == [0])
  }

  @Test("group sizes are kept in all small cases, and repeats vanish wherever that is possible")
  func allSmallCases() {
    for first in sequences(length: 3, below: 3) {
      let total = first.reduce(0, +)
      for second in sequences(length: 3, below: 3) where second.reduce(0, +) == total {
        let problem = MatchingProblem(
          rowCount: Int(total),
          relations: [first, second].map { sizes in
            MatchingRelation(
              rowLabels: [Int32](repeating: 0, count: Int(total)), parentLabels: [0, 0, 0], sizes: sizes)
          }, distinct: [DistinctDemand(relations: [0, 1], allowedRepeats: 0)])
        let solution = JointMatching.solve(problem, stream: stream)
        expectKept(solution, problem)
        // Gale and Ryser: distinct pairs exist when the k largest degrees never ask for more than the others have.
        let sorted = first.sorted(by: >)
        let realisable = (1...3).allSatisfy { k in
          sorted.prefix(k).reduce(0, +) <= second.reduce(0) { $0 + min($1, Int32(k)) }
        }
        if realisable { #expect(solution.repeats == [0], "\(first) \(second)") }
      }
    }
  }
}
