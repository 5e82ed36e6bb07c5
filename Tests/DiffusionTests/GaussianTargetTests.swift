import Diffusion
import Foundation
import Tensors
import Testing

/// A normal distribution of independent numbers, whose denoiser and posteriors are known in closed form.
private struct GaussianTarget {
  let process: NoiseProcess
  let mean: Double
  let deviation: Double
  let width: Int

  var variance: Double { deviation * deviation }

  /// ᾱ at a time; the variance-preserving form of the continuous process has ᾱ = 1 / (1 + σ²).
  func product(time: Double) -> Double {
    switch process {
    case .edm: 1 / (1 + exp(2 * time / NoiseProcess.timeFactor))
    case .ddpm(let schedule): schedule.cumulativeProducts[Int(time)]
    }
  }

  /// Mean of x₀ for a noisy number u, its slope in u, and the variance of x₀.
  func posterior(_ u: Double, time: Double) -> (mean: Double, slope: Double, variance: Double) {
    let product = product(time: time)
    let total = product * variance + 1 - product
    let slope = variance * product.squareRoot() / total
    return (mean + slope * (u - product.squareRoot() * mean), slope, variance * (1 - product) / total)
  }
}

/// The exact denoiser of a target.
private final class ExactNetwork: RowNetwork {
  private let target: GaussianTarget
  private let output: Matrix

  init(_ target: GaussianTarget) {
    self.target = target
    output = Matrix(rows: RowSampler.subBlockRows, columns: target.width)
  }

  func begin(condition: ConditionBlock, rows: Int) {}

  func evaluate(_ input: UnsafePointer<Float>, level: Int, time: Double, rows: Int) -> UnsafePointer<Float> {
    let product = target.product(time: time)
    let (signal, noise) = (product.squareRoot(), (1 - product).squareRoot())
    for index in 0..<rows * target.width {
      let u = Double(input[index])
      let clean = target.posterior(u, time: time).mean
      switch target.process {
      // D = √ᾱ u + √(1 − ᾱ) F.
      case .edm: output.pointer[index] = Float((clean - signal * u) / noise)
      case .ddpm: output.pointer[index] = Float((u - signal * clean) / noise)
      }
    }
    return UnsafePointer(output.pointer)
  }
}

/// Label 0 stands for an observation of every number with Gaussian error, so the guided distribution is known, too.
private final class ExactObservation: RowClassifier {
  private let target: GaussianTarget
  private let observed: Double
  private let variance: Double

  init(_ target: GaussianTarget, observed: Double, variance: Double) {
    self.target = target
    self.observed = observed
    self.variance = variance
  }

  func addGradient(
    input: UnsafePointer<Float>, time: Double, labels: UnsafePointer<Int32>, rows: Int, scale: Float,
    to gradient: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows where labels[row] >= 0 {
      for index in row * target.width..<(row + 1) * target.width {
        let posterior = target.posterior(Double(input[index]), time: time)
        let slope = posterior.slope * (observed - posterior.mean) / (posterior.variance + variance)
        gradient[index] += scale * Float(slope)
      }
    }
  }
}

@Suite("Sampling of a known distribution")
struct GaussianTargetTests {
  struct Case: Sendable, CustomStringConvertible {
    let process: NoiseProcess
    let solver: SamplingOptions.Solver
    let steps: Int
    let tolerance: Double
    var description: String {
      let name = process == .edm ? "edm" : "ddpm"
      return "\(name) \(solver.rawValue) \(steps)"
    }
  }

  static let published = NoiseProcess.ddpm(GaussianSchedule(steps: 2_000))
  static let cases = [
    Case(process: published, solver: .dpmpp2m, steps: 20, tolerance: 0.04),
    Case(process: published, solver: .dpmpp2m, steps: 40, tolerance: 0.03),
    Case(process: published, solver: .dpmpp2m, steps: 300, tolerance: 0.03),
    Case(process: .ddpm(GaussianSchedule(kind: .linear, steps: 1_000)), solver: .dpmpp2m, steps: 40, tolerance: 0.03),
    Case(process: published, solver: .ddim, steps: 200, tolerance: 0.03),
    Case(process: .ddpm(GaussianSchedule(steps: 500)), solver: .ancestral, steps: 1, tolerance: 0.03),
    Case(process: .edm, solver: .dpmpp2m, steps: 40, tolerance: 0.04),
    Case(process: .edm, solver: .ddim, steps: 300, tolerance: 0.04),
    Case(process: .edm, solver: .ancestral, steps: 300, tolerance: 0.04),
  ]

  private let rows = 4_000

  private func moments(_ test: Case, guided: Bool) throws -> (even: (Double, Double), odd: (Double, Double)) {
    let target = GaussianTarget(process: test.process, mean: 1.5, deviation: 0.6, width: 4)
    let shape = DenoiserShape(
      features: FeatureLayout(numericCount: 4, levelCounts: [], scales: []), conditionWidth: 0, layers: [1],
      process: test.process)
    let sampler = RowSampler(
      shape: shape, network: ExactNetwork(target),
      options: SamplingOptions(solver: test.solver, steps: test.steps))
    let observation = ExactObservation(target, observed: 0.2, variance: 0.2)
    let labels = (0..<rows).map { Int32($0 % 2 == 0 ? 0 : -1) }
    let block = try sampler.sample(
      condition: ConditionRows(rowCount: rows),
      guidance: guided ? [GuidanceTerm(classifier: observation, labels: labels, scale: 1)] : [], firstRow: 0,
      stream: RandomStream(seed: 3, name: "target"))
    func moments(_ parity: Int) -> (Double, Double) {
      let values = block.numerics.indices.filter { ($0 / 4) % 2 == parity }.map { Double(block.numerics[$0]) }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      return (mean, variance.squareRoot())
    }
    return (moments(0), moments(1))
  }

  @Test("mean and deviation are those of the target", arguments: cases)
  func unguided(test: Case) throws {
    let (even, odd) = try moments(test, guided: false)
    for (mean, deviation) in [even, odd] {
      #expect(abs(mean - 1.5) < test.tolerance, "mean \(mean)")
      #expect(abs(deviation - 0.6) < test.tolerance, "deviation \(deviation)")
    }
  }

  @Test("guided rows follow the posterior and rows without a label the target", arguments: cases)
  func guided(test: Case) throws {
    let (even, odd) = try moments(test, guided: true)
    let variance = 1 / (1 / 0.36 + 1 / 0.2)
    let mean = variance * (1.5 / 0.36 + 0.2 / 0.2)
    #expect(abs(even.0 - mean) < test.tolerance, "mean \(even.0), expected \(mean)")
    #expect(abs(even.1 - variance.squareRoot()) < test.tolerance, "deviation \(even.1)")
    #expect(abs(odd.0 - 1.5) < test.tolerance && abs(odd.1 - 0.6) < test.tolerance)
  }

  @Test("more steps of the two-step solver come closer to the exact flow than fewer")
  func convergence() throws {
    func rows(_ solver: SamplingOptions.Solver, _ steps: Int) throws -> [Float] {
      let target = GaussianTarget(process: Self.published, mean: 1.5, deviation: 0.6, width: 1)
      let shape = DenoiserShape(
        features: FeatureLayout(numericCount: 1, levelCounts: [], scales: []), conditionWidth: 0, layers: [1],
        process: Self.published)
      return try RowSampler(
        shape: shape, network: ExactNetwork(target), options: SamplingOptions(solver: solver, steps: steps)
      ).sample(
        condition: ConditionRows(rowCount: 200), firstRow: 0, stream: RandomStream(seed: 3, name: "target")
      ).numerics
    }
    // The flow maps start noise z to 1.5 + 0.6 z but for the little that is left of the data at the first level.
    let stream = RandomStream(seed: 3, name: "target")
    let exact = (0..<UInt64(200)).map { Float(1.5 + 0.6 * stream.normal(row: $0)) }
    func error(_ solver: SamplingOptions.Solver, _ steps: Int) throws -> Double {
      let found = try rows(solver, steps)
      return zip(found, exact).reduce(0) { $0 + abs(Double($1.0 - $1.1)) } / 200
    }
    let errors = try [10, 20, 40].map { try error(.dpmpp2m, $0) }
    #expect(errors[1] < errors[0] && errors[2] < 0.04)
    #expect(try error(.dpmpp2m, 20) < (try error(.ddim, 20)))
  }
}
