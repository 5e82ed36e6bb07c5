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
  let codeVersion = 3

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.Calibrate.self)
    let codec = try ArtifactReader(path: context.input("codec")).readJSON("codec", as: TableCodec.self)
    let structure = try StoredStructure(path: context.input("structure"))
    let writer = try ArtifactWriter(path: context.outputPath(OutputName.attributes))
    try ColumnStore.create(in: writer, codec: codec, rows: structure.rowCount, parents: 0)
    try writer.writeJSON("row-count", structure.rowCount)
    if parameters.isLookup {
      let real = try StoredTable(codec: codec, rowsPath: context.input("rows"))
      try RowCopy.write(real, rows: structure.records(), to: writer)
    } else {
      let blocks = try context.inputs("block").map { try ArtifactReader(path: $0) }
      try decode(blocks, codec, parameters, rowCount: structure.rowCount, to: writer, context)
    }
    try writer.finish()
  }

  private func decode(
    _ blocks: [ArtifactReader], _ codec: TableCodec, _ parameters: Parameters.Calibrate, rowCount: Int,
    to writer: ArtifactWriter, _ context: any TaskContext
  ) throws {
    let labelCodecs = try context.inputs("model").first.map { try StoredModel.information(path: $0).labelCodecs } ?? []
    let map = FeatureMap(codec, labelCodecs: labelCodecs)
    let columns = SampledColumns(
      blocks: blocks, rowCount: rowCount, calibrates: parameters.kind == "marginals",
      jitter: codec.rowCount > 0 ? parameters.jitter / Double(codec.rowCount).squareRoot() : 0,
      seed: parameters.seed, view: parameters.view)
    let rows = 0..<rowCount
    for (index, target) in map.targets.enumerated() {
      switch target {
      case .none: break
      case .number(let number, let map, let missing):
        let isMissing = try missing.map { try columns.levels($0.levels, codec: $0.codec) }
        try writer.write(
          ColumnStore.values(index), rows: rows, try columns.numbers(number, map: map, missing: isMissing))
      case .category(let levels, let codec):
        try writer.write(ColumnStore.codes(index), rows: rows, try columns.levels(levels, codec: codec))
      case .presence(let levels, let codec):
        try writer.write(ColumnStore.presence(index), rows: rows, try columns.levels(levels, codec: codec))
      }
      context.report(TaskProgress(fraction: Double(index + 1) / Double(map.targets.count)))
    }
    for (index, target) in map.labelTargets.enumerated() {
      guard case .category(let levels, let codec) = target else { continue }
      try writer.write(ColumnStore.label(index), codec.labels(ofLevels: try columns.levels(levels, codec: codec)))
    }
  }
}
