import Latents
import Matching
import Tensors
import Testing

/// Parents with labels and sizes, as real data and as what the synthetic parents offer.
private func side(
  _ relation: String, labels: [Int32], sizes: [Int32], synthetic: (labels: [Int32], sizes: [Int32])? = nil
) -> ParentSide {
  let rows = Stubs(parentLabels: labels, sizes: sizes)
  return ParentSide(
    relation: relation, parentTable: relation, realParentRows: rows.parents, realRowLabels: rows.labels,
    labels: synthetic?.labels ?? labels, sizes: synthetic?.sizes ?? sizes)
}

private func counts(_ rows: [Int32], _ count: Int) -> [Int32] {
  var counts = [Int32](repeating: 0, count: count)
  for row in rows { counts[Int(row)] += 1 }
  return counts
}

@Suite("Structure of a table")
struct TableStructureTests {
  private let children = [ChildSide(relation: "c", labels: [0, 1, 1, 2, 0], sizes: [3, 1, 4, 0, 2])]

  @Test("rows that are kept keep their parents, whatever the scale", arguments: [0.3, 1, 3])
  func keptParents(scale: Double) {
    let parents = [
      side("p", labels: [0, 1, 0, 1], sizes: [2, 3, 1, 0], synthetic: ([0, 1, 0, 1], [1, 1, 0, 0])),
      side("q", labels: [0, 0, 1], sizes: [1, 4, 1], synthetic: ([0, 0, 1], [3, 12, 3])),
    ]
    let structure = TableStructure.build(
      TableStructureInput(
        table: "t", realRowCount: 6, keepsRows: true, parents: parents, children: [], scale: scale, seed: 2))
    #expect(structure.parentRows == parents.map(\.realParentRows))
  }

  @Test(
    "where the foreign key is the primary key no parent gets a second row",
    arguments: [0.3, 1, 3], [StructureKind.exact, .resampled])
  func keys(scale: Double, kind: StructureKind) {
    let sizes: [Int32] = [1, 0, 1, 1, 1, 0, 1, 1]
    let rows: Int32 = 6
    // Fewer parents than rows wanted, of other labels: what a lookup table or small tables lead to.
    for offered in [[Int32](), [0], [0, 1, 1], [2, 2, 0, 0, 1, 1, 2, 2, 0, 0]] {
      var key = side("p", labels: [0, 2, 0, 1, 1, 2, 0, 1], sizes: sizes)
      key.isPrimaryKey = true
      key.labels = offered
      key.sizes = offered.map { $0 == 2 ? 0 : 3 }
      let other = side("q", labels: [0, 1], sizes: [rows - 1, 1])
      for parents in [[key], [other, key], [key, other]] {
        let structure = TableStructure.build(
          TableStructureInput(
            table: "t", realRowCount: Int(rows), parents: parents, children: [], scale: scale, kind: kind, seed: 3))
        #expect(structure.rowCount <= offered.count)
        #expect(structure.rowCount > 0 || offered.isEmpty)
        for (side, used) in zip(parents, structure.parentRows) {
          #expect(used.count == structure.rowCount)
          #expect(!side.isPrimaryKey || Set(used).count == used.count)
        }
      }
    }
  }

  @Test("a root at scale one copies every record once, with its label and group size")
  func root() {
    let structure = TableStructure.build(
      TableStructureInput(table: "t", realRowCount: 5, parents: [], children: children, seed: 1))
    #expect(structure.recordOf.sorted() == [0, 1, 2, 3, 4])
    for row in 0..<5 {
      #expect(structure.childLabels[0][row] == children[0].labels[Int(structure.recordOf[row])])
      #expect(structure.childSizes[0][row] == children[0].sizes[Int(structure.recordOf[row])])
    }
  }

  @Test("a root at another scale copies each record by quota", arguments: [0.3, 0.5, 1.7, 3.0])
  func scaledRoot(scale: Double) {
    let structure = TableStructure.build(
      TableStructureInput(table: "t", realRowCount: 5, parents: [], children: children, scale: scale, seed: 1))
    let total = Int((5 * scale).rounded())
    #expect(structure.rowCount == total)
    for count in counts(structure.recordOf, 5) { #expect(abs(Double(count) - Double(total) / 5) < 1) }
  }

  @Test("a resampled root draws records with replacement, the same ones for the same seed")
  func resampledRoot() {
    let input = TableStructureInput(
      table: "t", realRowCount: 200, parents: [], children: [], kind: .resampled, seed: 1)
    let structure = TableStructure.build(input)
    #expect(structure.rowCount == 200)
    let copies = counts(structure.recordOf, 200)
    // 1 − 1/e of the records occur in a bootstrap.
    #expect((110...142).contains(copies.count { $0 > 0 }))
    #expect((copies.max() ?? 0) > 1)
    #expect(structure == TableStructure.build(input))
  }

  @Test("kept rows stay in order and their group sizes are multiplied by quota")
  func lookup() {
    let structure = TableStructure.build(
      TableStructureInput(
        table: "t", realRowCount: 5, keepsRows: true, parents: [], children: children, scale: 2.5, seed: 1))
    #expect(structure.recordOf == [0, 1, 2, 3, 4])
    #expect(structure.childSizes[0].reduce(0, +) == 25)
    for (scaled, size) in zip(structure.childSizes[0], children[0].sizes) {
      #expect(abs(Double(scaled) - 2.5 * Double(size)) < 1)
    }
  }

  @Test("a child keeps labels and group sizes exactly, for all small group size sequences")
  func exactChild() {
    for code in 0..<256 {
      let sizes = (0..<4).map { Int32((code >> (2 * $0)) & 3) }
      let parent = side("p", labels: [0, 1, 0, 2], sizes: sizes)
      let rows = parent.realRowLabels.count
      let structure = TableStructure.build(
        TableStructureInput(table: "t", realRowCount: rows, parents: [parent], children: [], seed: UInt64(code)))
      #expect(structure.rowCount == rows)
      #expect(structure.recordOf.sorted() == (0..<rows).map { Int32($0) })
      #expect(counts(structure.parentRows[0], 4) == sizes)
      for row in 0..<rows {
        let label = parent.labels[Int(structure.parentRows[0][row])]
        #expect(label == parent.realRowLabels[Int(structure.recordOf[row])])
      }
    }
  }

  @Test("stubs fix the rows of a child; records follow by quota within labels; unknown labels are reported")
  func scaledChild() {
    let parent = side("p", labels: [0, 1, 2], sizes: [4, 2, 3], synthetic: ([0, 0, 3, 1], [4, 6, 2, 1]))
    let structure = TableStructure.build(
      TableStructureInput(table: "t", realRowCount: 9, parents: [parent], children: [], seed: 1))
    #expect(structure.rowCount == 13)
    #expect(counts(structure.parentRows[0], 4) == [4, 6, 2, 1])
    #expect(structure.report.rowsWithoutRecord == 2)
    #expect(structure.report.labelsWithoutStubs == 1)
    #expect(structure.report.relations[0].outsideLabel <= 2)
    // Ten stubs of label 0 for its four records, one of label 1 for two, and two rows from anywhere.
    let copies = counts(structure.recordOf, 9)
    #expect(copies[0..<4].reduce(0, +) >= 10)
    for record in 0..<4 { #expect((2...5).contains(copies[record])) }
    #expect(copies.reduce(0, +) == 13)
  }

  @Test("the other relations' group sizes are rescaled to the rows that the first one fixes")
  func secondRelation() {
    for scale in 1...3 {
      let first = side(
        "a", labels: [0, 1], sizes: [3, 3], synthetic: ([0, 1], [Int32(3 * scale), Int32(3 * scale)]))
      let second = side("b", labels: [0, 0, 1], sizes: [2, 2, 2])
      let structure = TableStructure.build(
        TableStructureInput(table: "t", realRowCount: 6, parents: [first, second], children: [], seed: 1))
      #expect(structure.rowCount == 6 * scale)
      #expect(counts(structure.parentRows[1], 3) == [Int32(2 * scale), Int32(2 * scale), Int32(2 * scale)])
      #expect(structure.report.relations[1].resizedUnits == 6 * (scale - 1))
      #expect(structure.report.relations[1].outsideLabel == 0)
    }
  }

  @Test("empty tables and parents without rows give empty tables")
  func empty() {
    let none = side("p", labels: [], sizes: [])
    let empty = TableStructure.build(
      TableStructureInput(table: "t", realRowCount: 0, parents: [none], children: [], seed: 1))
    #expect(empty.rowCount == 0)
    let orphaned = side("q", labels: [0], sizes: [2], synthetic: ([], []))
    let structure = TableStructure.build(
      TableStructureInput(
        table: "t", realRowCount: 2, parents: [side("p", labels: [0], sizes: [2]), orphaned], children: [], seed: 1))
    #expect(structure.rowCount == 0)
    #expect(structure.parentRows == [[], []])
  }

  @Test("paths to a common ancestor are found along the foreign keys and meet as often as in reality")
  func diamond() {
    let edges = [
      RelationEdge(name: "b>a", child: "b", parent: "a"), RelationEdge(name: "c>a", child: "c", parent: "a"),
      RelationEdge(name: "d>b", child: "d", parent: "b"), RelationEdge(name: "d>c", child: "d", parent: "c"),
    ]
    #expect(
      ForeignKeyPaths.meetingPaths(from: "d", edges: edges).map { $0.map(\.name) } == [
        ["d>b", "b>a"], ["d>c", "c>a"],
      ])
    // 10 rows of a, 40 of b and of c, 160 of d; of ten rows of d nine meet in a.
    let upward = (0..<40).map { Int32($0 % 10) }
    let stream = RandomStream(seed: 2, name: "test")
    var real: [String: [Int32]] = ["b>a": upward, "c>a": upward]
    real["d>b"] = (0..<160).map { Int32($0 % 40) }
    real["d>c"] = (0..<160).map { (row: Int) -> Int32 in
      let shift = row % 10 == 9 ? 1 : 10
      return Int32((row + shift) % 40)
    }
    let order = stream.permutation(count: 40)
    let shuffled: [String: [Int32]] = ["b>a": order.map { upward[Int($0)] }, "c>a": upward]
    let sides = edges.suffix(2).map { edge in
      let labels = (0..<40).map { Int32($0 % 3) }
      let parents = real[edge.name] ?? []
      return ParentSide(
        edge: edge, edges: edges, realParentRows: real, syntheticParentRows: shuffled,
        realRowLabels: parents.map { labels[Int($0)] }, labels: labels, sizes: counts(parents, 40))
    }
    let structure = TableStructure.build(
      TableStructureInput(table: "d", realRowCount: 160, parents: sides, children: [], seed: 1))
    #expect(structure.report.agreements.count == 1)
    let agreement = structure.report.agreements[0]
    #expect(agreement.demanded)
    #expect(abs(agreement.realRate - 0.9) < 1e-12)
    #expect(abs(agreement.syntheticRate - agreement.realRate) < 0.02)
    #expect(structure.report.repetitions[0].syntheticRate <= structure.report.repetitions[0].realRate)
    #expect(counts(structure.parentRows[1], 40) == sides[1].sizes)
  }
}
