internal import CKernels

/// Expectation maximisation for a diagonal mixture.
///
/// Responsibilities exist for one block of rows at a time: an E-step and the sums of the following M-step are one pass.
struct MixtureEstimation {
  private let features: MixedFeatures
  private let varianceFloor: Double
  private var sums: MixtureSums

  init(_ features: MixedFeatures, count: Int, varianceFloor: Double) {
    self.features = features
    self.varianceFloor = varianceFloor
    sums = MixtureSums(features, count: count)
  }

  /// Iterates E-step, lower bound, M-step until the bound changes by less than `tolerance`.
  mutating func run(_ mixture: inout DiagonalMixture, iterations: Int, tolerance: Double) {
    mixture.lowerBounds = []
    mixture.converged = false
    guard features.rowCount > 0, mixture.count > 0 else {
      mixture.converged = true
      return
    }
    var previous = -Double.infinity
    for _ in 0..<iterations {
      let bound = expect(mixture)
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
    sums.reset()
    let padded = sums.padded
    let blocks = FeatureBlocks(features)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: FeatureBlocks.length * padded) { weights in
      guard let base = weights.baseAddress else { return }
      blocks.forEach(rows: 0..<features.rowCount) { block, start, rows in
        weights.update(repeating: 0)
        for row in 0..<rows { base[row * padded + Int(labels[start + row])] = 1 }
        sums.add(block, weights: base)
      }
    }
    update(&mixture)
  }

  /// One pass over the rows: mean log density, and the weighted sums for the M-step.
  package mutating func expect(_ mixture: DiagonalMixture) -> Double {
    sums.reset()
    let tables = mixture.densityTables()
    let padded = tables.padded
    var total = 0.0
    let blocks = FeatureBlocks(features)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: FeatureBlocks.length * (padded + 1)) { scores in
      guard let base = scores.baseAddress else { return }
      let norms = base + FeatureBlocks.length * padded
      blocks.forEach(rows: 0..<features.rowCount) { block, _, rows in
        tables.fill(base, block)
        ck_mixture_normalise(base, Int64(rows), Int64(padded), norms)
        var blockTotal = 0.0
        for row in 0..<rows { blockTotal += norms[row] }
        total += blockTotal
        sums.add(block, weights: base)
      }
    }
    return total / Double(features.rowCount)
  }

  /// Parameters from the sums: variance = E[x²] − mean² + floor, counts + 10 ε.
  private func update(_ mixture: inout DiagonalMixture) {
    let width = mixture.width
    var totalWeight = 0.0
    for component in 0..<mixture.count {
      let count = sums.counts[component] + 10 * Double.ulpOfOne
      mixture.weights[component] = count / Double(features.rowCount)
      totalWeight += mixture.weights[component]
      let first = component * width
      for d in 0..<mixture.numericCount {
        let mean = sums.sums[d * sums.padded + component] / count
        mixture.means[first + d] = mean
        mixture.variances[first + d] =
          sums.squares[d * sums.padded + component] / count - mean * mean + varianceFloor
      }
      var level = 0
      for (position, levels) in mixture.levelCounts.enumerated() {
        let scale = mixture.scales[position]
        for _ in 0..<levels {
          let share = sums.levels[level * sums.padded + component] / count
          let mean = scale * share
          let coordinate = first + mixture.numericCount + level
          mixture.means[coordinate] = mean
          mixture.variances[coordinate] = scale * scale * share - mean * mean + varianceFloor
          level += 1
        }
      }
    }
    for component in 0..<mixture.count { mixture.weights[component] /= totalWeight }
  }
}

/// Weighted sums of the coordinates by component, in the layout of the kernels.
private struct MixtureSums {
  let padded: Int
  private(set) var counts: [Double]
  private(set) var sums: [Double]
  private(set) var squares: [Double]
  private(set) var levels: [Double]

  init(_ features: MixedFeatures, count: Int) {
    let shape = ComponentTables(
      count: count, numericCount: features.numericCount, levelCount: features.width - features.numericCount,
      padding: 0)
    padded = shape.padded
    counts = shape.base
    sums = shape.means
    squares = shape.means
    levels = shape.levels
  }

  mutating func reset() {
    counts.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    sums.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    squares.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    levels.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
  }

  mutating func add(_ block: UnsafePointer<ck_mixture_block>, weights: UnsafePointer<Double>) {
    ck_mixture_accumulate(block, Int64(padded), weights, &counts, &sums, &squares, &levels)
  }
}
