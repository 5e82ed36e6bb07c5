/// The scores of single columns as the publications define them.
public enum ColumnMetrics {
  /// 1 − sup |F_real − F_synthetic| over the values that are not missing.
  ///
  /// - Parameter mode: `paper` rounds nothing (sdmetrics 0.13), the other rounds to 14 decimals first.
  /// - Complexity: O(n log n); the distance itself is a difference of integer counts, divided once.
  public static func ksComplement(real: [Double], synthetic: [Double], mode: EvaluationMode = .paper) -> Score {
    let left = sorted(real, mode)
    let right = sorted(synthetic, mode)
    if let reason = emptiness(real: left.isEmpty, synthetic: right.isEmpty) { return .undefined(reason) }
    var i = 0
    var j = 0
    var largest = 0
    while i < left.count && j < right.count {
      let value = min(left[i], right[j])
      while i < left.count && left[i] == value { i += 1 }
      while j < right.count && right[j] == value { j += 1 }
      largest = max(largest, abs(i * right.count - j * left.count))
    }
    return Score(1 - Double(largest) / (Double(left.count) * Double(right.count)))
  }

  /// 1 − ½ Σ |f_real − f_synthetic| over the codes that are not missing.
  ///
  /// A category that only the synthetic data has receives a real count of 1e-6 before frequencies are formed, as in
  /// sdmetrics; without it scores differ in the seventh decimal.
  public static func tvComplement(real: [Int32], synthetic: [Int32], levels: Int) -> Score {
    let realCounts = counts(real, levels)
    let syntheticCounts = counts(synthetic, levels)
    let syntheticTotal = syntheticCounts.reduce(0, +)
    if let reason = emptiness(real: realCounts.reduce(0, +) == 0, synthetic: syntheticTotal == 0) {
      return .undefined(reason)
    }
    let regularised = zip(realCounts, syntheticCounts).map { $0 == 0 && $1 > 0 ? 1e-6 : Double($0) }
    let realTotal = regularised.reduce(0, +)
    var distance = 0.0
    for level in 0..<levels {
      distance += abs(regularised[level] / realTotal - Double(syntheticCounts[level]) / Double(syntheticTotal))
    }
    return Score(1 - distance / 2)
  }

  /// The score of one column of a table.
  static func score(real: EvaluationColumn, synthetic: EvaluationColumn, mode: EvaluationMode) -> (
    metric: Metric, score: Score
  ) {
    switch (real, synthetic) {
    case (.continuous(_, let real), .continuous(_, let synthetic)):
      return (.ksComplement, ksComplement(real: real, synthetic: synthetic, mode: mode))
    case (.discrete(_, let real, let realLevels), .discrete(_, let synthetic, let syntheticLevels)):
      let levels = max(realLevels, syntheticLevels)
      return (.tvComplement, tvComplement(real: real, synthetic: synthetic, levels: levels))
    default:
      preconditionFailure("column \(real.name) is continuous on one side and discrete on the other")
    }
  }

  /// The values that are not missing, rounded as the mode says, in ascending order.
  private static func sorted(_ values: [Double], _ mode: EvaluationMode) -> [Double] {
    var present = values.filter { !$0.isNaN }
    if mode == .sdmetrics {
      // numpy's arithmetic. Above the limit only dates and other whole numbers are left, which are not rounded there.
      for index in present.indices where abs(present[index]) < 0x1p52 {
        present[index] = (present[index] * 1e14).rounded(.toNearestOrEven) / 1e14
      }
    }
    RadixSort.sort(&present)
    return present
  }

  private static func counts(_ codes: [Int32], _ levels: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: levels)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    return counts
  }

  private static func emptiness(real: Bool, synthetic: Bool) -> String? {
    switch (real, synthetic) {
    case (true, true): "neither side has a value"
    case (true, false): "the real column has no value"
    case (false, true): "the synthetic column has no value"
    case (false, false): nil
    }
  }
}
