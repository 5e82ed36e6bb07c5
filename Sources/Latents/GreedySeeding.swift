internal import Foundation
public import Tensors

/// Greedy k-means++: every seed is the best of several candidates drawn in proportion to the squared distance to the
/// nearest seed so far.
///
/// Source: Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", 2007, section 4.
public enum GreedySeeding {
  /// Candidates tried per seed: 2 + ⌊ln count⌋.
  public static func candidateCount(count: Int) -> Int { 2 + Int(log(Double(max(1, count)))) }

  /// The rows of `count` seeds (fewer only when there are fewer rows).
  public static func seedRows(_ features: MixedFeatures, count: Int, stream: RandomStream) -> [Int] {
    let candidates = candidateCount(count: count)
    return seedRows(features, count: count) { seed, candidate in
      seed == 0
        ? stream.uniform(row: 0, step: 0, draw: 0)
        : stream.uniform(row: UInt64((seed - 1) * candidates + candidate), step: 1, draw: 0)
    }
  }

  /// The same with given uniforms: `uniform(0, 0)` draws the first seed, `uniform(s, c)` candidate c of seed s.
  package static func seedRows(
    _ features: MixedFeatures, count: Int, uniform: (_ seed: Int, _ candidate: Int) -> Double
  ) -> [Int] {
    let rowCount = features.rowCount
    let count = min(count, rowCount)
    guard count > 0 else { return [] }
    let candidateCount = candidateCount(count: count)
    let distances = SeedDistances(features, candidates: candidateCount)
    var seeds = [min(Int(uniform(0, 0) * Double(rowCount)), rowCount - 1)]
    distances.measure(to: seeds)
    distances.choose(0)
    while seeds.count < count {
      let candidates = (0..<candidateCount).map { distances.draw(uniform(seeds.count, $0)) }
      let potentials = distances.measure(to: candidates)
      var best = 0
      for candidate in candidates.indices where potentials[candidate] < potentials[best] { best = candidate }
      seeds.append(candidates[best])
      distances.choose(best)
    }
    return seeds
  }
}
