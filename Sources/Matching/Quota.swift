internal import Tensors

/// Systematic sampling: shares turned into whole counts that differ from their expectation by less than one.
///
/// Source: Madow and Madow, "On the theory of systematic sampling", 1944. All arithmetic is exact, so shares that are
/// whole already stay as they are.
public enum Quota {
  /// Whole counts in proportion to `weights` that sum to `total`.
  ///
  /// The counts are differences of ⌊(cumulative weight × total + offset) / sum⌋; `uniform` in [0, 1) places the offset.
  /// When all weights are zero they count as equal.
  ///
  /// - Complexity: O(weights).
  public static func allocate(weights: [Int32], total: Int, uniform: Double) -> [Int32] {
    precondition(total >= 0 && total <= Int(Int32.max), "cannot allocate \(total) units")
    guard !weights.isEmpty else { return [] }
    let sum = weights.reduce(UInt64(0)) { $0 + UInt64($1) }
    guard sum > 0 else {
      return allocate(weights: [Int32](repeating: 1, count: weights.count), total: total, uniform: uniform)
    }
    let offset = min(sum - 1, UInt64(uniform * Double(sum)))
    var counts: [Int32] = []
    counts.reserveCapacity(weights.count)
    var cumulative: UInt64 = 0
    var reached: UInt64 = 0
    for weight in weights {
      cumulative += UInt64(weight)
      let product = cumulative.multipliedFullWidth(by: UInt64(total))
      let (low, carry) = product.low.addingReportingOverflow(offset)
      let next = sum.dividingFullWidth((product.high + (carry ? 1 : 0), low)).quotient
      counts.append(Int32(next - reached))
      reached = next
    }
    return counts
  }

  /// `total` positions in `0..<count`, each as often as its equal quota allows, in ascending order.
  public static func positions(count: Int, total: Int, uniform: Double) -> [Int32] {
    let copies = allocate(weights: [Int32](repeating: 1, count: count), total: total, uniform: uniform)
    var positions: [Int32] = []
    positions.reserveCapacity(total)
    for (position, copy) in copies.enumerated() {
      for _ in 0..<copy { positions.append(Int32(position)) }
    }
    return positions
  }

  /// The number of rows of `count` at scale `scale`: rounded, at least one where there was one.
  public static func scaled(_ count: Int, by scale: Double) -> Int {
    count == 0 ? 0 : max(1, Int((Double(count) * scale).rounded()))
  }
}

/// Draws from a stream one after the other.
struct DrawSequence {
  private let stream: RandomStream
  private let step: UInt32
  private var counter: UInt64 = 0

  init(_ stream: RandomStream, step: UInt32) {
    self.stream = stream
    self.step = step
  }

  /// A uniform integer in `0..<bound`.
  mutating func next(below bound: Int) -> Int {
    counter += 1
    return stream.integer(below: bound, row: counter, step: step)
  }
}
