/// Coordinate ascent for a variational mixture.
struct VariationalEstimation {
  private var pass: MixturePass
  private let concentration: Double
  private let priorMeans: [Double]
  private let priorVariances: [Double]

  init(_ features: MixedFeatures, count: Int, varianceFloor: Double) {
    pass = MixturePass(features, count: count, varianceFloor: varianceFloor)
    concentration = 1 / Double(max(1, count))
    let moments = CoordinateMoments(features)
    priorMeans = moments.allMeans
    // The estimate from a sample: n − 1 in the denominator.
    let rows = Double(features.rowCount)
    priorVariances = moments.variances.map { rows > 1 ? $0 * (rows / (rows - 1)) : 0 }
  }

  /// Iterates E-step, M-step, lower bound until the bound changes by less than `tolerance`; at first each component has
  /// its seed row alone.
  mutating func run(_ mixture: inout VariationalMixture, seeds: [Int], iterations: Int, tolerance: Double) {
    guard mixture.count > 0 else {
      mixture.converged = true
      return
    }
    var labels = [Int32](repeating: -1, count: pass.features.rowCount)
    for (component, row) in seeds.enumerated() { labels[row] = Int32(component) }
    pass.assign(labels: labels)
    update(&mixture)
    var previous = -Double.infinity
    for _ in 0..<iterations {
      let negativeEntropy = pass.expect(mixture.scoreTables(), measure: .responsibilityLogarithm)
      update(&mixture)
      let bound = mixture.parameterBound() - negativeEntropy
      mixture.lowerBounds.append(bound)
      if abs(bound - previous) < tolerance {
        mixture.converged = true
        return
      }
      previous = bound
    }
  }

  /// The M-step.
  private func update(_ mixture: inout VariationalMixture) {
    let moments = pass.moments()
    let width = pass.features.width
    var later = 0.0
    for component in (0..<mixture.count).reversed() {
      mixture.firstConcentrations[component] = 1 + moments.counts[component]
      mixture.secondConcentrations[component] = concentration + later
      later += moments.counts[component]
    }
    var rest = 1.0
    var totalWeight = 0.0
    for component in 0..<mixture.count {
      let count = moments.counts[component]
      let precision = 1 + count
      let freedom = Double(width) + count
      mixture.meanPrecisions[component] = precision
      mixture.degreesOfFreedom[component] = freedom
      for coordinate in 0..<width {
        let mean = moments.means[component * width + coordinate]
        let difference = mean - priorMeans[coordinate]
        let spread = moments.variances[component * width + coordinate] + difference * difference / precision
        mixture.components.means[component * width + coordinate] = (priorMeans[coordinate] + count * mean) / precision
        mixture.components.variances[component * width + coordinate] =
          (priorVariances[coordinate] + count * spread) / freedom
      }
      let first = mixture.firstConcentrations[component]
      let second = mixture.secondConcentrations[component]
      mixture.components.weights[component] = first / (first + second) * rest
      rest *= second / (first + second)
      totalWeight += mixture.components.weights[component]
    }
    for component in 0..<mixture.count { mixture.components.weights[component] /= totalWeight }
  }
}
