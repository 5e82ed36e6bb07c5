import Foundation
import Latents
import Storage
import Tensors
import TestSupport
import Testing

@Suite("Labels of relations")
struct LabelTests {
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
    let numbered = GroupLabels.vote(
      rowLabels: rowLabels, parentRows: parents, parentCount: 8, keepsNumbers: true)
    #expect(numbered.parentLabels == expected)
    #expect(numbered.childlessLabel == 5)
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
    for method in MixtureOptions.Method.allCases where method != .variational {
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
    for method in MixtureOptions.Method.allCases where method != .variational {
      let mixture = DiagonalMixture.fit(three, options: MixtureOptions(method: method), stream: stream)
      #expect(Set(mixture.predict(three)).count == 3)
    }
    let same = MixedFeatures(rowCount: 5, numericCount: 1, numerics: [1, 1, 1, 1, 1], categories: [])
    for method in MixtureOptions.Method.allCases where method != .variational {
      let mixture = DiagonalMixture.fit(same, options: MixtureOptions(components: 3, method: method), stream: stream)
      #expect(Set(mixture.predict(same)).count == 1)
    }
  }
}
