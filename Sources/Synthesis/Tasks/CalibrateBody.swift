import Diffusion
import Essentials
import Storage
import Tables
import TaskGraph
import Tensors

/// `calibrate`: turns the network's output for a whole table into values, giving every column the real marginal
/// distribution (recipe §5), or leaving the model's own when calibration is off. One column is in memory at a time.
struct CalibrateBody: TaskBody {
  let kind = "calibrate"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.Calibrate.self)
    let codec = try ArtifactReader(path: context.input("codec")).readJSON("codec", as: TableCodec.self)
    let structure = try StoredStructure(path: context.input("structure"))
    let writer = try ArtifactWriter(path: context.outputPath(OutputName.attributes))
    try ColumnStore.create(in: writer, codec: codec, rows: structure.rowCount, parents: 0)
    try writer.writeJSON("row-count", structure.rowCount)
    if parameters.isLookup {
      let real = try StoredTable(codecPath: context.input("codec"), rowsPath: context.input("rows"))
      try copy(real, records: structure.records(), codec: codec, to: writer)
    } else {
      let blocks = try context.inputs("block").map { try ArtifactReader(path: $0) }
      try decode(blocks, codec, parameters, rowCount: structure.rowCount, to: writer, context)
    }
    try writer.finish()
  }

  private func copy(_ real: StoredTable, records: [Int32], codec: TableCodec, to writer: ArtifactWriter) throws {
    let rows = 0..<records.count
    for (index, column) in codec.columns.enumerated() {
      switch column {
      case .numeric:
        let values = try real.values(index)
        try writer.write(ColumnStore.values(index), rows: rows, records.map { values[Int($0)] })
      case .categorical:
        let codes = try real.codes(index)
        try writer.write(ColumnStore.codes(index), rows: rows, records.map { codes[Int($0)] })
      case .text(_, let missing) where missing != nil:
        let presence = try real.presence(index)
        try writer.write(ColumnStore.presence(index), rows: rows, records.map { presence[Int($0)] })
      default: break
      }
    }
  }

  private func decode(
    _ blocks: [ArtifactReader], _ codec: TableCodec, _ parameters: Parameters.Calibrate, rowCount: Int,
    to writer: ArtifactWriter, _ context: any TaskContext
  ) throws {
    let map = FeatureMap(codec)
    let columns = SampledColumns(
      blocks: blocks, rowCount: rowCount, calibrates: parameters.kind == "marginals", seed: parameters.seed,
      table: parameters.table)
    let rows = 0..<rowCount
    for (index, target) in map.targets.enumerated() {
      switch target {
      case .none: break
      case .numeric(let numeric, let codec, let missing):
        let isMissing = try missing.map { try columns.categories($0.index, codec: $0.codec) }
        let values = try columns.numbers(numeric, codec: codec, missing: isMissing)
        try writer.write(ColumnStore.values(index), rows: rows, values)
      case .ordinal(let numeric, _, let ranks):
        let levels = try columns.numbers(numeric, codec: ranks, missing: nil)
        try writer.write(ColumnStore.codes(index), rows: rows, levels.map { Int32($0) })
      case .category(let category, let codec):
        try writer.write(ColumnStore.codes(index), rows: rows, try columns.categories(category, codec: codec))
      case .presence(let category, let codec):
        try writer.write(ColumnStore.presence(index), rows: rows, try columns.categories(category, codec: codec))
      }
      context.report(TaskProgress(fraction: Double(index + 1) / Double(map.targets.count)))
    }
  }
}
