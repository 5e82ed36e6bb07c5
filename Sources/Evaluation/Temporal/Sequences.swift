/// The rows of every parent in the order of a date; rows without a parent or a date are left out.
struct Sequences {
  /// Rows of the table, sequence after sequence.
  let rows: [Int32]
  /// Where in `rows` each sequence starts, and the end; sequences have one row at least.
  let starts: [Int]
  /// The date of every entry of `rows`.
  let times: [Double]
  /// How many sequences of two or more rows are in order of time as stored.
  let orderedCount: Int

  /// The number of sequences.
  var count: Int { starts.count - 1 }

  /// - Complexity: O(n log n).
  init(groups: GroupedRows, times all: [Double]) {
    var rows: [Int32] = []
    var starts = [0]
    var ordered = 0
    rows.reserveCapacity(groups.rows.count)
    for parent in 0..<groups.count {
      var sequence = groups.range(parent).map { groups.rows[$0] }.filter { !all[Int($0)].isNaN }
      if sequence.isEmpty { continue }
      let isOrdered = zip(sequence, sequence.dropFirst()).allSatisfy { all[Int($0)] <= all[Int($1)] }
      if isOrdered {
        if sequence.count > 1 { ordered += 1 }
      } else {
        // Rows break ties, so the order is one of many that sort by time but always the same.
        sequence.sort { (all[Int($0)], $0) < (all[Int($1)], $1) }
      }
      rows += sequence
      starts.append(rows.count)
    }
    self.rows = rows
    self.starts = starts
    orderedCount = ordered
    times = rows.map { all[Int($0)] }
  }

  /// The number of rows of every sequence.
  var lengths: [Int32] { (0..<count).map { Int32(starts[$0 + 1] - starts[$0]) } }
  /// How many sequences have two rows or more.
  var longCount: Int { (0..<count).count { starts[$0 + 1] - starts[$0] > 1 } }

  /// Calls `body` with the places in `rows` of two entries of one sequence that are `lag` apart, in order.
  func forEachStep(lag: Int = 1, _ body: (Int, Int) -> Void) {
    for sequence in 0..<count {
      var place = starts[sequence]
      while place + lag < starts[sequence + 1] {
        body(place, place + lag)
        place += 1
      }
    }
  }

  /// Differences of the values of consecutive rows that both have one.
  func differences(_ values: [Double]) -> [Double] {
    var differences: [Double] = []
    differences.reserveCapacity(rows.count - count)
    forEachStep { first, second in
      let difference = values[Int(rows[second])] - values[Int(rows[first])]
      if difference.isFinite { differences.append(difference) }
    }
    return differences
  }

  /// Sums of the absolute differences within each sequence of two or more rows.
  func pathLengths(_ values: [Double]) -> [Double] {
    (0..<count).compactMap { sequence in
      let range = starts[sequence]..<starts[sequence + 1]
      if range.count < 2 { return nil }
      var length = 0.0
      for place in range.dropFirst() {
        let difference = values[Int(rows[place])] - values[Int(rows[place - 1])]
        if difference.isFinite { length += abs(difference) }
      }
      return length
    }
  }

  /// The correlation of values `lag` rows apart within sequences, all sequences together.
  func autocorrelation(_ values: [Double], lag: Int) -> Double? {
    var first: [Double] = []
    var second: [Double] = []
    forEachStep(lag: lag) { early, late in
      let (a, b) = (values[Int(rows[early])], values[Int(rows[late])])
      if a.isFinite && b.isFinite {
        first.append(a)
        second.append(b)
      }
    }
    return first.count < 3 ? nil : Correlation.of(first, second)
  }

  /// The categories of consecutive rows.
  func transitions(_ codes: [Int32]) -> (from: [Int32], to: [Int32]) {
    var (from, to): ([Int32], [Int32]) = ([], [])
    forEachStep { first, second in
      from.append(codes[Int(rows[first])])
      to.append(codes[Int(rows[second])])
    }
    return (from, to)
  }
}
