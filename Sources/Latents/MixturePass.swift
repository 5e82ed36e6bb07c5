internal import CKernels

/// Effective count, mean and variance of every component: what a pass over the rows leaves behind.
struct ComponentMoments {
  /// Sums of responsibilities, plus 10 ε so that an empty component can be divided by its count.
  var counts: [Double]
  /// Components × width.
  var means: [Double]
  /// Components × width: E[x²] − mean² + floor.
  var variances: [Double]
}

/// Passes over the rows of a mixture: an E-step and the sums of the following M-step at once.
///
/// Responsibilities exist for one block of rows at a time.
struct MixturePass {
  let features: MixedFeatures
  private let count: Int
  private let varianceFloor: Double
  private let padded: Int
  private var counts: [Double]
  private var sums: [Double]
  private var squares: [Double]
  private var levels: [Double]

  init(_ features: MixedFeatures, count: Int, varianceFloor: Double) {
    self.features = features
    self.count = count
    self.varianceFloor = varianceFloor
    let shape = ComponentTables(
      count: count, numericCount: features.numericCount, levelCount: features.width - features.numericCount,
      padding: 0)
    padded = shape.padded
    counts = shape.base
    sums = shape.means
    squares = shape.means
    levels = shape.levels
  }

  /// Sums with responsibility 1 at the given labels; a label of −1 gives the row to no component.
  mutating func assign(labels: [Int32]) {
    reset()
    let padded = padded
    FeatureBlocks(features).forEachWithScores(rows: 0..<features.rowCount, padded: padded) {
      block, weights, start, rows in
      weights.update(repeating: 0, count: rows * padded)
      for row in 0..<rows where labels[start + row] >= 0 { weights[row * padded + Int(labels[start + row])] = 1 }
      add(block, weights)
    }
  }

  /// What an E-step reports beside its sums.
  enum Measure {
    /// Sum over the rows of the log density.
    case logDensity
    /// Sum over rows and components of r · ln r.
    case responsibilityLogarithm
  }

  /// An E-step with the scores of `tables`.
  mutating func expect(_ tables: ComponentTables, measure: Measure) -> Double {
    reset()
    var total = 0.0
    withUnsafeTemporaryAllocation(of: Double.self, capacity: FeatureBlocks.length) { norms in
      guard let norms = norms.baseAddress else { return }
      FeatureBlocks(features).forEachWithScores(rows: 0..<features.rowCount, padded: padded) { block, scores, _, rows in
        tables.fill(scores, block)
        ck_mixture_normalise(scores, Int64(rows), Int64(padded), norms)
        if measure == .responsibilityLogarithm { ck_mixture_entropy(scores, Int64(rows), Int64(padded), norms) }
        var blockTotal = 0.0
        for row in 0..<rows { blockTotal += norms[row] }
        total += blockTotal
        add(block, scores)
      }
    }
    return total
  }

  /// The moments of the last sums.
  func moments() -> ComponentMoments {
    let width = features.width
    var moments = ComponentMoments(
      counts: [Double](repeating: 0, count: count), means: [Double](repeating: 0, count: count * width),
      variances: [Double](repeating: 0, count: count * width))
    for component in 0..<count {
      let count = counts[component] + 10 * Double.ulpOfOne
      moments.counts[component] = count
      let first = component * width
      for d in 0..<features.numericCount {
        let mean = sums[d * padded + component] / count
        moments.means[first + d] = mean
        moments.variances[first + d] = squares[d * padded + component] / count - mean * mean + varianceFloor
      }
      var level = 0
      for category in features.categories {
        let scale = category.scale
        for _ in 0..<category.levels {
          let share = levels[level * padded + component] / count
          let mean = scale * share
          let coordinate = first + features.numericCount + level
          moments.means[coordinate] = mean
          moments.variances[coordinate] = scale * scale * share - mean * mean + varianceFloor
          level += 1
        }
      }
    }
    return moments
  }

  private mutating func reset() {
    counts.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    sums.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    squares.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    levels.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
  }

  private mutating func add(_ block: UnsafePointer<ck_mixture_block>, _ weights: UnsafePointer<Double>) {
    ck_mixture_accumulate(block, Int64(padded), weights, &counts, &sums, &squares, &levels)
  }
}
