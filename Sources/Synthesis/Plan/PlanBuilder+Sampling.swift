import Configuration
import Latents
import Tables
import TaskGraph

/// Structure, attributes and values of the synthetic tables.
extension PlanBuilder {
  mutating func addSampling(_ name: String) throws {
    let table = try project.table(name)
    let survey = try project.survey(of: name)
    let isLookup = table.kind == .lookup
    let scale = isLookup ? 1 : configuration.structure.scale
    let predicted = Int((Double(survey.rowCount) * scale).rounded())
    rows[name] = predicted
    let views = try views(of: name)
    if samplesLabels && !isLookup {
      try addVersions(table, views, predicted: predicted, rootRows: Int(scale * Double(survey.rowCount)))
      return
    }
    try addStructure(name, predicted: predicted)
    if let view = views.first {
      try addRows(view, structure: TaskNames.structure(name), predicted: predicted)
    }
  }

  /// Where the decoded attributes of a table come from, as an input.
  func attributes(_ input: String, of name: String) throws -> TaskInput {
    let table = try project.table(name)
    let views = try views(of: name)
    if samplesLabels, table.kind == .generated {
      guard views.count == 1, let view = views.first else {
        return TaskInput(input, from: TaskNames.structure(name), output: OutputName.attributes)
      }
      return TaskInput(input, from: TaskNames.calibrate(view.name), output: OutputName.attributes)
    }
    return TaskInput(input, from: TaskNames.calibrate(name), output: OutputName.attributes)
  }

  /// Samples the rows of a view in shards and turns the network's output into values.
  mutating func addRows(_ view: Parameters.View, structure: TaskIdentifier, predicted: Int) throws {
    let table = try project.table(view.table)
    let isLookup = table.kind == .lookup
    let sampling = configuration.sampling
    let shardRows = sampling.block * 4
    let isModelled = try isModelled(view)
    let shards = isModelled ? max(1, (predicted + shardRows - 1) / shardRows) : 0
    let guides = try guides(of: view)
    for shard in 0..<shards {
      var inputs = [
        TaskInput("model", from: TaskNames.train(view.name), output: OutputName.model),
        TaskInput("structure", from: structure, output: OutputName.structure),
      ]
      if condition.parents {
        for position in view.parents.indices {
          let relation = parent(position, of: view)
          inputs.append(TaskInput("parent-codec", from: TaskNames.encode(relation.parent), output: OutputName.codec))
          inputs.append(try attributes("parent-attributes", of: relation.parent))
        }
      }
      inputs += guides.map {
        TaskInput(
          "classifier", from: TaskNames.trainClassifier(parent($0, of: view).name), output: OutputName.model)
      }
      let isLast = shard == shards - 1
      try add(
        TaskNames.sample(view.name, shard), SampleBody(),
        Parameters.Sample(
          view: view.name, seed: samplingSeed, solver: sampling.solver, steps: configuration.samplingSteps,
          clips: sampling.clip, block: sampling.block,
          firstRow: shard * shardRows, endRow: isLast ? nil : (shard + 1) * shardRows, condition: condition,
          guides: guides, guidance: guides.isEmpty ? 0 : configuration.classifier.scale),
        inputs: inputs, outputs: [OutputName.block], stage: "sample",
        cost: costs(of: view).sample(
          table, labels: view.labelColumns.count, guides: guides.count,
          rows: isLast ? max(1, predicted - shard * shardRows) : shardRows))
    }

    var inputs = [
      TaskInput("codec", from: TaskNames.encode(view.table), output: OutputName.codec),
      TaskInput("structure", from: structure, output: OutputName.structure),
    ]
    if isLookup { inputs.append(TaskInput("rows", from: TaskNames.encode(view.table), output: OutputName.rows)) }
    if isModelled { inputs.append(TaskInput("model", from: TaskNames.train(view.name), output: OutputName.model)) }
    inputs += (0..<shards).map { TaskInput("block", from: TaskNames.sample(view.name, $0), output: OutputName.block) }
    try add(
      TaskNames.calibrate(view.name), CalibrateBody(),
      Parameters.Calibrate(
        view: view.name, seed: samplingSeed, kind: configuration.calibration.kind,
        jitter: configuration.calibration.jitter, isLookup: isLookup,
        labelColumns: isLookup ? [] : view.labelColumns),
      inputs: inputs, outputs: [OutputName.attributes], stage: "calibrate",
      cost: costs.calibrate(table, rows: predicted))
  }

  private mutating func addStructure(_ name: String, predicted: Int) throws {
    let schema = project.schema
    let table = try project.table(name)
    let parents = schema.parents(of: name)
    let options = configuration.structure
    let edges = try options.pathAgreement ? edgesToCommonAncestors(of: name) : []
    var inputs = [TaskInput("rows", from: TaskNames.encode(name), output: OutputName.rows)]
    inputs += labelInputs(name)
    inputs += parents.map {
      TaskInput("parent-structure", from: TaskNames.structure($0.parent), output: OutputName.structure)
    }
    // Tables on the way to common ancestors: their parent rows, real and synthetic.
    for between in Set(edges.map(\.child)).subtracting([name]).sorted() {
      inputs.append(TaskInput("rows/\(between)", from: TaskNames.encode(between), output: OutputName.rows))
      inputs.append(TaskInput("structure/\(between)", from: TaskNames.structure(between), output: OutputName.structure))
    }
    try add(
      TaskNames.structure(name), StructureBody(),
      Parameters.Structure(
        table: name, seed: samplingSeed, kind: samplesLabels ? "exact" : options.kind, scale: options.scale,
        isLookup: table.kind == .lookup, pathAgreement: options.pathAgreement, distinctPairs: options.distinctPairs,
        parents: try parents.map(edge), keyRelation: parents.first { $0.column == table.primaryKey }?.name,
        children: schema.children(of: name).map(\.name), edges: edges),
      inputs: inputs, outputs: [OutputName.structure], stage: "structure",
      cost: costs.structure(rows: predicted, parents: parents.count))
  }

  private func edge(_ relation: Relation) throws -> Parameters.Edge {
    Parameters.Edge(
      name: relation.name, child: relation.child, parent: relation.parent, parentIndex: try index(of: relation))
  }

  /// The relations on all paths from a table to ancestors that other paths of it reach as well.
  private func edgesToCommonAncestors(of name: String) throws -> [Parameters.Edge] {
    let all = project.schema.relations.map { RelationEdge(name: $0.name, child: $0.child, parent: $0.parent) }
    let needed = Set(ForeignKeyPaths.meetingPaths(from: name, edges: all).flatMap { $0 })
    return try project.schema.relations.filter { relation in needed.contains { $0.name == relation.name } }.map(edge)
  }
}
