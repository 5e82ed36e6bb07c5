import Foundation
import Latents
import Storage
import Tensors
import TestSupport
import Testing

/// Columns of a small CSV of numbers by name.
private func columns(_ name: String) throws -> [String: [Double]] {
  let text = try String(contentsOfFile: Fixtures.path("golden/clustering/\(name).csv"), encoding: .utf8)
  let lines = text.split(whereSeparator: \.isNewline).map { $0.split(separator: ",").map(String.init) }
  var columns: [String: [Double]] = [:]
  for (position, header) in lines[0].enumerated() {
    columns[header] = lines.dropFirst().map { Double($0[position]) ?? .nan }
  }
  return columns
}

/// A categorical column whose levels are the distinct values, ascending.
private func categorical(_ values: [Double]) -> LabelColumn {
  let levels = Array(Set(values)).sorted()
  return .categorical(codes: values.map { Int32(levels.firstIndex(of: $0) ?? -1) }, levels: levels.count)
}

@Suite("Labels of relations")
struct LabelTests {
  @Test("the joined matrix is the reference's with the weight on parent features only")
  func joinedMatrix() throws {
    let reader = try ArtifactReader(path: Fixtures.path("golden/clustering_tables.h5"))
    let owner = try columns("two_owner")
    let pet = try columns("two_pet")
    let childIDs = try reader.read("two_tables/row_child_id", as: Int32.self)
    let children = try childIDs.map { id in try #require(pet["pet_id"]?.firstIndex(of: Double(id))) }
    func child(_ name: String) throws -> [Double] {
      let column = try #require(pet[name])
      return children.map { column[$0] }
    }
    let ownerOf = try child("owner_id")
    let owners = try ownerOf.map { id in Int32(try #require(owner["owner_id"]?.firstIndex(of: id))) }
    func parent(_ name: String) throws -> [Double] { try #require(owner[name]) }

    var builder = LabelFeatures()
    builder.keepsConstants = true
    builder.scalingRows = .clustered
    let features = builder.build(
      rowCount: 20,
      sources: [
        LabelFeatureSource(columns: [
          .numeric(try child("weight")), .numeric(try child("height")), categorical(try child("kind")),
          categorical(try child("vaccinated")),
        ]),
        LabelFeatureSource(
          columns: [
            .numeric(try parent("income")), .numeric(try parent("age")), categorical(try parent("region")),
            categorical(try parent("tier")),
          ], rows: owners, weight: 1.5),
      ])
    let expected = try reader.read("two_tables/H_corrected_lambda1.5", as: Double.self)
    #expect(maximumDifference((0..<20).flatMap { features.coordinates(row: $0) }, expected) < 1e-12)
  }

  @Test("majority vote gives the reference's labels, compacted in order")
  func vote() throws {
    let reader = try ArtifactReader(path: Fixtures.path("golden/clustering_tables.h5"))
    let rowLabels = try reader.read("two_tables/row_labels", as: Int32.self)
    let parentIDs = try reader.read("two_tables/parent_id", as: Int32.self)
    let parents = try reader.read("two_tables/row_parent_id", as: Int32.self).map { id in
      Int32(try #require(parentIDs.firstIndex(of: id)))
    }
    let expected = try reader.read("two_tables/parent_label", as: Int32.self)
    let (winners, agreement) = GroupLabels.majorities(rowLabels: rowLabels, parentRows: parents, parentCount: 8)
    #expect(winners.map { $0 < 0 ? 5 : $0 } == expected)
    #expect(abs(agreement - 0.6333333333333334) < 1e-12)

    let labels = GroupLabels.vote(rowLabels: rowLabels, parentRows: parents, parentCount: 8)
    #expect(labels.labelCount == 4)
    #expect(labels.childlessLabel == 3)
    let renamed: [Int32: Int32] = [0: 0, 1: 1, 4: 2, 5: 3]
    #expect(labels.parentLabels == expected.map { renamed[$0] ?? -1 })
  }

  @Test("parents without any child rows share one label")
  func noChildren() {
    let labels = GroupLabels.vote(rowLabels: [], parentRows: [], parentCount: 3)
    #expect(labels.parentLabels == [0, 0, 0])
    #expect(labels.labelCount == 1)
    #expect(GroupLabels.vote(rowLabels: [2, 2], parentRows: [0, 1], parentCount: 2).childlessLabel == nil)
  }

  @Test("missing numbers become a category, constants and large categories are left out")
  func missingValues() {
    let features = LabelFeatures().build(
      rowCount: 3,
      sources: [
        LabelFeatureSource(columns: [
          .numeric([1, .nan, 3]), .numeric([7, 7, 7]), .numeric([.nan, .nan, .nan]),
          .categorical(codes: [0, 1, 2], levels: 1_001),
        ])
      ])
    #expect(features.numericCount == 1)
    #expect(features.numerics == [-1, 0, 1])
    #expect(features.categories == [CategoricalFeature(codes: [0, 1, 0], levels: 2)])
  }

  @Test("well separated groups are found from a sample of the rows, the same each time")
  func sampled() {
    let stream = RandomStream(seed: 1, name: "test")
    let truth = (0..<3_000).map { Int32($0 % 3) }
    let features = MixedFeatures(
      rowCount: 3_000, numericCount: 1,
      numerics: truth.enumerated().map { Double($1) + 0.01 * stream.normal(row: UInt64($0)) },
      categories: [CategoricalFeature(codes: truth.map { $0 == 2 ? -1 : $0 }, levels: 2)])
    for method in MixtureOptions.Method.allCases {
      let options = MixtureOptions(components: 3, fitRows: 200, method: method)
      let mixture = DiagonalMixture.fit(features, options: options, stream: stream)
      let labels = mixture.predict(features)
      for group in 0..<3 {
        #expect(Set(truth.indices.filter { truth[$0] == group }.map { labels[$0] }).count == 1)
      }
      #expect(Set(labels).count == 3)
      #expect(mixture == DiagonalMixture.fit(features, options: options, stream: stream))
      #expect(mixture.predict(features, rows: 300..<900) == Array(labels[300..<900]))
    }
  }

  @Test("no rows, no coordinates, and fewer rows than components are all fitted")
  func degenerate() {
    let stream = RandomStream(seed: 1, name: "test")
    let empty = MixedFeatures(rowCount: 0, numericCount: 2, numerics: [], categories: [])
    #expect(DiagonalMixture.fit(empty, options: MixtureOptions(), stream: stream).predict(empty).isEmpty)
    let blank = MixedFeatures(rowCount: 4, numericCount: 0, numerics: [], categories: [])
    #expect(DiagonalMixture.fit(blank, options: MixtureOptions(), stream: stream).predict(blank) == [0, 0, 0, 0])
    let three = MixedFeatures(rowCount: 3, numericCount: 1, numerics: [0, 5, 9], categories: [])
    for method in MixtureOptions.Method.allCases {
      let mixture = DiagonalMixture.fit(three, options: MixtureOptions(method: method), stream: stream)
      #expect(Set(mixture.predict(three)).count == 3)
    }
    let same = MixedFeatures(rowCount: 5, numericCount: 1, numerics: [1, 1, 1, 1, 1], categories: [])
    for method in MixtureOptions.Method.allCases {
      let mixture = DiagonalMixture.fit(same, options: MixtureOptions(components: 3, method: method), stream: stream)
      #expect(Set(mixture.predict(same)).count == 1)
    }
  }
}
