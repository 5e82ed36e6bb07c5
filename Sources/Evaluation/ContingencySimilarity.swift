/// Agreement of two contingency tables: 1 − ½ Σ |p_real(a, b) − p_synthetic(a, b)| over all rows.
///
/// A missing category is a category of its own; categories of both sides are united. Categories compare as values;
/// sdmetrics before 0.16 compared them as text, which differs only where an integer column turned into decimals.
enum ContingencySimilarity {
  static func score(_ first: JoinedColumn, _ second: JoinedColumn) -> Score {
    strengthened(first, second, threshold: nil).score
  }

  /// The score with Cramér's V of the real rows; undefined where that is not above the threshold.
  ///
  /// Without a threshold V is not computed; one below zero leaves no pair out.
  static func strengthened(
    _ first: JoinedColumn, _ second: JoinedColumn, threshold: Double?
  ) -> StrengthenedScore {
    let (real, synthetic) = (first.real, first.synthetic)
    for (side, pair) in [("real", (real, second.real)), ("synthetic", (synthetic, second.synthetic))] {
      if pair.0.hasInfinity || pair.1.hasInfinity {
        return StrengthenedScore(score: .undefined("a \(side) value is infinite"))
      }
      if pair.0.codes.isEmpty { return StrengthenedScore(score: .undefined("there is no \(side) row")) }
    }
    // Codes are shifted by one, so that the missing category −1 becomes 0.
    let rows = max(real.levels, synthetic.levels) + 1
    let columns = max(second.real.levels, second.synthetic.levels) + 1
    let realCount = real.codes.count
    let syntheticCount = synthetic.codes.count
    let counts: ContingencyCounts
    if rows <= denseLimit(realCount + syntheticCount) / columns {
      counts = .dense(cells: rows * columns)
    } else {
      counts = .hashed(capacity: realCount + syntheticCount)
    }
    counts.add(real.codes, second.real.codes, columns: columns, isReal: true)
    var strength: Double?
    if let threshold {
      strength = counts.association(rows: rows, columns: columns)
      if let strength, strength <= threshold { return .weak("Cramér's V", strength, threshold: threshold) }
      if strength == nil && threshold >= 0 {
        return StrengthenedScore(score: .undefined("one of the columns has a single category in the real rows"))
      }
    }
    counts.add(synthetic.codes, second.synthetic.codes, columns: columns, isReal: false)
    // Integers first, one division last: exact and independent of the order of cells.
    let distance = counts.distance(realTotal: realCount, syntheticTotal: syntheticCount)
    let score = Score(1 - Double(distance) / (2 * Double(realCount) * Double(syntheticCount)))
    return StrengthenedScore(score: score, strength: strength)
  }

  /// The agreement of two sets of pairs of codes below `levels`.
  static func score(
    real: (from: [Int32], to: [Int32]), other: (from: [Int32], to: [Int32]), levels: Int
  ) -> Score {
    func column(_ codes: [Int32]) -> SideColumn {
      SideColumn(.discrete(name: "", codes: codes, levels: levels), seenBy: .all(codes.count), needsBins: false)
    }
    let reference = ColumnReference(table: "", column: "")
    return score(
      JoinedColumn(
        reference: reference, isContinuous: false, real: column(real.from), synthetic: column(other.from)),
      JoinedColumn(reference: reference, isContinuous: false, real: column(real.to), synthetic: column(other.to)))
  }

  /// Clearing and reading a dense table should cost no more than counting the rows does.
  private static func denseLimit(_ rows: Int) -> Int { min(max(2 * rows, 1 << 14), 1 << 22) }
}

/// Joint counts of two code columns on both sides, as a dense table or, for many categories, a hash table.
final class ContingencyCounts {
  private var keys: [Int]
  private var real: [Int32]
  private var synthetic: [Int32]
  private let isDense: Bool

  /// Tables up to this size are counted in two parts.
  private static let smallTable = 1024

  static func dense(cells: Int) -> ContingencyCounts { ContingencyCounts(slots: cells, isDense: true) }

  /// - Parameter capacity: an upper bound of the number of distinct pairs.
  static func hashed(capacity: Int) -> ContingencyCounts {
    var slots = 16
    while slots < 2 * capacity { slots *= 2 }
    return ContingencyCounts(slots: slots, isDense: false)
  }

  private init(slots: Int, isDense: Bool) {
    self.isDense = isDense
    keys = isDense ? [] : [Int](repeating: -1, count: slots)
    real = [Int32](repeating: 0, count: slots)
    synthetic = [Int32](repeating: 0, count: slots)
  }

  func add(_ first: [Int32], _ second: [Int32], columns: Int, isReal: Bool) {
    precondition(first.count == second.count, "columns of \(first.count) and \(second.count) rows in one pair")
    if isReal {
      Self.add(first, second, columns, &keys, &real, isDense)
    } else {
      Self.add(first, second, columns, &keys, &synthetic, isDense)
    }
  }

  private static func add(
    _ first: [Int32], _ second: [Int32], _ columns: Int, _ keys: inout [Int], _ counts: inout [Int32], _ isDense: Bool
  ) {
    if isDense {
      first.withUnsafeBufferPointer { first in
        second.withUnsafeBufferPointer { second in
          counts.withUnsafeMutableBufferPointer { counts in
            let isSmall = counts.count <= smallTable
            let spare = isSmall ? counts.count : 0
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: spare) { others in
              others.initialize(repeating: 0)
              // Neighbours often fall into one cell, and each increment waits for the one before: two tables.
              var row = 0
              if isSmall {
                while row + 1 < first.count {
                  counts[(Int(first[row]) + 1) * columns + Int(second[row]) + 1] &+= 1
                  others[(Int(first[row + 1]) + 1) * columns + Int(second[row + 1]) + 1] &+= 1
                  row += 2
                }
                for cell in counts.indices { counts[cell] &+= others[cell] }
              }
              while row < first.count {
                counts[(Int(first[row]) + 1) * columns + Int(second[row]) + 1] &+= 1
                row += 1
              }
            }
          }
        }
      }
      return
    }
    let mask = keys.count - 1
    let shift = 64 - mask.nonzeroBitCount
    for row in 0..<first.count {
      let key = (Int(first[row]) + 1) * columns + Int(second[row]) + 1
      var slot = Int((UInt(bitPattern: key) &* 0x9E37_79B9_7F4A_7C15) >> UInt(shift))
      while keys[slot] != key && keys[slot] != -1 { slot = (slot + 1) & mask }
      keys[slot] = key
      counts[slot] += 1
    }
  }

  /// Cramér's V of the real counts without corrections; nil if they fill fewer than two rows or columns.
  func association(rows: Int, columns: Int) -> Double? {
    var rowTotals = [Int](repeating: 0, count: rows)
    var columnTotals = [Int](repeating: 0, count: columns)
    for slot in real.indices where real[slot] > 0 {
      let key = isDense ? slot : keys[slot]
      rowTotals[key / columns] += Int(real[slot])
      columnTotals[key % columns] += Int(real[slot])
    }
    let smaller = min(rowTotals.count { $0 > 0 }, columnTotals.count { $0 > 0 })
    if smaller < 2 { return nil }
    var sum = 0.0
    for slot in real.indices where real[slot] > 0 {
      let key = isDense ? slot : keys[slot]
      let observed = Double(real[slot])
      sum += observed * observed / (Double(rowTotals[key / columns]) * Double(columnTotals[key % columns]))
    }
    // χ²/n = Σ observed²/(row · column) − 1.
    return (max(sum - 1, 0) / Double(smaller - 1)).squareRoot()
  }

  /// Σ |real · syntheticTotal − synthetic · realTotal|; below 2⁶³ because row numbers fit 31 bits.
  func distance(realTotal: Int, syntheticTotal: Int) -> Int {
    var sum = 0
    for cell in 0..<real.count { sum += abs(Int(real[cell]) * syntheticTotal - Int(synthetic[cell]) * realTotal) }
    return sum
  }
}
