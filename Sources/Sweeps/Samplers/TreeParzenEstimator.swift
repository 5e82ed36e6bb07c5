internal import Essentials
internal import Tensors

/// The tree-structured Parzen estimator: parameters are drawn where good trials are dense and bad ones are not.
///
/// Parameters that count under the same conditions are drawn together.
///
/// Source: Bergstra et al., "Algorithms for hyper-parameter optimization" (NIPS 2011), §4; joint kernels: Falkner et
/// al., "BOHB" (ICML 2018); numbers (size of the good set, weights, bandwidths, prior) as in the `TPESampler` of Optuna
/// 5.0 with its defaults; several objectives by rank and hypervolume as in Ozaki et al., "Multiobjective
/// tree-structured Parzen estimator" (JAIR 73, 2022).
struct TreeParzenEstimator {
  /// The good trials and the others, by number.
  private let good: [TrialResult]
  private let bad: [TrialResult]
  /// Whether there is one objective only: then good trials count less with age, and parameters are drawn together.
  let isJoint: Bool

  /// Splits the trials: the good set has ⌈n/10⌉ of the n that have ended, with one objective 25 at most; running ones
  /// count as bad, which keeps suggestions made at the same time apart.
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
    let isSingle = (ended.first?.losses.count ?? 1) == 1
    let size = min((count + 9) / 10, isSingle ? 25 : .max)
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
    isJoint = isSingle
  }

  /// Draws candidates where good trials are dense and returns the one with the largest ratio of the two densities.
  ///
  /// - Parameters:
  ///   - group: parameters that count under the same conditions; their values are returned in this order.
  ///   - streams: for each of them its random stream; `choice` decides which good trial a candidate is near.
  func suggest(
    _ group: [Parameter], candidates: Int, streams: [RandomStream], choice: RandomStream, trial: Int
  ) -> [JSONValue] {
    let likely = mixture(good, group, ages: isJoint), unlikely = mixture(bad, group, ages: true)
    var best: (score: Double, place: [Double]) = (-.infinity, [])
    for candidate in 0..<candidates {
      let kernel = likely.kernel(choice.uniform(row: UInt64(trial), step: UInt32(candidate)))
      let place = zip(likely.kernels, streams).map { kernels, stream in
        kernels.sample(kernel, stream.uniform(row: UInt64(trial), step: UInt32(candidate)))
      }
      let score = likely.logarithm(at: place) - unlikely.logarithm(at: place)
      if score > best.score || candidate == 0 { best = (score, place) }
    }
    return zip(likely.kernels, best.place).map { $0.value($1) }
  }

  /// The trials in which the parameters counted. Of more than 25 the older ones count less.
  private func mixture(_ trials: [TrialResult], _ group: [Parameter], ages: Bool) -> ParzenMixture {
    let rows = trials.compactMap { trial -> [JSONValue]? in
      let values = group.compactMap { trial.parameters[$0.name] }
      return values.count == group.count ? values : nil
    }
    let count = rows.count, ramp = count - 25
    // From 1/n to 1, both included.
    let smallest = 1 / Double(max(count, 1))
    let weights = (0..<count).map { index -> Double in
      guard ages && index < ramp else { return 1 }
      return ramp == 1 ? smallest : smallest + (1 - smallest) * Double(index) / Double(ramp - 1)
    }
    return ParzenMixture(group, group.indices.map { column in rows.map { $0[column] } }, weights: weights)
  }
}
