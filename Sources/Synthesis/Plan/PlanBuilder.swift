import Configuration
import Essentials
import Latents
import Tables
public import TaskGraph
import Tensors

/// Turns a project into a plan: the order of the method as a graph (DESIGN §3).
///
/// The graph, not the code, says what waits for what: encode parents before children (a child's foreign keys become
/// row numbers of the parent); label children before parents; train in any order; structure, sample, calibrate and
/// assemble parents before children; evaluate at the end. Where group sizes follow from sampled labels
/// (`structure.kind: group_sizes`), a table's structure comes after its rows instead of before.
public struct PlanBuilder {
  let project: Project
  let costs: CostModel
  let seed: UInt64
  /// Seed of everything that is drawn after training.
  let samplingSeed: UInt64
  let condition: Parameters.Condition
  private var tasks: [TaskDescription] = []
  private var results: [PublishedResult] = []
  /// Predicted number of synthetic rows of each table.
  var rows: [String: Int] = [:]

  init(_ project: Project) {
    self.project = project
    let configuration = project.configuration
    costs = CostModel(configuration: configuration)
    seed = UInt64(configuration.seed)
    samplingSeed = UInt64(configuration.samplingSeed)
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
    try builder.checkDenoisers()
    try builder.build()
    return try Plan(tasks: builder.tasks, results: builder.results, numericProfile: numericProfile)
  }

  var configuration: Configuration { project.configuration }

  private mutating func build() throws {
    let schema = project.schema
    let order = schema.topologicalOrder
    for name in order { try addEncode(name) }
    for relation in labelOrder { try addLabel(relation) }
    let written = try order.filter { try project.table($0).kind != .omitted }
    for name in written {
      for view in try views(of: name) { try addTraining(view) }
    }
    for name in written { try addSampling(name) }
    for name in written { try addAssemble(name) }
    if configuration.evaluatesInPlan {
      try addEvaluation()
      if configuration.evaluation.report { try addReport() }
    }
  }

  mutating func add(
    _ id: TaskIdentifier, _ body: any TaskBody, _ parameters: some Encodable, inputs: [TaskInput] = [],
    sources: [SourceInput] = [], outputs: [String], stage: String, cost: TaskCost
  ) throws {
    tasks.append(
      TaskDescription(
        id: id, kind: body.kind, codeVersion: body.codeVersion, parameters: try JSONValue(encoding: parameters),
        inputs: inputs, sources: sources, outputs: outputs, stage: stage, cost: cost))
  }

  mutating func publish(_ path: String, _ task: TaskIdentifier, _ output: String) {
    results.append(PublishedResult(path: path, task: task, output: output))
  }

  private mutating func addEncode(_ name: String) throws {
    let table = try project.table(name)
    let survey = try project.survey(of: name)
    let parents = project.schema.parents(of: name)
    try add(
      TaskNames.encode(name), EncodeBody(),
      Parameters.Encode(
        table: table.withoutPath, survey: survey, relations: parents, codec: try codecOptions(of: name)),
      inputs: parents.map { TaskInput("parent-keys", from: TaskNames.encode($0.parent), output: OutputName.keys) },
      sources: [SourceInput("csv", path: table.file, digest: survey.digest)],
      outputs: [OutputName.codec, OutputName.rows, OutputName.keys], stage: "encode", cost: costs.encode(survey))
  }

  /// Number of a relation among those in which its child is the child.
  func index(of relation: Relation) throws -> Int {
    guard let index = project.schema.parents(of: relation.child).firstIndex(where: { $0.name == relation.name }) else {
      throw ClavaError(.internal, "relation \(relation.name) is not among those of \(relation.child)")
    }
    return index
  }

  private mutating func addAssemble(_ name: String) throws {
    let table = try project.table(name)
    let survey = try project.survey(of: name)
    let parents = project.schema.parents(of: name)
    let isLookup = table.kind == .lookup
    var inputs = [
      TaskInput("codec", from: TaskNames.encode(name), output: OutputName.codec),
      TaskInput("structure", from: TaskNames.structure(name), output: OutputName.structure),
      try attributes("attributes", of: name),
    ]
    if isLookup { inputs.append(TaskInput("real-keys", from: TaskNames.encode(name), output: OutputName.keys)) }
    inputs += parents.map { TaskInput("parent-keys", from: TaskNames.assemble($0.parent), output: OutputName.keys) }
    try add(
      TaskNames.assemble(name), AssembleBody(),
      Parameters.Assemble(table: table.withoutPath, isLookup: isLookup, parents: parents.map(\.name)),
      inputs: inputs, outputs: [OutputName.table, OutputName.keys], stage: "assemble", cost: costs.assemble(survey))
    publish(configuration.tablePath(name), TaskNames.assemble(name), OutputName.table)
  }
}

extension TableSchema {
  /// The table without the place of its file, which must not take part in a key: equal data elsewhere is the same
  /// task.
  var withoutPath: TableSchema {
    TableSchema(name: name, file: "", columns: columns, primaryKey: primaryKey, kind: kind)
  }
}
