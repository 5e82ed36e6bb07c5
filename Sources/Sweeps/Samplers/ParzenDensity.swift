internal import Essentials
internal import Tensors

/// The density of one parameter over some trials: a mixture of one kernel for each of them and a broad prior.
///
/// Source: Optuna's `_ParzenEstimator` with `multivariate` and `consider_endpoints` off and `consider_magic_clip` on.
struct ParzenDensity {
  /// Trials of one side of the split.
  struct Side {
    var values: [JSONValue]
    var weights: [Double]
  }

  private let parameter: Parameter
  /// Weights that sum to 1, and their running sum; the prior is last.
  private var weights: [Double]
  private var cumulative: [Double] = []
  private var kernels: Kernels

  private enum Kernels {
    /// For each kernel the probabilities of the choices.
    case choices([[Double]])
    case normals(Normals)
  }

  /// Normal distributions cut off at the ends; `step` is the width of a level where there are levels.
  private struct Normals {
    var low: Double
    var high: Double
    var step: Double?
    var means: [Double]
    var deviations: [Double]
    /// Φ at the lower end, and the mass between the ends.
    var lower: [Double] = []
    var mass: [Double] = []
  }

  init(_ parameter: Parameter, _ side: Side) {
    self.parameter = parameter
    weights = side.weights + [1]
    let total = weights.reduce(0, +)
    var sum = 0.0
    for index in weights.indices {
      weights[index] /= total
      sum += weights[index]
      cumulative.append(sum)
    }
    if case .choice(let values) = parameter.domain {
      kernels = .choices(Self.choices(side.values.map { values.firstIndex(of: $0) }, count: values.count))
    } else {
      kernels = .normals(Self.normals(parameter, side.values))
    }
  }

  /// Every kernel gives all choices the share 1 / kernels of the prior and its own choice 1 more.
  private static func choices(_ observed: [Int?], count: Int) -> [[Double]] {
    let share = 1 / Double(observed.count + 1)
    let scale = 1 / (1 + share * Double(count))
    return observed.map { own in
      guard let own else { return [Double](repeating: 1 / Double(count), count: count) }
      var row = [Double](repeating: share * scale, count: count)
      row[own] += scale
      return row
    } + [[Double](repeating: 1 / Double(count), count: count)]
  }

  private static func normals(_ parameter: Parameter, _ values: [JSONValue]) -> Normals {
    var normals = ends(parameter)
    let isLogarithmic = parameter.isLogarithmic
    let (low, high) = (normals.low, normals.high)
    // A range that was narrower once may have values on its border only; one that was refused cannot be here.
    let means = values.map { value in
      let number = value.double ?? 0
      return min(max(isLogarithmic ? number.logarithm : number, low), high)
    }
    let width = high - low + (normals.step ?? 0)
    let prior = 0.5 * (low + high)
    normals.deviations = deviations(means + [prior], low: low, high: high, width: width) + [width]
    normals.means = means + [prior]
    for (mean, deviation) in zip(normals.means, normals.deviations) {
      let lower = NormalDistribution.cumulative((low - mean) / deviation)
      normals.lower.append(lower)
      normals.mass.append(NormalDistribution.cumulative((high - mean) / deviation) - lower)
    }
    return normals
  }

  /// The interval that kernels live on: logarithms where the parameter is logarithmic, and half a level beyond both
  /// ends where it has levels.
  private static func ends(_ parameter: Parameter) -> Normals {
    let low: Double, high: Double, step: Double?
    switch parameter.domain {
    case .integers(let range):
      (low, high, step) = (Double(range.low), Double(range.low + ((parameter.levels ?? 1) - 1) * range.step), Double(range.step))
    case .numbers(let range):
      step = range.step
      low = range.low
      high = step.map { range.low + Double((parameter.levels ?? 1) - 1) * $0 } ?? range.high
    case .value, .choice: (low, high, step) = (0, 1, nil)
    }
    let half = (step ?? 0) / 2
    guard parameter.isLogarithmic else {
      return Normals(low: low - half, high: high + half, step: step, means: [], deviations: [])
    }
    let lowest = low - half > 0 ? low - half : low
    return Normals(
      low: lowest.logarithm, high: (high + half).logarithm, step: nil, means: [], deviations: [])
  }

  /// The larger distance to a neighbour, the prior among them, bounded by the width and by width / min(100, n + 1) for
  /// n kernels. The outermost two look inward only.
  private static func deviations(_ means: [Double], low: Double, high: Double, width: Double) -> [Double] {
    let order = means.indices.sorted { (means[$0], $0) < (means[$1], $1) }
    let points = [low] + order.map { means[$0] } + [high]
    var sorted: [Double] = []
    for place in 1...order.count {
      sorted.append(max(points[place] - points[place - 1], points[place + 1] - points[place]))
    }
    if points.count >= 4 {
      sorted[0] = points[2] - points[1]
      sorted[sorted.count - 1] = points[points.count - 2] - points[points.count - 3]
    }
    let smallest = width / min(100, 1 + Double(means.count))
    var deviations = [Double](repeating: 0, count: means.count)
    for (rank, index) in order.enumerated() { deviations[index] = min(max(sorted[rank], smallest), width) }
    return Array(deviations.dropLast())
  }

  /// A draw from two uniform numbers: the kernel, then the place in it. For choices it is the choice's number.
  func sample(_ first: Double, _ second: Double) -> Double {
    let kernel = min(cumulative.firstIndex { first < $0 } ?? weights.count - 1, weights.count - 1)
    switch kernels {
    case .choices(let rows):
      var sum = 0.0
      for (choice, share) in rows[kernel].enumerated() {
        sum += share
        if second < sum { return Double(choice) }
      }
      return Double(rows[kernel].count - 1)
    case .normals(let normals):
      let probability = normals.lower[kernel] + second * normals.mass[kernel]
      let drawn = normals.means[kernel] + normals.deviations[kernel] * NormalDistribution.quantile(probability)
      let inside = min(max(drawn, normals.low), normals.high)
      guard let step = normals.step else { return inside }
      let level = ((inside - normals.low) / step - 0.5).rounded()
      let last = ((normals.high - normals.low) / step).rounded() - 1
      return normals.low + (min(max(level, 0), last) + 0.5) * step
    }
  }

  /// Logarithm of the density at a place, or of the probability of a level or choice.
  func logarithm(at place: Double) -> Double {
    var sum = 0.0
    switch kernels {
    case .choices(let rows):
      for (weight, row) in zip(weights, rows) { sum += weight * row[Int(place)] }
    case .normals(let normals):
      for index in weights.indices {
        let mean = normals.means[index], deviation = normals.deviations[index]
        if let step = normals.step {
          let upper = NormalDistribution.cumulative((place + step / 2 - mean) / deviation)
          let lower = NormalDistribution.cumulative((place - step / 2 - mean) / deviation)
          sum += weights[index] * (upper - lower) / normals.mass[index]
        } else {
          let z = (place - mean) / deviation
          sum += weights[index] * (-0.5 * z * z).exponential / (2.506_628_274_631_000_2 * deviation * normals.mass[index])
        }
      }
    }
    return sum > 0 ? sum.logarithm : -.infinity
  }

  /// The parameter's value at a place.
  func value(_ place: Double) -> JSONValue {
    switch kernels {
    case .choices: parameter.value(level: Int(place))
    case .normals: parameter.value(nearest: parameter.isLogarithmic ? place.exponential : place)
    }
  }
}
