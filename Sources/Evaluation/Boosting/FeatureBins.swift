/// Rules that turn columns into at most 256 bins each, fitted on one set of rows and usable on others.
///
/// Up to 255 distinct numbers have a bin each; more are cut at the 255-quantiles. A bin starts at a value that
/// occurs and reaches to the next bin's start, as in XGBoost. Categories have a bin each, by falling frequency; those
/// beyond the 255th and those that did not occur share the last bin, which nothing is split on.
package struct FeatureBins: Sendable {
  /// The bin that stands for a missing number or a category without a bin of its own.
  struct Rule: Sendable {
    /// The smallest value of each bin of an ordered column.
    var starts: [Double] = []
    /// The bin of each category, the missing one first.
    var binOfLevel: [UInt8] = []
    /// How many bins can be split on; the one after them is the special bin.
    var count: Int
    var hasLevels: Bool { !binOfLevel.isEmpty }
  }

  static let limit = 255
  let rules: [Rule]

  /// Fits the rules on all rows of the columns.
  package init(fittedOn columns: [FeatureColumn]) {
    rules = columns.map { column in
      switch column {
      case .ordered(_, let values): Self.ordered(values)
      case .levels(_, let codes, let count): Self.levels(codes, count)
      }
    }
  }

  private static func ordered(_ values: [Double]) -> Rule {
    let sorted = values.filter { !$0.isNaN }.sorted()
    var starts: [Double] = []
    for value in sorted where value != starts.last {
      starts.append(value)
      if starts.count > limit { break }
    }
    if starts.count > limit {
      starts = []
      for step in 0..<limit {
        let value = sorted[step * sorted.count / limit]
        if value != starts.last { starts.append(value) }
      }
    }
    return Rule(starts: starts, count: starts.count)
  }

  private static func levels(_ codes: [Int32], _ count: Int) -> Rule {
    var frequency = [Int](repeating: 0, count: count + 1)
    for code in codes { frequency[Int(code) + 1] += 1 }
    let present = frequency.indices.filter { frequency[$0] > 0 }.sorted {
      (frequency[$1], $0) < (frequency[$0], $1)
    }
    let kept = min(present.count, limit)
    var bins = [UInt8](repeating: UInt8(kept), count: count + 1)
    for bin in 0..<kept { bins[present[bin]] = UInt8(bin) }
    return Rule(binOfLevel: bins, count: kept)
  }

  /// The bins of columns of the same kinds as the fitted ones.
  package func apply(to columns: [FeatureColumn]) -> BinnedFeatures {
    precondition(columns.count == rules.count, "\(columns.count) columns for rules of \(rules.count)")
    let rowCount = columns.first?.rowCount ?? 0
    var bins: [UInt8] = []
    bins.reserveCapacity(rowCount * columns.count)
    for (column, rule) in zip(columns, rules) {
      precondition(column.rowCount == rowCount, "\(column.name) has \(column.rowCount) rows, not \(rowCount)")
      switch column {
      case .ordered(_, let values):
        let special = UInt8(rule.count)
        for value in values { bins.append(value.isNaN ? special : Self.bin(value, rule.starts)) }
      case .levels(_, let codes, _):
        for code in codes {
          let index = Int(code) + 1
          bins.append(index < rule.binOfLevel.count ? rule.binOfLevel[index] : UInt8(rule.count))
        }
      }
    }
    return BinnedFeatures(rowCount: rowCount, rules: rules, bins: bins)
  }

  /// The last bin that starts at or below a value, the first one for smaller values.
  private static func bin(_ value: Double, _ starts: [Double]) -> UInt8 {
    starts.withUnsafeBufferPointer { starts in
      var (low, high) = (0, starts.count)
      while low < high {
        let middle = (low + high) / 2
        if starts[middle] > value { high = middle } else { low = middle + 1 }
      }
      return UInt8(max(low - 1, 0))
    }
  }
}

/// Columns as bins, one byte a value, column by column.
package struct BinnedFeatures: Sendable {
  /// How many rows there are.
  package let rowCount: Int
  let rules: [FeatureBins.Rule]
  let bins: [UInt8]

  /// How many columns there are.
  package var featureCount: Int { rules.count }
}
