import Diffusion
import Storage

/// Raw network output for some rows of a table: one dataset for each column, so that calibration reads one at a time.
///
/// | dataset | type | content |
/// |---|---|---|
/// | `numeric/<j>` | float32 (n) | sampled z of the j-th numeric column |
/// | `category/<k>` | float32 (n, levels) | log probability of each level of the k-th categorical column |
enum BlockStore {
  static func numeric(_ index: Int) -> String { "numeric/\(index)" }
  static func category(_ index: Int) -> String { "category/\(index)" }

  static func create(in writer: ArtifactWriter, layout: FeatureLayout, rows: Int) throws {
    try writer.writeJSON("row-count", rows)
    for index in 0..<layout.numericCount { try writer.create(numeric(index), Float.self, shape: [rows]) }
    for (index, levels) in layout.levelCounts.enumerated() {
      try writer.create(category(index), Float.self, shape: [rows, levels])
    }
  }

  /// Writes the sampled rows `rows` of the shard.
  static func write(_ block: SampledBlock, layout: FeatureLayout, rows: Range<Int>, to writer: ArtifactWriter) throws {
    let width = layout.numericCount
    for index in 0..<width {
      try writer.write(numeric(index), rows: rows, (0..<rows.count).map { block.numerics[$0 * width + index] })
    }
    let total = layout.levelCounts.reduce(0, +)
    var offset = 0
    for (index, levels) in layout.levelCounts.enumerated() {
      var values: [Float] = []
      values.reserveCapacity(rows.count * levels)
      for row in 0..<rows.count {
        let start = row * total + offset
        values += block.logProbabilities[start..<(start + levels)]
      }
      try writer.write(category(index), rows: rows, values)
      offset += levels
    }
  }
}
