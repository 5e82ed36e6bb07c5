import Foundation
import Latents
import Storage
import TestSupport
import Testing

@Suite("Labels of the published method")
struct ReferenceLabelTests {
  let reader: ArtifactReader
  let expectations: ReferenceExpectations

  init() throws {
    reader = try ArtifactReader(path: Fixtures.path("golden/clustering_tables.h5"))
    expectations = try ReferenceExpectations()
  }

  private func twoTables() throws -> ReferenceRelation {
    try ReferenceRelation(child: ReferenceTable("two_pet"), parent: ReferenceTable("two_owner"), key: "owner_id")
  }

  private func integers(_ name: String) throws -> [Int32] { try reader.read(name, as: Int32.self) }

  private func numbers(_ name: String) throws -> [Double] { try reader.read(name, as: Double.self) }

  private func ids(_ table: ReferenceTable, _ column: String, _ rows: [Int32]) throws -> [Int32] {
    let values = try table.values(column)
    return rows.map { Int32(values[Int($0)]) }
  }

  @Test("rows are sorted by foreign key, ties in input order")
  func rowOrder() throws {
    let relation = try twoTables()
    #expect(try ids(relation.child, "pet_id", relation.rows.children) == integers("two_tables/row_child_id"))
    #expect(try ids(relation.parent, "owner_id", relation.rows.parents) == integers("two_tables/row_parent_id"))
    let rows = ClusteredRows(parentRows: [2, -1, 0, 2, 1], parentOrder: [2, 0, 1], parentCount: 3)
    #expect(rows.children == [0, 3, 2, 4])
    #expect(rows.parents == [2, 2, 0, 1])
    #expect(ClusteredRows(parentRows: [1, 0], parentCount: 2).children == [1, 0])
  }

  @Test("the joined matrix is the reference's: published weights, weights on the parent only, and no weight")
  func joinedMatrix() throws {
    let relation = try twoTables()
    let published = try relation.matrix(.reference(), weight: 1.5, withKey: true)
    #expect(maximumDifference(published, try numbers("two_tables/H_reference_lambda1.5")) < 1e-12)
    let corrected = try relation.matrix(.reference(scaleScope: .parents), weight: 1.5, withKey: false)
    #expect(maximumDifference(corrected, try numbers("two_tables/H_corrected_lambda1.5")) < 1e-12)
    for scope in [LabelFeatures.ScaleScope.parents, .published] {
      let plain = try relation.matrix(.reference(scaleScope: scope), weight: 1, withKey: true)
      #expect(maximumDifference(plain, try numbers("two_tables/H_lambda1.0")) < 1e-12)
    }
  }

  @Test("votes, agreement, the childless label and group sizes are the reference's")
  func votes() throws {
    let relation = try twoTables()
    let labels = relation.labels(try integers("two_tables/row_labels"))
    #expect(labels.winners == (try integers("two_tables/parent_label")))
    #expect(relation.parentRows.map { labels.winners[Int($0)] } == (try integers("two_tables/child_label")))
    let expected = try expectations.relation(["two_tables"])
    #expect(labels.winners.max() == (expected["childless_label"] as? Int).map { Int32($0) })
    #expect(labels.groups.childlessLabel == 3)
    let agreement = try #require(expected["agree_rate_mean"] as? Double)
    #expect(abs(labels.agreement - agreement) < 1e-15)
    #expect(labels.table == (try expectations.sizes(["two_tables"])))
    #expect(labels.table.size(label: 5, uniform: 0.5) == 0)
  }

  @Test("all relations of a diamond, with the label columns made before")
  func diamond() throws {
    var tables: [String: ReferenceTable] = [:]
    for name in ["a", "b", "c", "d"] { tables[name] = try ReferenceTable("diamond_\(name)") }
    for (parentName, childName) in [("c", "d"), ("b", "d"), ("a", "c"), ("a", "b")] {
      let group = "\(parentName)_\(childName)"
      let relation = try ReferenceRelation(
        child: try #require(tables[childName]), parent: try #require(tables[parentName]), key: "\(parentName)_id")
      #expect(
        try ids(relation.child, "\(childName)_id", relation.rows.children) == integers("diamond/\(group)/row_child_id"))
      let matrix = try relation.matrix(.reference(), weight: 1.5, withKey: true)
      #expect(maximumDifference(matrix, try numbers("diamond/\(group)/H_reference")) < 1e-12)

      let labels = relation.labels(try integers("diamond/\(group)/row_labels"))
      #expect(labels.winners == (try integers("diamond/\(group)/parent_label")))
      let childLabels = relation.parentRows.map { labels.winners[Int($0)] }
      #expect(childLabels == (try integers("diamond/\(group)/child_label")))
      #expect(labels.table == (try expectations.sizes(["diamond", "relations", group])))
      let domain = try expectations.relation(["diamond", "relations", group])["domain_size_of_label"] as? Int
      #expect(labels.groups.labelCount == domain)
      tables[parentName]?.append(labels: labels.winners, named: "\(group)_cluster")
      tables[childName]?.append(labels: childLabels, named: "\(group)_cluster")
    }
    let columns = try #require(try expectations.relation(["diamond"])["final_columns"] as? [String: [String]])
    for (name, expected) in columns {
      #expect(tables[name]?.features == expected.filter { !$0.hasSuffix("_id") })
    }
  }

  @Test("group sizes are drawn in stored order")
  func draws() throws {
    let draws = try expectations.relation(["group_size_draws"])
    let pairs = try #require(draws["dictionary_in_order"] as? [[Double]])
    let entry = GroupSizeTable.Entry(label: 2, sizes: pairs.map { Int32($0[0]) }, probabilities: pairs.map { $0[1] })
    let table = GroupSizeTable(entries: [entry])
    let uniforms = try #require(draws["u"] as? [Double])
    #expect(uniforms.map { table.size(label: 2, uniform: $0) } == (draws["size"] as? [Int]))
    for label in [-1, 0, 1, 3] { #expect(table.size(label: label, uniform: 0.5) == 0) }

    let thirds = GroupSizeTable(labels: [0, 0, 0, 1], sizes: [4, 1, 2, 0], order: [2, 1, 0, 3])
    #expect(thirds.entries.map(\.sizes) == [[2, 1, 4]])
    #expect(thirds.size(label: 0, uniform: 1) == 4)
    let tenths = GroupSizeTable(
      entries: [.init(label: 0, sizes: Array(1...10), probabilities: [Double](repeating: 0.1, count: 10))])
    #expect(tenths.size(label: 0, uniform: 1) == 10)
    let copy = try JSONDecoder().decode(GroupSizeTable.self, from: try JSONEncoder().encode(thirds))
    #expect(copy == thirds)
  }

  @Test("a column beyond the level limit counts its levels in use and still moves the published weights")
  func levelLimit() {
    var builder = LabelFeatures.reference()
    builder.maximumLevels = 2
    let features = builder.build(
      rowCount: 3,
      sources: [
        LabelFeatureSource(columns: [
          .categorical(codes: [0, 1, 2], levels: 3), .categorical(codes: [5, 0, 5], levels: 9), .numeric([2, 2, 2]),
        ]),
        LabelFeatureSource(
          columns: [.categorical(codes: [0, 1], levels: 2), .numeric([7, 7])], rows: [1, 1, 0], weight: 3),
      ])
    #expect(features.numerics == [-1, -3, -1, -3, -1, -3])
    #expect(
      features.categories == [
        CategoricalFeature(codes: [1, 0, 1], levels: 2, scale: 1),
        CategoricalFeature(codes: [1, 1, 0], levels: 2, scale: 3),
      ])
  }
}
