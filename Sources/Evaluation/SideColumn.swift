/// Which rows of a table a join sees, in order: all of them, or a list in which −1 is a row without a partner.
struct RowView: Sendable {
  let rows: [Int32]?
  let count: Int
  /// Positions of the view on which categories are counted; nil for all of them.
  var sample: [Int32]?

  static func all(_ count: Int) -> RowView { RowView(rows: nil, count: count) }

  static func listed(_ rows: [Int32]) -> RowView { RowView(rows: rows, count: rows.count) }
}

/// One column of one side as the rows of a join see it, with all that its pairs share computed once.
struct SideColumn: Sendable {
  /// Categories or bins, −1 for missing categories; all below `levels`. Empty if nobody needs bins; of the rows of
  /// the view's sample if it has one.
  let codes: [Int32]
  let levels: Int
  /// Numbers, NaN for missing ones; empty for a discrete column.
  let values: [Double]
  /// Mean and root of the summed squares around it, if no value is missing.
  let moments: Moments?
  let hasInfinity: Bool

  struct Moments: Sendable {
    let mean: Double
    let norm: Double
    let isConstant: Bool
  }

  /// - Parameter needsBins: whether the column, if continuous, meets discrete ones.
  init(_ column: EvaluationColumn, seenBy view: RowView, needsBins: Bool) {
    switch column {
    case .discrete(_, let codes, let levels):
      self.codes = Self.pick(Self.gather(codes, view, missing: -1), view.sample)
      self.levels = levels
      values = []
      moments = nil
      hasInfinity = false
    case .continuous(_, let all):
      let values = Self.gather(all, view, missing: .nan)
      self.values = values
      levels = Binning.levels
      // Of a joined column only the few rows of its own table are looked at, once each.
      let seen = view.rows.map { Self.seen(all, by: $0) } ?? all
      let range = Self.range(seen)
      let missingCount = view.rows == nil ? range.missingCount : values.count { $0.isNaN }
      let isEmpty = missingCount == values.count
      hasInfinity = !isEmpty && (range.minimum.isInfinite || range.maximum.isInfinite)
      let (minimum, maximum) = (range.minimum, range.maximum)
      if needsBins && !hasInfinity {
        let bins = Binning.codes(seen, minimum: isEmpty ? 0 : minimum, maximum: isEmpty ? 1 : maximum)
        codes = Self.pick(Self.gather(bins, view, missing: Binning.missing), view.sample)
      } else {
        codes = []
      }
      if missingCount == 0 && !values.isEmpty && !hasInfinity {
        let mean = Self.mean(values)
        let squares = orderedSum(values.count) { (values[$0] - mean) * (values[$0] - mean) }
        moments = Moments(mean: mean, norm: squares.squareRoot(), isConstant: minimum == maximum)
      } else {
        moments = nil
      }
    }
  }

  /// The mean, from differences to the first value so that large offsets (dates) cost no digits.
  private static func mean(_ values: [Double]) -> Double {
    let origin = values[0]
    return origin + orderedSum(values.count) { values[$0] - origin } / Double(values.count)
  }

  /// The smallest and the largest value that is not missing, and how many are.
  private static func range(_ values: [Double]) -> (minimum: Double, maximum: Double, missingCount: Int) {
    var (minimum, maximum) = (Double.infinity, -Double.infinity)
    var missingCount = 0
    for value in values {
      minimum = value < minimum ? value : minimum
      maximum = value > maximum ? value : maximum
      missingCount += value.isNaN ? 1 : 0
    }
    return (minimum, maximum, missingCount)
  }

  /// The values of the rows that a view sees, NaN in the others.
  private static func seen(_ all: [Double], by rows: [Int32]) -> [Double] {
    var values = [Double](repeating: .nan, count: all.count)
    for row in rows where row >= 0 { values[Int(row)] = all[Int(row)] }
    return values
  }

  private static func pick(_ codes: [Int32], _ sample: [Int32]?) -> [Int32] {
    guard let sample else { return codes }
    return sample.map { codes[Int($0)] }
  }

  private static func gather<Element>(_ all: [Element], _ view: RowView, missing: Element) -> [Element] {
    guard let rows = view.rows else { return all }
    return [Element](unsafeUninitializedCapacity: rows.count) { gathered, count in
      for (index, row) in rows.enumerated() {
        gathered.initializeElement(at: index, to: row < 0 ? missing : all[Int(row)])
      }
      count = rows.count
    }
  }
}

/// One column of both sides as the rows of a join see it.
struct JoinedColumn: Sendable {
  let reference: ColumnReference
  let isContinuous: Bool
  let real: SideColumn
  let synthetic: SideColumn

  init(reference: ColumnReference, isContinuous: Bool, real: SideColumn, synthetic: SideColumn) {
    self.reference = reference
    self.isContinuous = isContinuous
    self.real = real
    self.synthetic = synthetic
  }

  init(_ index: Int, of pair: TablePair, real: RowView, synthetic: RowView, needsBins: Bool) {
    let column = pair.real.columns[index]
    reference = ColumnReference(table: pair.name, column: column.name)
    isContinuous = column.isContinuous
    self.real = SideColumn(column, seenBy: real, needsBins: needsBins)
    self.synthetic = SideColumn(pair.synthetic.columns[index], seenBy: synthetic, needsBins: needsBins)
  }
}

/// The sum of `count` terms, always in the same order: four interleaved sums within blocks, block sums in sequence.
///
/// Blocks keep the rounding error near that of a pairwise sum.
@inline(__always)
func orderedSum(_ count: Int, _ term: (Int) -> Double) -> Double {
  var total = 0.0
  var start = 0
  while start < count {
    let end = min(start + 4096, count)
    var lanes = SIMD4<Double>()
    var index = start
    while index + 4 <= end {
      lanes += SIMD4(term(index), term(index + 1), term(index + 2), term(index + 3))
      index += 4
    }
    var rest = 0.0
    while index < end {
      rest += term(index)
      index += 1
    }
    total += (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + rest
    start = end
  }
  return total
}
