import Diffusion
import Essentials
import Storage
import Tables
import TaskGraph
import Tensors

/// `sample`: draws the attributes of a range of a table's synthetic rows from its model.
struct SampleBody: TaskBody {
  let kind = "sample"
  let codeVersion = 5

  /// Rows drawn between two reports of progress.
  private static let stepRows = 4 * RowSampler.subBlockRows
  /// Every thread has a copy of the network.
  private static let mostThreads = 16

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.Sample.self)
    let model = try StoredModel(path: context.input("model"))
    let layout = model.information.shape.features
    let structure = try StoredStructure(path: context.input("structure"))
    // The plan predicts the number of rows; the last shard takes what is left, however much that is.
    let end = min(parameters.endRow ?? structure.rowCount, structure.rowCount)
    let rows = min(parameters.firstRow, end)..<end
    let writer = try ArtifactWriter(path: context.outputPath(OutputName.block))
    try BlockStore.create(in: writer, layout: layout, rows: rows.count)
    if !rows.isEmpty {
      try sample(context, parameters, model: model, structure: structure, rows: rows, to: writer)
    }
    try writer.finish()
  }

  private func sample(
    _ context: any TaskContext, _ parameters: Parameters.Sample, model: StoredModel, structure: StoredStructure,
    rows: Range<Int>, to writer: ArtifactWriter
  ) throws {
    let counts = model.information.labelCounts
    let parents =
      parameters.condition.parents
      ? try zip(context.inputs("parent-codec"), context.inputs("parent-attributes")).map {
        try StoredTable(codecPath: $0, rowsPath: $1)
      } : []
    func surroundings(_ part: Range<Int>) throws -> ConditionEncoding.Surroundings {
      .init(
        parentRows: try counts.parents.indices.map { try structure.parentRows($0, rows: part) },
        parentLabels: try counts.parents.indices.map { try structure.parentLabels($0, rows: part) },
        childLabels: try counts.children.indices.map { try structure.childLabels($0, rows: part) },
        childSizes: try counts.children.indices.map { try structure.childSizes($0, rows: part) })
    }
    let encoding = try ConditionEncoding(
      options: parameters.condition, labelCounts: counts, parents: parents,
      parentRows: try surroundings(rows).parentRows)
    let stream = RandomStream(seed: parameters.seed, name: "sample/\(parameters.view)/noise")
    let classifiers = try context.inputs("classifier").map { try StoredClassifier(path: $0) }
    func makeLane() throws -> SamplingLane { try SamplingLane(parameters, model: model, classifiers: classifiers) }
    // Whole sub-blocks of the sampler, so that the division changes no bit; small ones, so that a chain of hundreds of
    // steps reports and can be stopped between.
    let step = parameters.block % Self.stepRows == 0 ? Self.stepRows : parameters.block
    let team = ThreadTeam()
    var lanes = [try makeLane()]
    var agreement = LabelAgreement(classifiers: lanes[0].classifiers, time: lanes[0].sampler.leastNoiseTime)
    var start = rows.lowerBound
    while start < rows.upperBound {
      let left = (rows.upperBound - start + step - 1) / step
      let threads = context.threads(upTo: min(left, Self.mostThreads))
      while lanes.count < threads { lanes.append(try makeLane()) }
      let parts = try lanes.prefix(threads).enumerated().map { index, lane in
        let first = start + index * step
        let part = first..<min(first + step, rows.upperBound)
        let around = try surroundings(part)
        return SamplingLane.Part(
          rows: part, condition: encoding.rows(around, count: part.count),
          guidance: lane.guidance(parameters, labels: around.parentLabels),
          labels: parameters.guides.map { around.parentLabels[$0] })
      }
      for (part, block) in zip(parts, try SamplingLane.sample(parts, lanes, stream: stream, team: team)) {
        agreement.add(block, layout: model.information.shape.features, labels: part.labels)
        try BlockStore.write(
          block, layout: model.information.shape.features,
          rows: (part.rows.lowerBound - rows.lowerBound)..<(part.rows.upperBound - rows.lowerBound), to: writer)
        start = part.rows.upperBound
      }
      context.report(TaskProgress(fraction: Double(start - rows.lowerBound) / Double(rows.count), step: start))
      if context.shouldStop { throw ClavaError(.interrupted, "stopped before row \(start)") }
    }
    try writer.writeJSON(LabelAgreement.name, agreement.shares)
  }
}
