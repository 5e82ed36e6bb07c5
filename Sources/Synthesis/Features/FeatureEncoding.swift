import Diffusion
import Essentials
import Tables
import Tensors

/// Turns stored columns into the rows a network sees.
struct FeatureEncoding {
  private let map: FeatureMap
  private let count: Int
  private let rows: [Int32]?
  private let stream: RandomStream?
  private var numerics: [Float]
  private var codes: [Int32]

  /// Draws of indicators beside numbers must differ from the numbers' own.
  private static let indicatorDraws = 1 << 16
  /// Draws of label columns must differ from those of the table's columns.
  private static let labelDraws = 1 << 17

  /// Encodes the chosen rows of a stored table, one column in memory at a time.
  ///
  /// - Parameters:
  ///   - labels: for each label column of the map the levels of all rows of the table.
  ///   - rows: row numbers to encode, or nil for all.
  ///   - stream: draws of the codec; addressed by (row, column), so they do not depend on which rows are chosen. Nil:
  ///     ties lie in the middle of their ranks and a missing number is 0, so that equal rows are equal.
  static func rows(
    of table: StoredTable, map: FeatureMap, labels: [[Int32]] = [], rows: [Int32]?, stream: RandomStream?
  ) throws -> FeatureRows {
    var encoding = FeatureEncoding(map, count: try rows?.count ?? table.rowCount(), rows: rows, stream: stream)
    for (column, target) in map.targets.enumerated() {
      switch target {
      case .none: break
      case .number(let index, let map, let missing):
        let values = try table.values(column)
        if let missing {
          encoding.fill(missing.levels, draw: column + indicatorDraws) { values[$0].isNaN ? 1 : 0 }
        }
        encoding.fill(index, map: map, draw: column) { values[$0] }
      case .category(let levels, _):
        let codes = try table.codes(column)
        encoding.fill(levels, draw: column) { codes[$0] }
      case .presence(let levels, _):
        let presence = try table.presence(column)
        encoding.fill(levels, draw: column) { presence[$0] }
      }
    }
    for (index, target) in map.labelTargets.enumerated() {
      guard case .category(let levels, _) = target else { continue }
      encoding.fill(levels, draw: index + labelDraws) { labels[index][$0] }
    }
    return FeatureRows(
      layout: map.layout, rowCount: encoding.count, numerics: encoding.numerics, codes: encoding.codes)
  }

  private init(_ map: FeatureMap, count: Int, rows: [Int32]?, stream: RandomStream?) {
    self.map = map
    self.count = count
    self.rows = rows
    self.stream = stream
    numerics = [Float](repeating: 0, count: count * map.layout.numericCount)
    codes = [Int32](repeating: 0, count: count * map.layout.levelCounts.count)
  }

  private mutating func fill(_ index: Int, map number: NumberMap, draw: Int, _ value: (Int) -> Double) {
    let width = map.layout.numericCount
    for position in 0..<count {
      let row = rows.map { Int($0[position]) } ?? position
      let value = value(row)
      // The network sees noise in place of a missing number; the indicator says that it is none.
      numerics[position * width + index] =
        value.isNaN
        ? Float(stream?.normal(row: UInt64(row), draw: UInt32(draw)) ?? 0)
        : Float(number.encode(value, u: stream?.uniform(row: UInt64(row), draw: UInt32(draw)) ?? 0.5))
    }
  }

  private mutating func fill(_ levels: FeatureMap.Levels, draw: Int, _ level: (Int) -> Int32) {
    switch levels {
    case .ordinal(let index, let number): fill(index, map: number, draw: draw) { Double(level($0)) }
    case .oneHot(let index):
      let width = map.layout.levelCounts.count
      for position in 0..<count {
        codes[position * width + index] = level(rows.map { Int($0[position]) } ?? position)
      }
    }
  }
}
