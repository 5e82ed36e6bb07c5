/// Expectation maximisation for a diagonal mixture.
struct MixtureEstimation {
  private var pass: MixturePass

  init(_ features: MixedFeatures, count: Int, varianceFloor: Double) {
    pass = MixturePass(features, count: count, varianceFloor: varianceFloor)
  }

  /// Iterates E-step, lower bound, M-step until the bound changes by less than `tolerance`.
  mutating func run(_ mixture: inout DiagonalMixture, iterations: Int, tolerance: Double) {
    mixture.lowerBounds = []
    mixture.converged = false
    guard pass.features.rowCount > 0, mixture.count > 0 else {
      mixture.converged = true
      return
    }
    var previous = -Double.infinity
    for _ in 0..<iterations {
      let total = pass.expect(mixture.densityTables(), measure: .logDensity)
      let bound = total / Double(pass.features.rowCount)
      update(&mixture)
      mixture.lowerBounds.append(bound)
      if abs(bound - previous) < tolerance {
        mixture.converged = true
        return
      }
      previous = bound
    }
  }

  /// The M-step for responsibilities of 1 at the given labels.
  mutating func maximise(_ mixture: inout DiagonalMixture, labels: [Int32]) {
    pass.assign(labels: labels)
    update(&mixture)
  }

  /// The M-step.
  private func update(_ mixture: inout DiagonalMixture) {
    let moments = pass.moments()
    var totalWeight = 0.0
    for component in 0..<mixture.count {
      mixture.weights[component] = moments.counts[component] / Double(pass.features.rowCount)
      totalWeight += mixture.weights[component]
    }
    for component in 0..<mixture.count { mixture.weights[component] /= totalWeight }
    mixture.means = moments.means
    mixture.variances = moments.variances
  }
}
