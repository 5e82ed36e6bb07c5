import Latents
import Tensors
import Testing

/// Numeric rows around a few points, shifted by `offset` and multiplied by `scale`.
private func clouds(rows: Int, width: Int, offset: Double = 0, scale: Double = 1) -> MixedFeatures {
  let stream = RandomStream(seed: 5, name: "clouds")
  var numerics: [Double] = []
  for row in 0..<rows {
    for d in 0..<width {
      let point = stream.normal(row: UInt64(row % 7), step: 1, draw: UInt32(d))
      numerics.append(scale * (point + 0.8 * stream.normal(row: UInt64(row), step: 2, draw: UInt32(d))) + offset)
    }
  }
  return MixedFeatures(rowCount: rows, numericCount: width, numerics: numerics, categories: [])
}

/// The nearest centre by |c|² − 2 x·c in double precision, the lowest on ties.
private func nearestByDefinition(_ features: MixedFeatures, _ centres: [Double]) -> [Int32] {
  let width = features.numericCount
  return (0..<features.rowCount).map { row in
    var best = (score: Double.infinity, centre: Int32(0))
    for centre in 0..<centres.count / width {
      var score = (0..<width).reduce(0) { $0 + centres[centre * width + $1] * centres[centre * width + $1] }
      for d in 0..<width { score += features.numerics[row * width + d] * (-2 * centres[centre * width + d]) }
      if score < best.score { best = (score, Int32(centre)) }
    }
    return best.centre
  }
}

@Suite("k-means on numeric rows")
struct KMeansTests {
  @Test(
    "single-precision screening never changes a label",
    arguments: [(0.0, 1.0), (1e6, 1.0), (-3e9, 1e-3), (0.0, 1e-30), (0.0, 1e30), (1e8, 1e-9)])
  func screening(offset: Double, scale: Double) {
    for (rows, width, count) in [(500, 1, 3), (333, 5, 7), (97, 20, 9), (31, 3, 1)] {
      let features = clouds(rows: rows, width: width, offset: offset, scale: scale)
      let start = Array(features.numerics.prefix(count * width))
      let model = KMeans.fit(features, centres: start, iterations: 4, tolerance: 0)
      #expect(model.nearest(features) == nearestByDefinition(features, model.centres))
    }
  }

  @Test("rows at the same distance from several centres go to the lowest")
  func ties() {
    let features = MixedFeatures(
      rowCount: 40, numericCount: 2, numerics: (0..<80).map { Double($0 % 2) }, categories: [])
    let model = KMeans.fit(features, centres: [1, 0, -1, 2, 1, 0, -1, 2], iterations: 0)
    #expect(model.labels == [Int32](repeating: 0, count: 40))
    #expect(model.nearest(features) == nearestByDefinition(features, model.centres))
  }

  @Test("centres are the means of their rows after many moves")
  func means() {
    let features = clouds(rows: 1_000, width: 6, offset: 50)
    let model = KMeans.fit(features, centres: Array(features.numerics.prefix(8 * 6)))
    #expect(model.iterations > 2)
    for cluster in 0..<8 {
      let rows = model.labels.indices.filter { model.labels[$0] == Int32(cluster) }
      #expect(!rows.isEmpty)
      for d in 0..<6 {
        let mean = rows.reduce(0) { $0 + features.numerics[$1 * 6 + d] } / Double(rows.count)
        #expect(abs(model.centres[cluster * 6 + d] - mean) < 1e-10)
      }
    }
  }

  @Test("one-hot blocks cluster like the same coordinates written out")
  func oneHot() {
    let base = clouds(rows: 600, width: 2)
    let codes = (0..<600).map { Int32($0 % 7 == 6 ? -1 : $0 % 3) }
    let mixed = MixedFeatures(
      rowCount: 600, numericCount: 2, numerics: base.numerics,
      categories: [CategoricalFeature(codes: codes, levels: 3, scale: 1.5)])
    let dense = MixedFeatures(
      rowCount: 600, numericCount: 5, numerics: (0..<600).flatMap { mixed.coordinates(row: $0) }, categories: [])
    let start = Array(dense.numerics.prefix(9 * 5))
    let first = KMeans.fit(mixed, centres: start, iterations: 6)
    let second = KMeans.fit(dense, centres: start, iterations: 6)
    #expect(first.labels == second.labels)
    #expect(zip(first.centres, second.centres).allSatisfy { abs($0 - $1) < 1e-10 })
    #expect(abs(first.inertia - second.inertia) < 1e-9 * second.inertia)
    let stream = RandomStream(seed: 9, name: "seeds")
    #expect(
      GreedySeeding.seedRows(mixed, count: 12, stream: stream)
        == GreedySeeding.seedRows(dense, count: 12, stream: stream))
  }

  @Test("a centre without rows takes the farthest row")
  func emptyCluster() {
    let features = MixedFeatures(
      rowCount: 5, numericCount: 1, numerics: [0, 1, 2, 3, 40], categories: [])
    let model = KMeans.fit(features, centres: [1, 1_000])
    #expect(model.labels == [0, 0, 0, 0, 1])
    #expect(model.centres == [1.5, 40])
  }
}
