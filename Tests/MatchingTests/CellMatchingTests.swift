import Matching
import Storage
import Tensors
import TestSupport
import Testing

/// All sequences of `length` numbers in `0..<bound`.
func sequences(length: Int, below bound: Int32) -> [[Int32]] {
  (0..<length).reduce([[]]) { found, _ in found.flatMap { prefix in (0..<bound).map { prefix + [$0] } } }
}

@Suite("Stubs, cells and quotas")
struct CellMatchingTests {
  @Test("stubs and assigned parents are those of the golden skeleton", arguments: ["relation_a", "relation_b"])
  func skeleton(relation: String) throws {
    let reader = try ArtifactReader(path: Fixtures.path("golden/default_recipe.h5"))
    func read(_ name: String) throws -> [Int32] { try reader.read("skeleton/\(name)", as: Int32.self) }
    let order = try read("\(relation)/parent_permutation").map { Int($0) }
    let realLabels = try read("\(relation)/real_parent_label")
    let realSizes = try read("\(relation)/real_parent_size")
    let stubs = Stubs(parentLabels: order.map { realLabels[$0] }, sizes: order.map { realSizes[$0] })
    #expect(stubs.parents == (try read("\(relation)/stub_parent")))
    #expect(stubs.labels == (try read("\(relation)/stub_label")))
    let realRowLabels = try read("\(relation)/real_row_label")
    let rowLabels = try read("permutation").map { realRowLabels[Int($0)] }
    #expect(rowLabels == (try read("\(relation)/row_label")))
    let assignment = CellMatching.assign(
      rowLabels: rowLabels, stubLabels: stubs.labels, stubOrder: try read("\(relation)/stub_permutation"))
    #expect(assignment.outsideCell == 0)
    #expect(assignment.stubOfRow.map { stubs.parents[Int($0)] } == (try read("\(relation)/assigned_parent")))
  }

  @Test("every stub is used once and as many labels as possible are respected, for all small cases")
  func allSmallCases() {
    let stream = RandomStream(seed: 1, name: "test")
    for labels in sequences(length: 3, below: 2) {
      for sizes in sequences(length: 3, below: 3) {
        let stubs = Stubs(parentLabels: labels, sizes: sizes)
        for rowLabels in sequences(length: min(stubs.count, 4), below: 2) where rowLabels.count == stubs.count {
          let assignment = CellMatching.assign(
            rowLabels: rowLabels, stubLabels: stubs.labels, stubOrder: stream.permutation(count: stubs.count))
          #expect(assignment.stubOfRow.sorted() == (0..<stubs.count).map { Int32($0) })
          let ones = rowLabels.count { $0 == 1 } - stubs.labels.count { $0 == 1 }
          #expect(assignment.outsideCell == abs(ones))
          let wrong = rowLabels.indices.count { rowLabels[$0] != stubs.labels[Int(assignment.stubOfRow[$0])] }
          #expect(wrong == abs(ones))
        }
      }
    }
  }

  @Test("quotas sum to the total and differ from their share by less than one, for all small cases")
  func quotas() {
    for weights in sequences(length: 4, below: 4) {
      let sum = weights.reduce(0, +)
      for total in 0..<9 {
        for uniform in [0, 0.3, 0.999_999] {
          let counts = Quota.allocate(weights: weights, total: total, uniform: uniform)
          #expect(counts.reduce(0, +) == Int32(total))
          guard sum > 0 else { continue }
          for (weight, count) in zip(weights, counts) {
            #expect(abs(Double(count) - Double(weight) * Double(total) / Double(sum)) < 1)
          }
          if total == Int(sum) { #expect(counts == weights) }
        }
      }
    }
    #expect(Quota.positions(count: 3, total: 6, uniform: 0.5) == [0, 0, 1, 1, 2, 2])
    #expect(Quota.scaled(0, by: 3) == 0)
    #expect(Quota.scaled(3, by: 0.01) == 1)
  }

  @Test("repeats are rows minus distinct tuples")
  func repeats() {
    #expect(TupleRepeats.count(columns: [[0, 0, 1, 0], [5, 5, 5, 6]]) == 1)
    #expect(TupleRepeats.count(columns: [[0, 0, 0], [1, 1, 1], [0, 1, 0]]) == 1)
    #expect(TupleRepeats.count(columns: []) == 0)
  }
}
