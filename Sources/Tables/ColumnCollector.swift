/// What a column's codec is fitted to.
struct ColumnCollector {
  /// Rows, and those among them that codecs are fitted to.
  struct Rows {
    var count = 0
    var trainingCount = 0

    @inline(__always)
    mutating func add(isTraining: Bool) {
      count += 1
      if isTraining { trainingCount += 1 }
    }
  }

  /// Which rows count as what.
  struct RowChoice {
    /// Whether a row is a training row; nil if all are.
    var isTraining: [Bool]?
    var rowCount: Int
    /// Rows of which numbers are kept, spread evenly.
    var sampleLimit: Int

    @inline(__always)
    func isTraining(_ row: Int) -> Bool { isTraining?[row] ?? true }

    @inline(__always)
    func isSampled(_ row: Int) -> Bool {
      rowCount <= sampleLimit || row * sampleLimit / rowCount != (row - 1) * sampleLimit / rowCount || row == 0
    }
  }

  /// Numbers of the training rows.
  private(set) var numbers: [Double] = []
  /// Numbers of other rows, which count if the training rows have none.
  private(set) var otherNumbers: [Double] = []
  /// The different numbers of all rows, if they are few integers.
  private(set) var integers = DistinctIntegers(limit: QuantileCodec.maximumSnappedValues)
  /// Rows of each code of the reader's dictionary.
  private(set) var codes: [Rows] = []
  /// Rows without a value.
  private(set) var missing = Rows()
  /// Rows with a value.
  private(set) var present = Rows()

  /// Adds the next rows.
  mutating func add(_ column: ColumnBlock, firstRow: Int, _ choice: RowChoice) {
    switch column {
    case .numbers(let values): add(values, firstRow, choice)
    case .codes(let values):
      for (offset, code) in values.enumerated() {
        let isTraining = choice.isTraining(firstRow + offset)
        note(isPresent: code >= 0, isTraining: isTraining)
        guard code >= 0 else { continue }
        let level = Int(code)
        if level >= codes.count { codes.append(contentsOf: repeatElement(Rows(), count: level + 1 - codes.count)) }
        codes[level].add(isTraining: isTraining)
      }
    case .presence(let flags):
      for (offset, isPresent) in flags.enumerated() {
        note(isPresent: isPresent, isTraining: choice.isTraining(firstRow + offset))
      }
    case .integerKeys, .textKeys, .none: break
    }
  }

  private mutating func add(_ values: [Double], _ firstRow: Int, _ choice: RowChoice) {
    if numbers.isEmpty { numbers.reserveCapacity(min(choice.rowCount, choice.sampleLimit)) }
    for (offset, value) in values.enumerated() {
      let row = firstRow + offset
      let isTraining = choice.isTraining(row)
      note(isPresent: !value.isNaN, isTraining: isTraining)
      if value.isNaN { continue }
      integers.add(value)
      guard choice.isSampled(row) else { continue }
      if isTraining { numbers.append(value) } else { otherNumbers.append(value) }
    }
  }

  @inline(__always)
  private mutating func note(isPresent: Bool, isTraining: Bool) {
    if isPresent { present.add(isTraining: isTraining) } else { missing.add(isTraining: isTraining) }
  }
}
