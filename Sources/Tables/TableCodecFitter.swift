/// Collects what a table's codec is fitted to, block by block.
///
/// **Memory**: 8 bytes per number of a column, for at most `sampleLimit` rows: larger tables are sampled
/// systematically.
public struct TableCodecFitter {
  /// Rows of which the numbers are kept.
  public static let sampleLimit = 4_000_000

  private let table: TableSchema
  private let survey: TableSurvey
  private let options: CodecOptions
  private let choice: ColumnCollector.RowChoice
  private var collectors: [ColumnCollector]

  /// Starts with no rows.
  public init(table: TableSchema, survey: TableSurvey, options: CodecOptions) {
    self.init(table: table, survey: survey, options: options, sampleLimit: Self.sampleLimit)
  }

  package init(
    table: TableSchema, survey: TableSurvey, options: CodecOptions, sampleLimit: Int = sampleLimit,
    trainingRows: [Int32]? = nil
  ) {
    self.table = table
    self.survey = survey
    self.options = options
    var isTraining: [Bool]?
    if options.kind == .quantile, !options.usesAllRows {
      let rows =
        trainingRows ?? TrainingSplit(rowCount: survey.rowCount, table: table.name, seed: options.splitSeed).training
      var flags = [Bool](repeating: false, count: survey.rowCount)
      for row in rows { flags[Int(row)] = true }
      isTraining = flags
    }
    choice = .init(isTraining: isTraining, rowCount: survey.rowCount, sampleLimit: sampleLimit)
    collectors = [ColumnCollector](repeating: ColumnCollector(), count: table.columns.count)
  }

  /// Adds the next rows.
  public mutating func add(_ block: TableBlock) {
    for (index, column) in block.columns.enumerated() {
      collectors[index].add(column, firstRow: block.firstRow, choice)
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
      collectors[index] = ColumnCollector()
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

  private func codec(of index: Int, texts: [String]) -> ColumnCodec {
    let found = survey.columns[index]
    let collector = collectors[index]
    switch table.columns[index].role {
    case .number, .date:
      guard case .numbers(let format, _, _) = found.content else { return .null }
      return .numeric(map(collector, format), missing: indicator(collector))
    case .categorical, .boolean:
      let levels = texts.enumerated().map { code, text in
        levelRows(text, code < collector.codes.count ? collector.codes[code] : .init())
      }
      return .categorical(
        CategoricalCodec(
          levels, missing: collector.missing.count > 0 ? levelRows("", collector.missing) : nil, options: options))
    case .text(let rule): return .text(rule, missing: indicator(collector))
    case .primaryKey:
      if case .keys(_, let format) = found.content { return .primaryKey(format) }
      return .primaryKey(.integer(first: 0))
    case .foreignKey(let relation): return .foreignKey(relation: relation)
    case .ignoredKey:
      if found.missingCount > 0 || survey.rowCount == 0 { return .null }
      if case .keys(let isInteger, _) = found.content, isInteger { return .text(.pattern("{row}"), missing: nil) }
      return .text(.pattern("{column}-{row}"), missing: nil)
    }
  }

  private func map(_ collector: ColumnCollector, _ format: NumberFormat) -> NumberMap {
    switch options.kind {
    case .hybrid:
      return .rank(
        NumericCodec.fit(
          values: collector.numbers, format: format, knots: options.knots,
          minimumCellRows: options.minimumCellRows))
    case .quantile:
      let values = collector.numbers.isEmpty ? collector.otherNumbers : collector.numbers
      return .quantile(
        QuantileCodec(
          ValueCounts(values),
          rounding: QuantileCodec.rounding(of: format, integers: collector.integers, options: options),
          format: format, tolerance: options.tolerance))
    }
  }

  private func indicator(_ collector: ColumnCollector) -> CategoricalCodec? {
    guard collector.missing.count > 0 else { return nil }
    return CategoricalCodec(
      present: levelRows("present", collector.present), missing: levelRows("", collector.missing), options: options)
  }

  private func levelRows(_ text: String, _ rows: ColumnCollector.Rows) -> CategoricalCodec.LevelRows {
    .init(text: text, count: rows.count, trainingCount: rows.trainingCount)
  }
}

/// A text that is compared byte by byte, not by Unicode equivalence.
private struct ByteText: Hashable {
  private let bytes: [UInt8]

  init(_ text: String) { bytes = Array(text.utf8) }
}
