internal import Foundation

/// One step of a sampler of the discrete process: x ← state · x + output · ε̂ + guidance · ∇ + noise · z, where ∇ is the
/// sum of η ∇ ln p(label | x_t).
///
/// A two-step solver forms the clean estimate x̂₀ in this way and then x ← state · x + current · x̂₀ + previous · x̂₀′.
struct DiscreteLevel: Equatable {
  /// Factors of a step or of the clean estimate.
  struct Factors: Equatable {
    var state: Double
    var output: Double
    var guidance: Double
    var noise = 0.0
  }

  /// Factors of a two-step update.
  struct Combination: Equatable {
    var state: Double
    var current: Double
    var previous: Double
  }

  /// The step of the schedule that x belongs to.
  var step: Int
  /// Factors of the update, or of the clean estimate where there is a combination.
  var factors: Factors
  /// The update of a two-step solver.
  var combination: Combination?
}

extension GaussianSchedule {
  /// Shortened chains begin where the noise is at most this many times as strong as the data.
  ///
  /// The cosine schedule ends at ᾱ ≈ 6e-10, where x̂₀ magnifies an error of the predicted noise 40,000 times. A long
  /// chain corrects that in its later steps; a short one would extrapolate from it. Beginning much lower would leave
  /// out more of the rows' mean, which starting from pure noise takes to be zero: at 200 it is 2 % of a standard
  /// deviation of the noise for a mean of 4, at 40 it would be 10 %.
  static let largestNoiseLevel = 200.0

  /// The levels of a sampler, first to last.
  func levels(_ options: SamplingOptions) -> [DiscreteLevel] {
    switch options.solver {
    case .ancestral: (0..<steps).reversed().map(ancestralLevel)
    case .ddim: deterministicLevels(count: options.steps)
    case .dpmpp2m: twoStepLevels(count: options.steps)
    }
  }

  /// The reverse step with mean c₁ x̂₀ + c₂ x_t + σ² ∇ and standard deviation σ, none at t = 0.
  ///
  /// c₁ x̂₀ + c₂ x_t = (x_t − β ε̂ / √(1 − ᾱ)) / √α, which has no large factors that cancel.
  private func ancestralLevel(_ step: Int) -> DiscreteLevel {
    let (beta, variance) = (betas[step], samplingVariances[step])
    let root = (1 - beta).squareRoot()
    return DiscreteLevel(
      step: step,
      factors: .init(
        state: 1 / root, output: -beta / ((1 - cumulativeProducts[step]).squareRoot() * root), guidance: variance,
        noise: step > 0 ? variance.squareRoot() : 0))
  }

  /// x ← √ᾱ' x̂₀ + √(1 − ᾱ') ε̂ with ε̂ − √(1 − ᾱ) ∇ in place of ε̂; the last ᾱ' is 1.
  ///
  /// Source of the guidance: Dhariwal and Nichol, "Diffusion models beat GANs on image synthesis", 2021, algorithm 2.
  private func deterministicLevels(count: Int) -> [DiscreteLevel] {
    let chosen = count >= steps ? Array((0..<steps).reversed()) : equidistantSteps(count: count)
    return chosen.enumerated().map { index, step in
      let product = cumulativeProducts[step]
      let next = index + 1 < chosen.count ? cumulativeProducts[chosen[index + 1]] : 1
      let output = (1 - next).squareRoot() - (next * (1 - product) / product).squareRoot()
      return DiscreteLevel(
        step: step,
        factors: .init(
          state: (next / product).squareRoot(), output: output, guidance: -output * (1 - product).squareRoot()))
    }
  }

  /// DPM-Solver++(2M) for x̂₀ in the variance-preserving form; the last step goes to x̂₀ itself, of first order.
  private func twoStepLevels(count: Int) -> [DiscreteLevel] {
    let chosen = stepsUniformInLogarithm(count: count)
    let levels = chosen.map { noiseLevel($0) }
    return chosen.enumerated().map { index, step in
      let product = cumulativeProducts[step]
      let factors = DiscreteLevel.Factors(
        state: 1 / product.squareRoot(), output: -noiseLevel(step), guidance: (1 - product) / product.squareRoot())
      guard index + 1 < chosen.count else {
        return DiscreteLevel(step: step, factors: factors, combination: .init(state: 0, current: 1, previous: 0))
      }
      let next = cumulativeProducts[chosen[index + 1]].squareRoot()
      let ratio = levels[index + 1] / levels[index]
      let extrapolation = index > 0 ? log(ratio) / (2 * log(levels[index] / levels[index - 1])) : 0
      let gain = next * (1 - ratio)
      return DiscreteLevel(
        step: step, factors: factors,
        combination: .init(
          state: next * ratio / product.squareRoot(), current: gain * (1 + extrapolation),
          previous: -gain * extrapolation))
    }
  }

  /// The last step that a shortened chain may begin with.
  private var firstOfShortChain: Int {
    (0..<steps).last { noiseLevel($0) <= Self.largestNoiseLevel } ?? 0
  }

  /// `count` steps from the first of a short chain down to 0, equally far apart but for rounding.
  private func equidistantSteps(count: Int) -> [Int] {
    let first = Double(firstOfShortChain)
    return descending(
      (0..<count).map { Int((first * (1 - Double($0) / Double(max(1, count - 1)))).rounded()) })
  }

  /// At most `count` steps from the first of a short chain down to 0, their noise levels equally far apart in logarithm
  /// but for rounding; steps that would be taken twice are taken once.
  private func stepsUniformInLogarithm(count: Int) -> [Int] {
    let last = firstOfShortChain
    let logarithms = (0...last).map { log(noiseLevel($0)) }
    var chosen: [Int] = []
    var step = last
    for index in 0..<count {
      let share = Double(index) / Double(max(1, count - 1))
      let wanted = logarithms[last] + share * (logarithms[0] - logarithms[last])
      while step > 0, abs(logarithms[step - 1] - wanted) <= abs(logarithms[step] - wanted) { step -= 1 }
      chosen.append(step)
    }
    return descending(chosen)
  }

  private func descending(_ steps: [Int]) -> [Int] {
    var result: [Int] = []
    for step in steps where result.last.map({ step < $0 }) ?? true { result.append(step) }
    return result
  }
}
