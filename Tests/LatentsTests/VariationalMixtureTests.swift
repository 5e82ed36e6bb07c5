import Foundation
import Latents
import Tensors
import Testing

@Suite("Variational mixtures")
struct VariationalMixtureTests {
  @Test("digamma and ln Γ have their known values")
  func specialFunctions() {
    let euler = 0.57721566490153286
    #expect(abs(SpecialFunctions.digamma(1) + euler) < 1e-14)
    #expect(abs(SpecialFunctions.digamma(0.5) + euler + 2 * log(2)) < 1e-14)
    #expect(abs(SpecialFunctions.digamma(1_000) - 6.907255195648812) < 1e-14)
    #expect(abs(SpecialFunctions.digamma(1e-8) + 1e8 + euler) < 1e-7)
    #expect(abs(SpecialFunctions.logGamma(0.5) - 0.5 * log(Double.pi)) < 1e-14)
    for n in 1...25 {
      let factorial = (1..<max(2, n)).reduce(0.0) { $0 + log(Double($1)) }
      #expect(abs(SpecialFunctions.logGamma(Double(n)) - factorial) < 1e-14 * max(1, factorial))
    }
    #expect(abs(SpecialFunctions.logBeta(2, 3) + log(12)) < 1e-14)
  }

  @Test("a group's label is drawn from the mean probability of its rows")
  func draws() {
    let stream = RandomStream(seed: 3, name: "draws")
    var probabilities: [Double] = []
    for parent in 0..<3_000 { probabilities += parent % 3 == 2 ? [0, 0, 0, 0] : [0.25, 0, 0.75, 0] }
    let labels = GroupLabels.draw(probabilities: probabilities, parentCount: 3_000) {
      stream.uniform(row: UInt64($0))
    }
    #expect(labels.labelCount == 3)
    #expect(labels.childlessLabel == 2)
    #expect(labels.parentLabels.indices.allSatisfy { (labels.parentLabels[$0] == 2) == ($0 % 3 == 2) })
    let share = Double(labels.parentLabels.count { $0 == 0 }) / 2_000
    #expect(abs(share - 0.25) < 0.04)
    #expect(abs(labels.agreement - (0.25 * share + 0.75 * (1 - share))) < 1e-12)
    let ends = GroupLabels.draw(probabilities: probabilities, parentCount: 3_000) { $0 % 2 == 0 ? 0 : 1 }
    #expect(ends.parentLabels[0] == 0)
    #expect(ends.parentLabels[1] == 1)
  }

  @Test("separated groups of rows get labels of their own by every method, the same each time")
  func groups() {
    let stream = RandomStream(seed: 8, name: "groups")
    let parents = (0..<1_200).map { Int32($0 % 60) }
    let numbers = parents.indices.map { Double(parents[$0] % 3) + 0.01 * stream.normal(row: UInt64($0)) }
    let codes = parents.map { $0 % 3 == 2 ? Int32(-1) : $0 % 3 }
    let features = MixedFeatures(
      rowCount: 1_200, numericCount: 1, numerics: numbers,
      categories: [CategoricalFeature(codes: codes, levels: 2)])
    for method in MixtureOptions.Method.allCases {
      let options = MixtureOptions(components: 3, fitRows: 600, method: method)
      let labels = GroupLabels.cluster(
        features, parentRows: parents, parentCount: 61, options: options, stream: stream)
      for group in 0..<3 {
        #expect(Set((0..<60).filter { $0 % 3 == group }.map { labels.parentLabels[$0] }).count == 1)
      }
      #expect(labels.labelCount == 4)
      #expect(labels.parentLabels[60] == labels.childlessLabel)
      #expect(labels.agreement > 0.99)
      #expect(
        labels
          == GroupLabels.cluster(features, parentRows: parents, parentCount: 61, options: options, stream: stream))
    }
  }

  @Test("no rows, no coordinates, equal rows and fewer rows than components are all fitted")
  func degenerate() {
    let stream = RandomStream(seed: 1, name: "test")
    func label(_ features: MixedFeatures) -> GroupLabels {
      GroupLabels.cluster(
        features, parentRows: (0..<features.rowCount).map { Int32($0) }, parentCount: features.rowCount + 1,
        options: MixtureOptions(iterations: 100, tolerance: 1e-4, method: .variational), stream: stream)
    }
    func numbers(_ values: [Double]) -> MixedFeatures {
      MixedFeatures(rowCount: values.count, numericCount: 1, numerics: values, categories: [])
    }
    #expect(label(numbers([])).parentLabels == [0])
    #expect(label(numbers([4])).parentLabels == [0, 1])
    #expect(label(MixedFeatures(rowCount: 2, numericCount: 0, numerics: [], categories: [])).parentLabels == [0, 0, 1])
    for values: [Double] in [[1, 1, 1, 1, 1], [0, 5, 9]] {
      let labels = label(numbers(values))
      #expect(labels.agreement > 0 && labels.agreement <= 1)
      #expect(labels.parentLabels.last == labels.childlessLabel)
    }
  }

  @Test("a mixture started from k-means begins with the moments of its clusters")
  func meansStart() {
    let stream = RandomStream(seed: 2, name: "start")
    let values = (0..<900).map { Double($0 % 3) * 4 + stream.normal(row: UInt64($0)) }
    let features = MixedFeatures(rowCount: 900, numericCount: 1, numerics: values, categories: [])
    let clusters = KMeans.fit(features, count: 3, stream: stream)
    let mixture = DiagonalMixture.fit(
      features, options: MixtureOptions(components: 3, iterations: 0, method: .gmm), stream: stream)
    for cluster in 0..<3 {
      let members = values.indices.filter { clusters.labels[$0] == Int32(cluster) }.map { values[$0] }
      let mean = members.reduce(0, +) / Double(members.count)
      let variance = members.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(members.count)
      #expect(abs(mixture.weights[cluster] - Double(members.count) / 900) < 1e-12)
      #expect(abs(mixture.means[cluster] - mean) < 1e-12)
      #expect(abs(mixture.variances[cluster] - variance - 1e-6) < 1e-10)
    }
  }
}
