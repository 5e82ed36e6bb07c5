internal import Essentials
internal import Tensors

/// The tree-structured Parzen estimator: each parameter is drawn where good trials are dense and bad ones are not.
///
/// Source: Bergstra et al., "Algorithms for hyper-parameter optimization" (NIPS 2011), §4; numbers (size of the good
/// set, weights, bandwidths, prior) as in Optuna's `TPESampler` with its defaults; several objectives as in Ozaki et
/// al., "Multiobjective tree-structured Parzen estimator" (JAIR 73, 2022).
struct TreeParzenEstimator {
  /// The good trials by number, with their weights; nil weights are those of their age.
  private let good: [TrialResult]
  private let goodWeights: [Double]?
  private let bad: [TrialResult]

  /// Splits the trials: the good set has min(⌈n/10⌉, 25) of the n that have ended; running ones count as bad, which
  /// keeps suggestions made at the same time apart.
  init(_ results: [TrialResult]) {
    var ended: [(position: Int, losses: [Double])] = []
    var pruned: [(position: Int, step: Int, loss: Double)] = []
    var count = 0
    for (position, result) in results.enumerated() {
      switch result.outcome {
      case .complete(let losses): ended.append((position, losses))
      case .pruned(let step, let loss): pruned.append((position, step, loss))
      case .bad: break
      case .running: count -= 1
      }
      count += 1
    }
    let size = min((count + 9) / 10, 25)
    let isSingle = (ended.first?.losses.count ?? 1) == 1
    let best: [Int]
    if isSingle {
      best = ended.sorted { ($0.losses[0], $0.position) < ($1.losses[0], $1.position) }.prefix(size).map(\.position)
    } else {
      best = ParetoFront.best(size, of: ended.map(\.losses)).map { ended[$0].position }
    }
    // Trials that ended early follow: those that came further first.
    let early = pruned.sorted { (-$0.step, $0.loss, $0.position) < (-$1.step, $1.loss, $1.position) }
      .prefix(size - best.count).map(\.position)
    let chosen = Set(best + early)
    let positions = chosen.sorted()
    good = positions.map { results[$0] }
    bad = results.indices.filter { !chosen.contains($0) }.map { results[$0] }
    goodWeights = isSingle ? nil : Self.contributions(of: good)
  }

  /// Weights of good trials by what each adds to the hypervolume.
  private static func contributions(of good: [TrialResult]) -> [Double] {
    let losses = good.map { result -> [Double]? in
      if case .complete(let losses) = result.outcome { losses } else { nil }
    }
    let complete = losses.compactMap { $0 }
    guard complete.count > 1, let reference = ParetoFront.reference(complete) else { return good.map { _ in 1 } }
    let whole = Hypervolume.of(complete, reference: reference)
    var position = 0
    let shares = losses.map { own -> Double in
      guard own != nil else { return 0 }
      defer { position += 1 }
      var others = complete
      others.remove(at: position)
      return whole - Hypervolume.of(others, reference: reference)
    }
    let largest = shares.max() ?? 0
    return largest > 0 ? shares.map { max($0 / largest, 1e-12) } : shares.map { _ in 1 }
  }

  /// Draws candidates where good trials are dense and returns the one with the largest ratio of the two densities.
  func suggest(_ parameter: Parameter, candidates: Int, stream: RandomStream, trial: Int) -> JSONValue {
    if case .value(let value) = parameter.domain { return value }
    let goodSide = side(good, parameter, weights: goodWeights), badSide = side(bad, parameter, weights: nil)
    var best: (score: Double, value: Double) = (-.infinity, 0)
    let likely = ParzenDensity(parameter, goodSide), unlikely = ParzenDensity(parameter, badSide)
    for candidate in 0..<candidates {
      let first = stream.uniform(row: UInt64(trial), step: UInt32(candidate), draw: 0)
      let second = stream.uniform(row: UInt64(trial), step: UInt32(candidate), draw: 1)
      let value = likely.sample(first, second)
      let score = likely.logarithm(at: value) - unlikely.logarithm(at: value)
      if score > best.score || candidate == 0 { best = (score, value) }
    }
    return likely.value(best.value)
  }

  /// The trials in which the parameter counted. Of more than 25 the older ones count less.
  private func side(_ trials: [TrialResult], _ parameter: Parameter, weights: [Double]?) -> ParzenDensity.Side {
    var values: [JSONValue] = [], kept: [Double] = []
    for (index, trial) in trials.enumerated() {
      guard let value = trial.parameters[parameter.name] else { continue }
      values.append(value)
      if let weights { kept.append(weights[index]) }
    }
    if weights == nil {
      let count = values.count, ramp = count - 25
      kept = (0..<count).map { index in
        guard index < ramp else { return 1 }
        // From 1/n to 1, both included.
        let smallest = 1 / Double(count)
        return ramp == 1 ? smallest : smallest + (1 - smallest) * Double(index) / Double(ramp - 1)
      }
    }
    return .init(values: values, weights: kept)
  }
}
