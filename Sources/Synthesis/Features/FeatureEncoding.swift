import Diffusion
import Essentials
import Tables
import Tensors

/// Turns stored columns into the rows a network sees.
enum FeatureEncoding {
  /// Encodes the chosen rows of a stored table, one column in memory at a time.
  ///
  /// - Parameters:
  ///   - rows: row numbers to encode, or nil for all.
  ///   - stream: draws of the codec; addressed by (row, column), so they do not depend on which rows are chosen.
  static func rows(of table: StoredTable, map: FeatureMap, rows: [Int32]?, stream: RandomStream) throws -> FeatureRows {
    let count = try rows?.count ?? table.rowCount()
    let numericCount = map.layout.numericCount
    let categoryCount = map.layout.levelCounts.count
    var numerics = [Float](repeating: 0, count: count * numericCount)
    var codes = [Int32](repeating: 0, count: count * categoryCount)
    func source(_ position: Int) -> Int { rows.map { Int($0[position]) } ?? position }
    for (column, target) in map.targets.enumerated() {
      switch target {
      case .none: break
      case .numeric(let index, let codec, let missing):
        let values = try table.values(column)
        for position in 0..<count {
          let row = source(position)
          let value = values[row]
          if value.isNaN {
            // The network sees noise in place of a missing number; the indicator says that it is none.
            numerics[position * numericCount + index] = Float(stream.normal(row: UInt64(row), draw: UInt32(column)))
            if let missing { codes[position * categoryCount + missing.index] = 1 }
          } else {
            let uniform = stream.uniform(row: UInt64(row), draw: UInt32(column))
            numerics[position * numericCount + index] = Float(codec.encode(value, u: uniform))
          }
        }
      case .ordinal(let index, _, let ranks):
        let levels = try table.codes(column)
        for position in 0..<count {
          let row = source(position)
          let uniform = stream.uniform(row: UInt64(row), draw: UInt32(column))
          numerics[position * numericCount + index] = Float(ranks.encode(Double(levels[row]), u: uniform))
        }
      case .category(let index, _):
        let levels = try table.codes(column)
        for position in 0..<count { codes[position * categoryCount + index] = levels[source(position)] }
      case .presence(let index, _):
        let presence = try table.presence(column)
        for position in 0..<count { codes[position * categoryCount + index] = presence[source(position)] }
      }
    }
    return FeatureRows(layout: map.layout, rowCount: count, numerics: numerics, codes: codes)
  }
}
