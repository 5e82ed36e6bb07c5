import Latents
import Storage
import TestSupport
import Testing

/// Dense rows of the golden file, all columns numeric.
private func dense(_ reader: ArtifactReader, _ group: String) throws -> MixedFeatures {
  let shape = try reader.shape("\(group)/x")
  return MixedFeatures(
    rowCount: shape[0], numericCount: shape[1], numerics: try reader.read("\(group)/x", as: Double.self),
    categories: [])
}

/// Some columns of dense rows as numerics, others as one-hot blocks.
private func mixed(_ features: MixedFeatures, numerics: [Int], blocks: [[Int]]) -> MixedFeatures {
  let width = features.numericCount
  var chosen: [Double] = []
  for row in 0..<features.rowCount { chosen += numerics.map { features.numerics[row * width + $0] } }
  let categories = blocks.map { block in
    CategoricalFeature(
      codes: (0..<features.rowCount).map { row in
        Int32(block.firstIndex { features.numerics[row * width + $0] == 1 } ?? -1)
      }, levels: block.count)
  }
  return MixedFeatures(
    rowCount: features.rowCount, numericCount: numerics.count, numerics: chosen, categories: categories)
}

/// Component parameters with the columns in another order.
private func reordered(_ values: [Double], _ order: [Int]) -> [Double] {
  stride(from: 0, to: values.count, by: order.count).flatMap { start in order.map { values[start + $0] } }
}

@Suite("Mixtures agree with scikit-learn")
struct MixtureGoldenTests {
  let reader: ArtifactReader

  init() throws { reader = try ArtifactReader(path: Fixtures.path("golden/kmeanspp_gmm.h5")) }

  private func expectEqual(
    _ mixture: DiagonalMixture, _ features: MixedFeatures, _ group: String, order: [Int]
  ) throws {
    #expect(relativeError(mixture.lowerBounds, try reader.read("\(group)/lower_bound", as: Double.self)) < 1e-6)
    #expect(mixture.lowerBounds.count == Int(try reader.read("\(group)/n_iter", as: Int32.self)[0]))
    #expect(maximumDifference(mixture.weights, try reader.read("\(group)/weights", as: Double.self)) < 1e-7)
    let means = reordered(try reader.read("\(group)/means", as: Double.self), order)
    #expect(maximumDifference(mixture.means, means) < 1e-7)
    let variances = reordered(try reader.read("\(group)/covariances", as: Double.self), order)
    #expect(maximumDifference(mixture.variances, variances) < 1e-7)
    #expect(mixture.predict(features) == (try reader.read("\(group)/labels", as: Int32.self)))
    let densities = try reader.read("\(group)/log_prob_norm_final", as: Double.self)
    #expect(relativeError(mixture.logDensities(features), densities) < 1e-5)
    #expect(mixture.converged)
  }

  private func relativeError(_ left: [Double], _ right: [Double]) -> Double {
    guard left.count == right.count else { return .infinity }
    return zip(left, right).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
  }

  @Test("expectation maximisation from given parameters")
  func givenStart() throws {
    let features = try dense(reader, "a_given_init")
    var mixture = DiagonalMixture(
      weights: try reader.read("a_given_init/weights_init", as: Double.self),
      means: try reader.read("a_given_init/means_init", as: Double.self),
      variances: try reader.read("a_given_init/precisions_init", as: Double.self).map { 1 / $0 }, features: features)
    mixture.estimate(features, iterations: 100, tolerance: 1e-4, varianceFloor: 1e-6)
    try expectEqual(mixture, features, "a_given_init", order: Array(0..<5))
  }

  @Test("expectation maximisation from seed rows, dense and with one-hot blocks")
  func seededStart() throws {
    let features = try dense(reader, "b_seeded_init")
    let seeds = try reader.read("b_seeded_init/seed_rows", as: Int32.self).map { Int($0) }
    var mixture = DiagonalMixture.seeded(features, rows: seeds, varianceFloor: 1e-6)
    mixture.estimate(features, iterations: 100, tolerance: 1e-4, varianceFloor: 1e-6)
    try expectEqual(mixture, features, "b_seeded_init", order: Array(0..<11))

    let blocks = mixed(features, numerics: [0, 1, 2, 3, 10], blocks: [[4, 5, 6, 7], [8, 9]])
    var compact = DiagonalMixture.seeded(blocks, rows: seeds, varianceFloor: 1e-6)
    compact.estimate(blocks, iterations: 100, tolerance: 1e-4, varianceFloor: 1e-6)
    try expectEqual(compact, blocks, "b_seeded_init", order: [0, 1, 2, 3, 10, 4, 5, 6, 7, 8, 9])
  }

  @Test("greedy k-means++ chooses the same seeds", arguments: ["c_kmeanspp_smooth", "c_kmeanspp_onehot"])
  func seeds(group: String) throws {
    let features = try dense(reader, group)
    let expected = try reader.read("\(group)/seed_rows", as: Int32.self).map { Int($0) }
    let first = try reader.read("\(group)/u_first", as: Double.self)[0]
    let trials = try reader.read("\(group)/u_trials", as: Double.self)
    let candidates = try reader.shape("\(group)/u_trials")[1]
    #expect(GreedySeeding.candidateCount(count: expected.count) == candidates)
    let seeds = GreedySeeding.seedRows(features, count: expected.count) { seed, candidate in
      seed == 0 ? first : trials[(seed - 1) * candidates + candidate]
    }
    #expect(seeds == expected)
  }

  @Test("Lloyd iterations from given centres")
  func lloyd() throws {
    let shape = try reader.shape("d_kmeans_lloyd/centers_init")
    let features = try dense(reader, "a_given_init")
    #expect(shape[1] == features.numericCount)
    let model = KMeans.fit(features, centres: try reader.read("d_kmeans_lloyd/centers_init", as: Double.self))
    #expect(maximumDifference(model.centres, try reader.read("d_kmeans_lloyd/centers", as: Double.self)) < 1e-9)
    #expect(model.labels == (try reader.read("d_kmeans_lloyd/labels", as: Int32.self)))
    let inertia = try reader.read("d_kmeans_lloyd/inertia", as: Double.self)[0]
    #expect(abs(model.inertia - inertia) < 1e-9 * inertia)
    #expect(model.iterations == Int(try reader.read("d_kmeans_lloyd/n_iter", as: Int32.self)[0]))
  }

  @Test("variational estimation from seed rows, dense and with one-hot blocks")
  func variational() throws {
    let group = "e_variational_seeded"
    let features = try dense(reader, group)
    let seeds = try reader.read("\(group)/seed_rows", as: Int32.self).map { Int($0) }
    let options = MixtureOptions(components: 6, iterations: 100, tolerance: 1e-4)
    let mixture = VariationalMixture.fit(features, seeds: seeds, options: options)
    func expectClose(_ values: [Double], _ name: String, _ tolerance: Double = 1e-7) throws {
      #expect(maximumDifference(values, try reader.read("\(group)/\(name)", as: Double.self)) < tolerance)
    }
    #expect(relativeError(mixture.lowerBounds, try reader.read("\(group)/lower_bound", as: Double.self)) < 1e-9)
    #expect(mixture.lowerBounds.count == Int(try reader.read("\(group)/n_iter", as: Int32.self)[0]))
    #expect(mixture.converged)
    try expectClose(mixture.components.weights, "weights")
    try expectClose(mixture.components.means, "means")
    try expectClose(mixture.components.variances, "covariances")
    try expectClose(mixture.firstConcentrations + mixture.secondConcentrations, "weight_concentration")
    try expectClose(mixture.meanPrecisions, "mean_precision")
    try expectClose(mixture.degreesOfFreedom, "degrees_of_freedom")
    try expectClose(mixture.probabilities(features), "prob")

    let rows = try dense(reader, "b_seeded_init")
    let order = [0, 1, 2, 3, 10, 4, 5, 6, 7, 8, 9]
    let blocks = mixed(rows, numerics: [0, 1, 2, 3, 10], blocks: [[4, 5, 6, 7], [8, 9]])
    let whole = VariationalMixture.fit(rows, seeds: seeds, options: options)
    let compact = VariationalMixture.fit(blocks, seeds: seeds, options: options)
    #expect(maximumDifference(compact.components.means, reordered(whole.components.means, order)) < 1e-9)
    #expect(maximumDifference(compact.components.variances, reordered(whole.components.variances, order)) < 1e-9)
    #expect(relativeError(compact.lowerBounds, whole.lowerBounds) < 1e-9)
    #expect(maximumDifference(compact.probabilities(blocks), whole.probabilities(rows)) < 1e-7)
    #expect(compact.predict(blocks) == whole.predict(rows))
  }
}
