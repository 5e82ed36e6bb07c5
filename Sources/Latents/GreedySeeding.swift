internal import CKernels
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
    let first = min(Int(uniform(0, 0) * Double(rowCount)), rowCount - 1)
    var seeds = [first]
    var nearest = [Double](repeating: .infinity, count: rowCount)
    var potential = distances(features, to: [first], limit: nearest) { _, values in nearest = values }[0]
    while seeds.count < count {
      let candidates = draw(nearest, potential: potential, count: candidateCount) { uniform(seeds.count, $0) }
      var columns = [[Double]](repeating: [], count: candidates.count)
      let potentials = distances(features, to: candidates, limit: nearest) { columns[$0] = $1 }
      var best = 0
      for candidate in candidates.indices where potentials[candidate] < potentials[best] { best = candidate }
      seeds.append(candidates[best])
      nearest = columns[best]
      potential = potentials[best]
    }
    return seeds
  }

  /// Rows whose cumulative squared distance is the first to reach uniform × potential.
  private static func draw(
    _ nearest: [Double], potential: Double, count: Int, uniform: (Int) -> Double
  ) -> [Int] {
    var cumulative = [Double](repeating: 0, count: nearest.count)
    var sum = 0.0
    for row in nearest.indices {
      sum += nearest[row]
      cumulative[row] = sum
    }
    return (0..<count).map { candidate in
      let target = uniform(candidate) * potential
      var low = 0
      var high = cumulative.count
      while low < high {
        let middle = (low + high) / 2
        if cumulative[middle] < target { low = middle + 1 } else { high = middle }
      }
      return min(low, cumulative.count - 1)
    }
  }

  /// Distances of all rows to each candidate row, limited from above; returns their sums.
  private static func distances(
    _ features: MixedFeatures, to candidates: [Int], limit: [Double], deliver: (Int, [Double]) -> Void
  ) -> [Double] {
    let centres = candidates.flatMap { features.coordinates(row: $0) }
    let tables = ComponentTables(squaredDistancesTo: centres, of: features)
    let count = candidates.count
    var columns = [[Double]](repeating: [Double](repeating: 0, count: features.rowCount), count: count)
    var totals = [Double](repeating: 0, count: count)
    let blocks = FeatureBlocks(features)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: FeatureBlocks.length * tables.padded) { scores in
      guard let base = scores.baseAddress else { return }
      blocks.forEach(rows: 0..<features.rowCount) { block, start, rows in
        tables.fill(base, block)
        for candidate in 0..<count {
          var total = 0.0
          columns[candidate].withUnsafeMutableBufferPointer { column in
            for row in 0..<rows {
              // One-hot distances are differences of large terms and may come out a rounding error below zero.
              let distance = max(0, min(base[row &* tables.padded &+ candidate], limit[start &+ row]))
              column[start &+ row] = distance
              total += distance
            }
          }
          totals[candidate] += total
        }
      }
    }
    for candidate in 0..<count { deliver(candidate, columns[candidate]) }
    return totals
  }
}
