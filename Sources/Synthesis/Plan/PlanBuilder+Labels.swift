import Configuration
import Diffusion
import Tables
import TaskGraph

/// Latent labels of the relations, and what sees them.
extension PlanBuilder {
  /// Whether a relation's clustering sees every label made before it, as the published method's does.
  private var seesAllLabels: Bool { configuration.labels.neighbours == "all" }

  /// The relations, children before parents.
  var labelOrder: [Relation] {
    let schema = project.schema
    if seesAllLabels { return schema.relationOrder.reversed().compactMap { schema.relation($0) } }
    return schema.topologicalOrder.reversed().flatMap { schema.parents(of: $0) }
  }

  mutating func addLabel(_ relation: Relation) throws {
    let labels = configuration.labels
    let child = TaskNames.encode(relation.child), parent = TaskNames.encode(relation.parent)
    var inputs = [
      TaskInput("child-codec", from: child, output: OutputName.codec),
      TaskInput("child-rows", from: child, output: OutputName.rows),
      TaskInput("parent-codec", from: parent, output: OutputName.codec),
      TaskInput("parent-rows", from: parent, output: OutputName.rows),
    ]
    func labelled(_ name: String, _ relations: [Relation]) -> [TaskInput] {
      relations.map { TaskInput(name, from: TaskNames.label($0.name), output: OutputName.labels) }
    }
    inputs += labelled("below", project.schema.children(of: relation.child))
    var published: Parameters.PublishedLabel?
    if seesAllLabels {
      let earlier = labelOrder.prefix { $0.name != relation.name }
      let besides = earlier.filter { $0.child == relation.child }
      inputs += labelled("beside", besides)
      inputs += labelled("parent-labels", earlier.filter { $0.parent == relation.parent })
      inputs.append(TaskInput("parent-keys", from: parent, output: OutputName.keys))
      published = Parameters.PublishedLabel(
        besides: try besides.map { try index(of: $0) }, scalesOverClusteredRows: labels.scalingRows == "clustered",
        scaleOffset: labels.scaleScope == "published", keyFeature: labels.keyFeature)
    }
    let childRows = try project.survey(of: relation.child).rowCount
    let childTable = try project.table(relation.child), parentTable = try project.table(relation.parent)
    try add(
      TaskNames.label(relation.name), LabelBody(),
      Parameters.Label(
        relation: relation.name, parentIndex: try index(of: relation), seed: seed,
        clusters: configuration.clusters(ofChild: relation.child, rows: childRows),
        singleChildRows: configuration.rowsPerGroupOfSingles(ofChild: relation.child, rows: childRows),
        method: labels.method,
        parentScale: labels.parentScale, fitRows: labels.fitRows, iterations: labels.iterations,
        tolerance: labels.tolerance, published: published),
      inputs: inputs, outputs: [OutputName.labels], stage: "label",
      cost: costs.label(
        parentRows: try project.survey(of: relation.parent).rowCount,
        childRows: childRows,
        columns: childTable.columns.count + parentTable.columns.count))
  }

  /// Labels of the relations above and below a table, in the fixed order in which every task expects them.
  func labelInputs(_ name: String) -> [TaskInput] {
    project.schema.parents(of: name).map {
      TaskInput("parent-labels", from: TaskNames.label($0.name), output: OutputName.labels)
    }
      + project.schema.children(of: name).map {
        TaskInput("child-labels", from: TaskNames.label($0.name), output: OutputName.labels)
      }
  }

  /// How the columns of a table are coded.
  func codecOptions(of table: String) throws -> CodecOptions {
    let codec = configuration.codec
    return CodecOptions(
      kind: CodecOptions.Kind(rawValue: codec.kind) ?? .hybrid, maxLevels: codec.maxLevels, knots: codec.knots,
      minimumCellRows: configuration.minimumCellRows(rows: try project.survey(of: table).rowCount),
      categoryOrder: CodecOptions.CategoryOrder(rawValue: codec.categoryOrder) ?? .numeric,
      roundsNumbers: codec.roundNumbers, tolerance: QuantileCodec.Tolerance(rawValue: codec.tolerance) ?? .relative,
      usesAllRows: codec.useAllRows, splitSeed: codec.useAllRows ? 0 : seed)
  }
}
