internal import Essentials
internal import Tensors

/// The kernels of one parameter: one for each observed value, and a broad prior as the last.
///
/// Source: Optuna 5.0, `_ParzenEstimator`.
struct ParzenKernels {
  private let parameter: Parameter
  private let shape: Shape

  private enum Shape {
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

  init(_ parameter: Parameter, _ values: [JSONValue]) {
    self.parameter = parameter
    if case .choice(let choices) = parameter.domain {
      shape = .choices(Self.choices(values.map { choices.firstIndex(of: $0) }, count: choices.count))
    } else {
      shape = .normals(Self.normals(parameter, values))
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
    let width = high - low
    let prior = 0.5 * (low + high)
    normals.deviations = deviations(means, low: low, high: high) + [width]
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
      (low, high, step) = (
        Double(range.low), Double(range.low + ((parameter.levels ?? 1) - 1) * range.step), Double(range.step)
      )
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

  /// The larger distance to a neighbour, bounded by the width and by width / min(100, n + 2) for n values. The
  /// outermost two look inward only.
  private static func deviations(_ means: [Double], low: Double, high: Double) -> [Double] {
    let order = means.indices.sorted { (means[$0], $0) < (means[$1], $1) }
    let points = [low] + order.map { means[$0] } + [high]
    var sorted: [Double] = []
    for place in order.indices {
      sorted.append(max(points[place + 1] - points[place], points[place + 2] - points[place + 1]))
    }
    if points.count >= 4 {
      sorted[0] = points[2] - points[1]
      sorted[sorted.count - 1] = points[points.count - 2] - points[points.count - 3]
    }
    let smallest = (high - low) / min(100, 2 + Double(means.count))
    var deviations = [Double](repeating: 0, count: means.count)
    for (rank, index) in order.enumerated() { deviations[index] = min(max(sorted[rank], smallest), high - low) }
    return deviations
  }

  /// A draw from one kernel by a uniform number. For choices it is the choice's number, for logarithmic parameters the
  /// logarithm.
  func sample(_ kernel: Int, _ uniform: Double) -> Double {
    switch shape {
    case .choices(let rows):
      var sum = 0.0
      for (choice, share) in rows[kernel].enumerated() {
        sum += share
        if uniform < sum { return Double(choice) }
      }
      return Double(rows[kernel].count - 1)
    case .normals(let normals):
      let probability = normals.lower[kernel] + uniform * normals.mass[kernel]
      let drawn = normals.means[kernel] + normals.deviations[kernel] * NormalDistribution.quantile(probability)
      let inside = min(max(drawn, normals.low), normals.high)
      guard let step = normals.step else { return inside }
      let level = ((inside - normals.low) / step - 0.5).rounded()
      let last = ((normals.high - normals.low) / step).rounded() - 1
      return normals.low + (min(max(level, 0), last) + 0.5) * step
    }
  }

  /// Multiplies the density of every kernel at a place, or the probability of a level or choice, into `densities`.
  func multiply(into densities: inout [Double], at place: Double) {
    switch shape {
    case .choices(let rows):
      for kernel in densities.indices { densities[kernel] *= rows[kernel][Int(place)] }
    case .normals(let normals):
      for kernel in densities.indices {
        let mean = normals.means[kernel], deviation = normals.deviations[kernel]
        if let step = normals.step {
          let upper = NormalDistribution.cumulative((place + step / 2 - mean) / deviation)
          let lower = NormalDistribution.cumulative((place - step / 2 - mean) / deviation)
          densities[kernel] *= (upper - lower) / normals.mass[kernel]
        } else {
          let z = (place - mean) / deviation
          densities[kernel] *= (-0.5 * z * z).exponential / (2.506_628_274_631_000_2 * deviation * normals.mass[kernel])
        }
      }
    }
  }

  /// The parameter's value at a place.
  func value(_ place: Double) -> JSONValue {
    switch shape {
    case .choices: parameter.value(level: Int(place))
    case .normals: parameter.value(nearest: parameter.isLogarithmic ? place.exponential : place)
    }
  }
}

/// The joint density of parameters over some trials: each trial is one kernel in all of them.
struct ParzenMixture {
  let kernels: [ParzenKernels]
  /// Weights that sum to 1, and their running sum; the prior is last.
  private let weights: [Double]
  private let cumulative: [Double]

  /// - Parameters:
  ///   - observed: for each parameter its values in the same trials.
  ///   - weights: of the trials; the prior's is 1.
  init(_ parameters: [Parameter], _ observed: [[JSONValue]], weights: [Double]) {
    kernels = zip(parameters, observed).map { ParzenKernels($0, $1) }
    let total = weights.reduce(1, +)
    self.weights = (weights + [1]).map { $0 / total }
    var sum = 0.0
    cumulative = self.weights.map { weight in
      sum += weight
      return sum
    }
  }

  /// The kernel that a uniform number falls on.
  func kernel(_ uniform: Double) -> Int { cumulative.firstIndex { uniform < $0 } ?? weights.count - 1 }

  /// Logarithm of the density at a place with one coordinate for each parameter.
  func logarithm(at place: [Double]) -> Double {
    var densities = weights
    for (kernel, coordinate) in zip(kernels, place) { kernel.multiply(into: &densities, at: coordinate) }
    let sum = densities.reduce(0, +)
    return sum > 0 ? sum.logarithm : -.infinity
  }
}
