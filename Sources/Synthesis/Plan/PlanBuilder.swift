import Configuration
import Essentials
import Evaluation
import Latents
import Tables
public import TaskGraph
import Tensors

/// Turns a project into a plan: the order of the method as a graph (DESIGN §3).
///
/// The graph, not the code, says what waits for what: encode parents before children (a child's foreign keys become
/// row numbers of the parent); label children before parents; train in any order; structure, sample, calibrate and
/// assemble parents before children; evaluate at the end.
public struct PlanBuilder {
  private let project: Project
  private let costs: CostModel
  private let seed: UInt64
  private let condition: Parameters.Condition
  private var tasks: [TaskDescription] = []
  private var results: [PublishedResult] = []
  /// Predicted number of synthetic rows of each table.
  private var rows: [String: Int] = [:]

  private init(_ project: Project) {
    self.project = project
    let configuration = project.configuration
    costs = CostModel(configuration: configuration)
    seed = UInt64(configuration.seed)
    condition = Parameters.Condition(
      labels: configuration.denoiser.condition.contains("labels"),
      sizes: configuration.denoiser.condition.contains("sizes"),
      parents: configuration.denoiser.condition.contains("parents"))
  }

  /// The plan of a project.
  ///
  /// - Parameter numericProfile: of the workers that will run it; see `NumericProfile`.
  public static func plan(for project: Project, numericProfile: String) throws -> Plan {
    var builder = PlanBuilder(project)
    try builder.build()
    return try Plan(tasks: builder.tasks, results: builder.results, numericProfile: numericProfile)
  }

  /// Whether the network has anything to model in a table.
  static func isModelled(_ table: TableSchema, _ survey: TableSurvey) -> Bool {
    guard table.kind == .generated, survey.rowCount > 0 else { return false }
    return zip(table.columns, survey.columns).contains { column, values in
      switch column.role {
      case .number, .date, .categorical, .boolean: true
      case .text: values.missingCount > 0
      case .primaryKey, .foreignKey, .ignoredKey: false
      }
    }
  }

  private mutating func build() throws {
    let schema = project.schema
    let order = schema.topologicalOrder
    for name in order { try addEncode(name) }
    for name in order.reversed() {
      for relation in schema.parents(of: name) { try addLabel(relation) }
    }
    for name in order { try addTraining(name) }
    for name in order { try addSampling(name) }
    if project.configuration.evaluation.enabled { try addEvaluation() }
  }

  private mutating func add(
    _ id: TaskIdentifier, _ body: any TaskBody, _ parameters: some Encodable, inputs: [TaskInput] = [],
    sources: [SourceInput] = [], outputs: [String], stage: String, cost: TaskCost
  ) throws {
    tasks.append(
      TaskDescription(
        id: id, kind: body.kind, codeVersion: body.codeVersion, parameters: try JSONValue(encoding: parameters),
        inputs: inputs, sources: sources, outputs: outputs, stage: stage, cost: cost))
  }

  private mutating func addEncode(_ name: String) throws {
    let table = try project.table(name)
    let survey = try project.survey(of: name)
    let parents = project.schema.parents(of: name)
    try add(
      TaskNames.encode(name), EncodeBody(),
      Parameters.Encode(
        table: table.withoutPath, survey: survey, relations: parents, maxLevels: project.configuration.codec.maxLevels,
        knots: project.configuration.codec.knots,
        minimumCellRows: project.configuration.codec.minimumCellRows),
      inputs: parents.map { TaskInput("parent-keys", from: TaskNames.encode($0.parent), output: OutputName.keys) },
      sources: [SourceInput("csv", path: table.file, digest: survey.digest)],
      outputs: [OutputName.codec, OutputName.rows, OutputName.keys], stage: "encode", cost: costs.encode(survey))
  }

  private mutating func addLabel(_ relation: Relation) throws {
    let labels = project.configuration.labels
    let schema = project.schema
    let child = TaskNames.encode(relation.child), parent = TaskNames.encode(relation.parent)
    var inputs = [
      TaskInput("child-codec", from: child, output: OutputName.codec),
      TaskInput("child-rows", from: child, output: OutputName.rows),
      TaskInput("parent-codec", from: parent, output: OutputName.codec),
      TaskInput("parent-rows", from: parent, output: OutputName.rows),
    ]
    for below in schema.children(of: relation.child) {
      inputs.append(TaskInput("below", from: TaskNames.label(below.name), output: OutputName.labels))
    }
    let childTable = try project.table(relation.child), parentTable = try project.table(relation.parent)
    try add(
      TaskNames.label(relation.name), LabelBody(),
      Parameters.Label(
        relation: relation.name, parentIndex: try index(of: relation), seed: seed, clusters: labels.clusters,
        method: labels.method, parentScale: labels.parentScale, fitRows: labels.fitRows,
        iterations: labels.iterations, tolerance: labels.tolerance),
      inputs: inputs, outputs: [OutputName.labels], stage: "label",
      cost: costs.label(
        parentRows: try project.survey(of: relation.parent).rowCount,
        childRows: try project.survey(of: relation.child).rowCount,
        columns: childTable.columns.count + parentTable.columns.count))
  }

  private func index(of relation: Relation) throws -> Int {
    guard let index = project.schema.parents(of: relation.child).firstIndex(where: { $0.name == relation.name }) else {
      throw ClavaError(.internal, "relation \(relation.name) is not among those of \(relation.child)")
    }
    return index
  }

  /// Labels of the relations above and below a table, in the fixed order in which every task expects them.
  private func labelInputs(_ name: String) -> [TaskInput] {
    project.schema.parents(of: name).map {
      TaskInput("parent-labels", from: TaskNames.label($0.name), output: OutputName.labels)
    }
      + project.schema.children(of: name).map {
        TaskInput("child-labels", from: TaskNames.label($0.name), output: OutputName.labels)
      }
  }

  private mutating func addTraining(_ name: String) throws {
    let table = try project.table(name)
    let survey = try project.survey(of: name)
    guard Self.isModelled(table, survey) else { return }
    let options = project.configuration.denoiser
    let parents = project.schema.parents(of: name)
    var inputs = [
      TaskInput("codec", from: TaskNames.encode(name), output: OutputName.codec),
      TaskInput("rows", from: TaskNames.encode(name), output: OutputName.rows),
    ]
    inputs += parents.flatMap { relation in
      [
        TaskInput("parent-codec", from: TaskNames.encode(relation.parent), output: OutputName.codec),
        TaskInput("parent-rows", from: TaskNames.encode(relation.parent), output: OutputName.rows),
      ]
    }
    inputs += labelInputs(name)
    try add(
      TaskNames.train(name), TrainDenoiserBody(),
      Parameters.Train(
        table: name, seed: seed, layers: options.layers, steps: options.steps, batch: options.batch,
        learningRate: options.learningRate, weightDecay: options.weightDecay, ema: options.ema,
        holdout: options.holdout, earlyStopping: options.earlyStopping, condition: condition),
      inputs: inputs, outputs: [OutputName.model], stage: "train", cost: costs.train(table, rows: survey.rowCount))
  }

  private mutating func addSampling(_ name: String) throws {
    let table = try project.table(name)
    let survey = try project.survey(of: name)
    let parents = project.schema.parents(of: name)
    let isLookup = table.kind == .lookup
    let scale = isLookup ? 1 : project.configuration.structure.scale
    let predicted = Int((Double(survey.rowCount) * scale).rounded())
    rows[name] = predicted
    try addStructure(name, predicted: predicted)

    let shardRows = project.configuration.sampling.block * 4
    let shards = Self.isModelled(table, survey) ? max(1, (predicted + shardRows - 1) / shardRows) : 0
    for shard in 0..<shards {
      var inputs = [
        TaskInput("model", from: TaskNames.train(name), output: OutputName.model),
        TaskInput("structure", from: TaskNames.structure(name), output: OutputName.structure),
      ]
      for relation in parents {
        inputs.append(TaskInput("parent-codec", from: TaskNames.encode(relation.parent), output: OutputName.codec))
        inputs.append(
          TaskInput("parent-attributes", from: TaskNames.calibrate(relation.parent), output: OutputName.attributes))
      }
      let isLast = shard == shards - 1
      try add(
        TaskNames.sample(name, shard), SampleBody(),
        Parameters.Sample(
          table: name, seed: seed, steps: project.configuration.sampling.steps,
          block: project.configuration.sampling.block, firstRow: shard * shardRows,
          endRow: isLast ? nil : (shard + 1) * shardRows, condition: condition),
        inputs: inputs, outputs: [OutputName.block], stage: "sample",
        cost: costs.sample(table, rows: isLast ? max(1, predicted - shard * shardRows) : shardRows))
    }

    var inputs = [
      TaskInput("codec", from: TaskNames.encode(name), output: OutputName.codec),
      TaskInput("structure", from: TaskNames.structure(name), output: OutputName.structure),
    ]
    if isLookup { inputs.append(TaskInput("rows", from: TaskNames.encode(name), output: OutputName.rows)) }
    inputs += (0..<shards).map { TaskInput("block", from: TaskNames.sample(name, $0), output: OutputName.block) }
    try add(
      TaskNames.calibrate(name), CalibrateBody(),
      Parameters.Calibrate(
        table: name, seed: seed, kind: project.configuration.calibration.kind, isLookup: isLookup),
      inputs: inputs, outputs: [OutputName.attributes], stage: "calibrate",
      cost: costs.calibrate(table, rows: predicted))
    try addAssemble(table, survey)
  }

  private mutating func addStructure(_ name: String, predicted: Int) throws {
    let schema = project.schema
    let table = try project.table(name)
    let parents = schema.parents(of: name)
    let options = project.configuration.structure
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
        table: name, seed: seed, kind: options.kind, scale: options.scale, isLookup: table.kind == .lookup,
        pathAgreement: options.pathAgreement, distinctPairs: options.distinctPairs,
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

  private mutating func addAssemble(_ table: TableSchema, _ survey: TableSurvey) throws {
    let name = table.name
    let parents = project.schema.parents(of: name)
    let isLookup = table.kind == .lookup
    var inputs = [
      TaskInput("codec", from: TaskNames.encode(name), output: OutputName.codec),
      TaskInput("structure", from: TaskNames.structure(name), output: OutputName.structure),
      TaskInput("attributes", from: TaskNames.calibrate(name), output: OutputName.attributes),
    ]
    if isLookup { inputs.append(TaskInput("real-keys", from: TaskNames.encode(name), output: OutputName.keys)) }
    inputs += parents.map { TaskInput("parent-keys", from: TaskNames.assemble($0.parent), output: OutputName.keys) }
    try add(
      TaskNames.assemble(name), AssembleBody(),
      Parameters.Assemble(table: table.withoutPath, isLookup: isLookup, parents: parents.map(\.name)),
      inputs: inputs, outputs: [OutputName.table, OutputName.keys], stage: "assemble", cost: costs.assemble(survey))
    results.append(
      PublishedResult(path: "synthetic/\(name).csv", task: TaskNames.assemble(name), output: OutputName.table))
  }

  private mutating func addEvaluation() throws {
    let schema = project.schema
    let copied = schema.tables.filter { $0.kind == .lookup }.map(\.name)
    func data(_ name: String, _ role: String) -> [TaskInput] {
      [
        TaskInput("\(role)-codec", from: TaskNames.encode(name), output: OutputName.codec),
        TaskInput("\(role)-rows", from: TaskNames.encode(name), output: OutputName.rows),
        TaskInput("\(role)-attributes", from: TaskNames.calibrate(name), output: OutputName.attributes),
        TaskInput("\(role)-structure", from: TaskNames.structure(name), output: OutputName.structure),
      ]
    }
    var parts: [TaskInput] = []
    for table in schema.tables {
      let count = scoredColumns(table)
      let task = TaskNames.evaluateTable(table.name)
      try add(
        task, EvaluateTableBody(),
        Parameters.EvaluateTable(table: table.name, isCopied: copied.contains(table.name)),
        inputs: data(table.name, "table"), outputs: [OutputName.scores], stage: "evaluate",
        cost: costs.evaluate(rows: 2 * (rows[table.name] ?? 0), pairs: count * (count + 1) / 2))
      parts.append(TaskInput("table", from: task, output: OutputName.scores))
    }
    for relation in schema.relations {
      let pairs = scoredColumns(try project.table(relation.parent)) * scoredColumns(try project.table(relation.child))
      let task = TaskNames.evaluateRelation(relation.name)
      try add(
        task, EvaluateRelationBody(),
        Parameters.EvaluateRelation(
          relation: relation.name, parent: relation.parent, child: relation.child, parentIndex: try index(of: relation)),
        inputs: data(relation.parent, "parent") + data(relation.child, "child"), outputs: [OutputName.scores],
        stage: "evaluate", cost: costs.evaluate(rows: 2 * (rows[relation.child] ?? 0), pairs: pairs))
      parts.append(TaskInput("relation", from: task, output: OutputName.scores))
    }
    let byName = Dictionary(uniqueKeysWithValues: schema.relations.map { ($0.name, $0) })
    for path in SchemaPaths.enumerate(relations: schema.relations.map { ($0.name, $0.parent, $0.child) }) {
      let relations = path.compactMap { byName[$0] }
      guard let first = relations.first, let last = relations.last else { continue }
      let tables = [first.parent] + relations.map(\.child)
      var inputs = data(first.parent, "top") + data(last.child, "bottom")
      for between in tables.dropFirst().dropLast() {
        inputs.append(TaskInput("between-rows", from: TaskNames.encode(between), output: OutputName.rows))
        inputs.append(
          TaskInput("between-structure", from: TaskNames.structure(between), output: OutputName.structure))
      }
      let pairs = scoredColumns(try project.table(first.parent)) * scoredColumns(try project.table(last.child))
      let task = TaskNames.evaluatePath(path)
      try add(
        task, EvaluatePathBody(),
        Parameters.EvaluatePath(
          relations: path, tables: tables, parentIndexes: try relations.map { try index(of: $0) }),
        inputs: inputs, outputs: [OutputName.scores], stage: "evaluate",
        cost: costs.evaluate(rows: 2 * (rows[last.child] ?? 0), pairs: pairs))
      parts.append(TaskInput("path", from: task, output: OutputName.scores))
    }
    try add(
      TaskNames.scores, ScoresBody(),
      Parameters.Scores(
        copiedTables: copied, tables: schema.tables.map(\.name), relations: schema.relations.map(\.name)),
      inputs: parts, outputs: [OutputName.scores], stage: "evaluate", cost: TaskCost(seconds: 0.1, memory: 64 << 20))
    results.append(PublishedResult(path: "scores.json", task: TaskNames.scores, output: OutputName.scores))
  }

  private func scoredColumns(_ table: TableSchema) -> Int {
    table.columns.count { column in
      switch column.role {
      case .number, .date, .categorical, .boolean: true
      default: false
      }
    }
  }
}

extension TableSchema {
  /// The table without the place of its file, which must not take part in a key: equal data elsewhere is the same
  /// task.
  fileprivate var withoutPath: TableSchema {
    TableSchema(name: name, file: "", columns: columns, primaryKey: primaryKey, kind: kind)
  }
}
