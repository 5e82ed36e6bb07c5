internal import Foundation

/// Chances of fair coin tosses.
package enum BinomialTail {
  /// P(X ≥ hits) of `trials` fair tosses.
  package static func atLeast(_ hits: Int, of trials: Int) -> Double {
    if hits <= 0 { return 1 }
    if hits > trials { return 0 }
    // log C(trials, k) from sums of logarithms, so that thousands of trials do not overflow.
    var logarithms = [Double](repeating: 0, count: trials + 1)
    for index in stride(from: 1, through: trials, by: 1) {
      logarithms[index] = logarithms[index - 1] + log(Double(index))
    }
    var sum = 0.0
    for k in stride(from: trials, through: hits, by: -1) {
      sum += exp(logarithms[trials] - logarithms[k] - logarithms[trials - k] - Double(trials) * log(2.0))
    }
    return min(sum, 1)
  }

  /// P(X ≤ hits) of `trials` fair tosses.
  package static func atMost(_ hits: Int, of trials: Int) -> Double { atLeast(trials - hits, of: trials) }
}
