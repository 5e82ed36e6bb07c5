internal import Foundation

/// The variances of a Gaussian diffusion in discrete steps and everything derived from them, in double precision.
///
/// x_t = √ᾱ_t x₀ + √(1 − ᾱ_t) ε for t in 0..<steps, with ᾱ_t = ∏ α_i over i ≤ t, α = 1 − β and ᾱ₋₁ = 1.
///
/// Source: Ho et al., "Denoising diffusion probabilistic models", 2020; Nichol and Dhariwal, "Improved denoising
/// diffusion probabilistic models", 2021, equation 17 (cosine).
public struct GaussianSchedule: Sendable {
  /// How the variances grow.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// β_i = min(1 − g((i + 1) / T) / g(i / T), 0.999) with g(s) = cos²((s + 0.008) / 1.008 · π / 2).
    case cosine
    /// Equidistant from 0.1 / T to 20 / T, at most 0.999.
    case linear
  }

  /// How the variances grow.
  public let kind: Kind
  /// Number of steps T.
  public let steps: Int
  /// β_t, rounded once by 1 − (1 − β).
  public let betas: [Double]
  /// ᾱ_t.
  public let cumulativeProducts: [Double]
  /// Variance of x_{t−1} given x_t and x₀: β_t (1 − ᾱ_{t−1}) / (1 − ᾱ_t); zero at t = 0.
  public let posteriorVariances: [Double]
  /// Factor of x₀ in the mean of x_{t−1} given x_t and x₀.
  public let cleanFactors: [Double]
  /// Factor of x_t in the mean of x_{t−1} given x_t and x₀.
  public let noisyFactors: [Double]
  /// Variance of the model's x_{t−1} given x_t: β_t, and the posterior variance of step 1 at t = 0.
  public let samplingVariances: [Double]

  /// The largest β; a larger one would leave nothing of the step before.
  private static let largestBeta = 0.999
  /// Fewer steps have no posterior variance of step 1.
  public static let fewestSteps = 2

  /// Computes a schedule of at least two steps.
  public init(kind: Kind = .cosine, steps: Int = 2_000) {
    precondition(steps >= Self.fewestSteps, "a schedule of \(steps) steps; at least \(Self.fewestSteps) are needed")
    self.kind = kind
    self.steps = steps
    let alphas = (0..<steps).map { 1 - Self.beta(kind, step: $0, of: steps) }
    let betas = alphas.map { 1 - $0 }
    var products: [Double] = []
    products.reserveCapacity(steps)
    for alpha in alphas { products.append((products.last ?? 1) * alpha) }
    let previous = [1] + products.dropLast()
    let posterior = (0..<steps).map { betas[$0] * (1 - previous[$0]) / (1 - products[$0]) }
    self.betas = betas
    cumulativeProducts = products
    posteriorVariances = posterior
    cleanFactors = (0..<steps).map { betas[$0] * previous[$0].squareRoot() / (1 - products[$0]) }
    noisyFactors = (0..<steps).map { (1 - previous[$0]) * alphas[$0].squareRoot() / (1 - products[$0]) }
    samplingVariances = [posterior[1]] + betas.dropFirst()
  }

  /// ᾱ_{t−1}.
  public func previousProduct(_ step: Int) -> Double { step == 0 ? 1 : cumulativeProducts[step - 1] }

  /// Standard deviation of the noise relative to the data, √((1 − ᾱ_t) / ᾱ_t): the σ of the variance-exploding form.
  public func noiseLevel(_ step: Int) -> Double {
    ((1 - cumulativeProducts[step]) / cumulativeProducts[step]).squareRoot()
  }

  private static func beta(_ kind: Kind, step: Int, of steps: Int) -> Double {
    let total = Double(steps)
    switch kind {
    case .cosine:
      let (now, next) = (cosineLevel(Double(step) / total), cosineLevel(Double(step + 1) / total))
      return min(1 - next / now, largestBeta)
    case .linear:
      let (first, last) = (0.1 / total, 20 / total)
      return min(first + Double(step) * ((last - first) / Double(steps - 1)), largestBeta)
    }
  }

  private static func cosineLevel(_ share: Double) -> Double {
    let cosine = cos((share + 0.008) / 1.008 * .pi / 2)
    return cosine * cosine
  }
}

extension GaussianSchedule: Equatable {
  /// True for equal kinds and numbers of steps, which decide everything else.
  public static func == (left: GaussianSchedule, right: GaussianSchedule) -> Bool {
    left.kind == right.kind && left.steps == right.steps
  }
}

extension GaussianSchedule: Codable {
  private enum CodingKeys: String, CodingKey {
    case kind
    case steps
  }

  /// Computes the schedule from its kind and number of steps.
  ///
  /// - Throws: `DecodingError` when there are too few steps.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let steps = try container.decode(Int.self, forKey: .steps)
    guard steps >= Self.fewestSteps else {
      throw DecodingError.dataCorruptedError(
        forKey: .steps, in: container,
        debugDescription: "\(steps) steps; at least \(Self.fewestSteps) are needed")
    }
    self.init(kind: try container.decode(Kind.self, forKey: .kind), steps: steps)
  }

  /// Stores the kind and the number of steps.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try container.encode(steps, forKey: .steps)
  }
}
