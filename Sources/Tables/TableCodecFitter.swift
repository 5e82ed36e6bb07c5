/// Collects what a table's codec is fitted to, block by block.
///
/// **Memory**: 8 bytes per number of a column, for at most `sampleLimit` rows: larger tables are sampled
/// systematically.
public struct TableCodecFitter {
  /// Rows of which the numbers are kept.
  public static let sampleLimit = 4_000_000

  private enum Collector {
    case numbers([Double], missing: Int)
    case codes([Int], missing: Int)
    case other
  }

  private let table: TableSchema
  private let survey: TableSurvey
  private let options: CodecOptions
  private let sampleLimit: Int
  private var collectors: [Collector]

  /// Starts with no rows.
  public init(table: TableSchema, survey: TableSurvey, options: CodecOptions) {
    self.init(table: table, survey: survey, options: options, sampleLimit: Self.sampleLimit)
  }

  package init(table: TableSchema, survey: TableSurvey, options: CodecOptions, sampleLimit: Int) {
    self.table = table
    self.survey = survey
    self.options = options
    self.sampleLimit = sampleLimit
    collectors = table.columns.map { column in
      switch column.role {
      case .number, .date: .numbers([], missing: 0)
      case .categorical, .boolean: .codes([], missing: 0)
      case .primaryKey, .foreignKey, .text, .ignoredKey: .other
      }
    }
  }

  /// Adds the next rows.
  public mutating func add(_ block: TableBlock) {
    for (index, column) in block.columns.enumerated() {
      // Taken out while it is changed, so that the arrays inside are not copied.
      let collector = collectors[index]
      collectors[index] = .other
      switch (collector, column) {
      case (.numbers(var values, var missing), .numbers(let new)):
        if values.isEmpty { values.reserveCapacity(min(survey.rowCount, sampleLimit)) }
        for (offset, value) in new.enumerated() {
          if value.isNaN {
            missing += 1
          } else if isSampled(block.firstRow + offset) {
            values.append(value)
          }
        }
        collectors[index] = .numbers(values, missing: missing)
      case (.codes(var counts, var missing), .codes(let new)):
        for code in new {
          if code < 0 {
            missing += 1
            continue
          }
          let level = Int(code)
          if level >= counts.count { counts.append(contentsOf: repeatElement(0, count: level + 1 - counts.count)) }
          counts[level] += 1
        }
        collectors[index] = .codes(counts, missing: missing)
      default: collectors[index] = collector
      }
    }
  }

  /// Fits the codec.
  ///
  /// - Parameter dictionary: the texts of a column by code: `TableReader.dictionary`.
  /// - Returns: the codec, and per column the level of each code (empty for columns without codes).
  public consuming func finish(
    dictionary: (_ column: Int) -> [String]
  ) -> (codec: TableCodec, levelOfCode: [[Int32]]) {
    var columns: [ColumnCodec] = []
    var levelOfCode: [[Int32]] = []
    for index in table.columns.indices {
      let texts = dictionary(index)
      let codec = self.codec(of: index, texts: texts)
      collectors[index] = .other
      columns.append(codec)
      if case .categorical(let categorical) = codec {
        let levels = Dictionary(
          categorical.levels.enumerated().filter { $0.offset != categorical.missingLevel }
            .map { (ByteText($0.element), Int32($0.offset)) },
          uniquingKeysWith: { first, _ in first })
        levelOfCode.append(texts.map { levels[ByteText($0)] ?? -1 })
      } else {
        levelOfCode.append([])
      }
    }
    let codec = TableCodec(
      table: table.name, rowCount: survey.rowCount, columnNames: table.columns.map(\.name), columns: columns)
    return (codec, levelOfCode)
  }

  /// Spreads `sampleLimit` rows evenly over a larger table.
  private func isSampled(_ row: Int) -> Bool {
    survey.rowCount <= sampleLimit
      || row * sampleLimit / survey.rowCount != (row - 1) * sampleLimit / survey.rowCount || row == 0
  }

  private func codec(of index: Int, texts: [String]) -> ColumnCodec {
    let column = table.columns[index]
    let found = survey.columns[index]
    switch (column.role, collectors[index]) {
    case (.number, .numbers(let values, let missing)), (.date, .numbers(let values, let missing)):
      guard case .numbers(let format, _, _) = found.content else { return .null }
      return .numeric(
        NumericCodec.fit(
          values: values, format: format, knots: options.knots,
          minimumCellRows: survey.rowCount < CodecOptions.smallTableRows ? 1 : options.minimumCellRows),
        missing: indicator(missing: missing))
    case (_, .codes(let counts, let missing)):
      let levels = texts.enumerated().map { ($1, $0 < counts.count ? counts[$0] : 0) }
      return .categorical(CategoricalCodec(texts: levels, missingCount: missing, maximumLevels: options.maxLevels))
    case (.text(let rule), _): return .text(rule, missing: indicator(missing: found.missingCount))
    case (.primaryKey, _):
      if case .keys(_, let format) = found.content { return .primaryKey(format) }
      return .primaryKey(.integer(first: 0))
    case (.foreignKey(let relation), _): return .foreignKey(relation: relation)
    case (.ignoredKey, _):
      if found.missingCount > 0 || survey.rowCount == 0 { return .null }
      if case .keys(let isInteger, _) = found.content, isInteger { return .text(.pattern("{row}"), missing: nil) }
      return .text(.pattern("{column}-{row}"), missing: nil)
    default: return .null
    }
  }

  private func indicator(missing: Int) -> CategoricalCodec? {
    missing > 0 ? CategoricalCodec(presentCount: survey.rowCount - missing, missingCount: missing) : nil
  }
}

/// A text that is compared byte by byte, not by Unicode equivalence.
private struct ByteText: Hashable {
  private let bytes: [UInt8]

  init(_ text: String) { bytes = Array(text.utf8) }
}
