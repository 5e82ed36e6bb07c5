/// How the distance of two rows is measured.
///
/// Source: spec/metrics.md §9 and §10.1.
package enum DistanceConvention: String, Sendable, CaseIterable {
  /// Sum of |a − b| / training range over numbers and of 2 for every category that differs, as one-hot coding has it;
  /// numbers that do not vary in training are left out. Used by TabDDPM, TabSyn, ClavaDDPM and GRDM.
  case oneHot = "l1-onehot"
  /// Mean over columns of min(|a − b| / range of the rows that are searched, 1) and of 0 or 1 for categories.
  case sdmetrics = "sdmetrics"
  /// Mean over columns of the difference of training ranks and of 0 or 1 for categories; outliers count little.
  case ranks = "ours"
  /// Euclidean distance of numbers scaled by the training minimum and maximum and of one-hot categories.
  case euclidean = "euclidean"

  /// The three conventions of distances to closest records.
  package static let published: [DistanceConvention] = [.oneHot, .sdmetrics, .ranks]

  var isSquared: Bool { self == .euclidean }
  var isMean: Bool { self == .sdmetrics || self == .ranks }
}

/// Rows as points whose distance is a sum of capped differences: Σ min(|a − b|, cap), squared terms for `euclidean`.
///
/// Categories lie so far apart that a difference always reaches the cap.
package struct RowCoordinates: Sendable {
  /// How many rows there are.
  package let rowCount: Int
  /// Coordinate by coordinate, `rowCount` values each.
  let values: [Double]
  let caps: [Double]
  let convention: DistanceConvention
  /// How many columns the coordinates stand for.
  let columnCount: Int

  var dimension: Int { caps.count }

  /// The distance that belongs to a sum of capped differences.
  func distance(_ sum: Double) -> Double {
    if convention.isSquared { return sum.squareRoot() }
    return convention.isMean ? sum / Double(max(columnCount, 1)) : sum
  }

  /// The points of some rows, in the given order.
  package func selecting(_ rows: [Int32]) -> RowCoordinates {
    var gathered: [Double] = []
    gathered.reserveCapacity(rows.count * dimension)
    for coordinate in 0..<dimension {
      for row in rows { gathered.append(values[coordinate * rowCount + Int(row)]) }
    }
    return RowCoordinates(
      rowCount: rows.count, values: gathered, caps: caps, convention: convention, columnCount: columnCount)
  }
}

extension RowCoordinates {
  fileprivate init(
    _ coordinates: [[Double]], rowCount: Int, caps: [Double], convention: DistanceConvention, columnCount: Int
  ) {
    self.init(
      rowCount: rowCount, values: Array(coordinates.joined()), caps: caps, convention: convention,
      columnCount: columnCount)
  }

  /// The share of rows whose points lie within `radius` of a centre is computed from these distances.
  func distances(to centre: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: rowCount)
    for coordinate in 0..<dimension {
      for row in 0..<rowCount {
        let difference = values[coordinate * rowCount + row] - centre[coordinate]
        sums[row] += difference * difference
      }
    }
    return sums.map { $0.squareRoot() }
  }
}

/// Turns rows into points by what reference rows say about ranges and ranks.
package struct RowEncoder: Sendable {
  private enum Rule: Sendable {
    case leftOut
    /// (x − origin) / range, missing numbers at their mean with a second coordinate that says so.
    case scaled(origin: Double, range: Double, mean: Double, marksMissing: Bool)
    /// x / range with a cap of 1; missing numbers far away from all others.
    case capped(range: Double)
    /// Equal to the only value there is, or not.
    case constant(Double)
    case ranked([Double])
    case category(spacing: Double)
  }

  /// Farther from every scaled number than any cap.
  private static let farAway = 1e200
  private let convention: DistanceConvention
  private let rules: [Rule]

  /// Fits the rules.
  ///
  /// - Parameters:
  ///   - reference: the rows that ranges, means and ranks are taken from.
  ///   - others: rows that will be encoded besides; only whether they have missing numbers matters.
  package init(_ convention: DistanceConvention, reference: [EvaluationColumn], others: [[EvaluationColumn]] = []) {
    self.convention = convention
    rules = reference.indices.map { index in
      guard case .continuous(_, let values) = reference[index] else {
        switch convention {
        case .oneHot: return .category(spacing: 2)
        case .sdmetrics, .ranks: return .category(spacing: 1)
        case .euclidean: return .category(spacing: 2.0.squareRoot())
        }
      }
      let present = values.filter(\.isFinite)
      let (low, high) = (present.min() ?? 0, present.max() ?? 0)
      switch convention {
      case .ranks: return .ranked(present.sorted())
      case .sdmetrics: return high > low ? .capped(range: high - low) : .constant(low)
      case .oneHot, .euclidean:
        if high <= low { return .leftOut }
        let mean = low + orderedSum(present.count) { present[$0] - low } / Double(present.count)
        let marksMissing = ([reference] + others).contains { columns in
          if case .continuous(_, let values) = columns[index] { values.contains { !$0.isFinite } } else { false }
        }
        return .scaled(origin: low, range: high - low, mean: mean, marksMissing: marksMissing)
      }
    }
  }

  /// The points of rows, which need the columns that the encoder was fitted on.
  package func encode(_ columns: [EvaluationColumn], rowCount: Int) -> RowCoordinates {
    precondition(columns.count == rules.count, "\(columns.count) columns for an encoder of \(rules.count)")
    var coordinates: [[Double]] = []
    var caps: [Double] = []
    for (column, rule) in zip(columns, rules) {
      switch (column, rule) {
      case (_, .leftOut): break
      case (.continuous(_, let values), .scaled(let origin, let range, let mean, let marksMissing)):
        coordinates.append(values.map { (($0.isFinite ? $0 : mean) - origin) / range })
        caps.append(.infinity)
        if marksMissing {
          coordinates.append(values.map { $0.isFinite ? 0 : 1 })
          caps.append(1)
        }
      case (.continuous(_, let values), .capped(let range)):
        coordinates.append(values.map { $0.isFinite ? $0 / range : Self.farAway })
        caps.append(1)
      case (.continuous(_, let values), .constant(let constant)):
        coordinates.append(values.map { $0 == constant ? 0 : $0.isFinite ? 2 : Self.farAway })
        caps.append(1)
      case (.continuous(_, let values), .ranked(let sorted)):
        coordinates.append(values.map { $0.isFinite ? Self.rank($0, sorted) : Self.farAway })
        caps.append(1)
      case (.discrete(_, let codes, _), .category(let spacing)):
        coordinates.append(codes.map { Double($0) * spacing })
        caps.append(spacing)
      default:
        preconditionFailure("column \(column.name) is not of the kind that the encoder was fitted on")
      }
    }
    return RowCoordinates(
      coordinates, rowCount: rowCount, caps: caps, convention: convention, columnCount: columns.count)
  }

  /// The share of smaller values plus half the share of equal ones; ½ if there are no values.
  private static func rank(_ value: Double, _ sorted: [Double]) -> Double {
    if sorted.isEmpty { return 0.5 }
    return sorted.withUnsafeBufferPointer { sorted in
      func first(_ isBeyond: (Double) -> Bool) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
          let middle = (low + high) / 2
          if isBeyond(sorted[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
      }
      return Double(first { $0 >= value } + first { $0 > value }) / (2 * Double(sorted.count))
    }
  }
}
