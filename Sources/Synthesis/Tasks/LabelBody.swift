import Essentials
import Latents
import Tables
import TaskGraph
import Tensors

/// `label`: clusters the child rows of a relation with their parents' columns and gives every group the label that
/// most of its rows have (recipe §2; paper, section 4.1).
struct LabelBody: TaskBody {
  let kind = "label"
  let codeVersion = 4

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.Label.self)
    let inputs = try LabelInputs(context, parameters)
    let features = inputs.features()
    context.report(TaskProgress(fraction: 0.1))
    guard let method = MixtureOptions.Method(rawValue: parameters.method) else {
      throw ClavaError(.internal, "there is no mixture method '\(parameters.method)'")
    }
    var sizes = [Int32](repeating: 0, count: inputs.parentCount)
    for row in inputs.clusteredParents { sizes[Int(row)] += 1 }
    let groups: GroupLabels
    if features.rowCount > 0, features.numericCount > 0 || !features.categories.isEmpty {
      groups = GroupLabels.cluster(
        features, parentRows: inputs.clusteredParents, parentCount: inputs.parentCount,
        options: MixtureOptions(
          components: Self.components(parameters, sizes: sizes), iterations: parameters.iterations,
          tolerance: parameters.tolerance,
          fitRows: parameters.fitRows, method: method, meansIterations: parameters.published == nil ? 100 : 300),
        keepsNumbers: parameters.published != nil,
        stream: RandomStream(seed: parameters.seed, name: "label/\(parameters.relation)"))
    } else {
      groups = GroupLabels.vote(
        rowLabels: [Int32](repeating: 0, count: inputs.clusteredParents.count), parentRows: inputs.clusteredParents,
        parentCount: inputs.parentCount, keepsNumbers: parameters.published != nil)
    }
    let labels = RelationLabels(
      information: .init(relation: parameters.relation, labelCount: groups.labelCount, agreement: groups.agreement),
      labels: groups.parentLabels, sizes: sizes,
      groupSizes: GroupSizeTable(labels: groups.parentLabels, sizes: sizes, order: inputs.parentOrder))
    try labels.write(to: context.outputPath(OutputName.labels))
  }

  /// Latent groups of a relation whose parents have `sizes` children.
  private static func components(_ parameters: Parameters.Label, sizes: [Int32]) -> Int {
    guard parameters.singleChildRows > 0, sizes.allSatisfy({ $0 <= 1 }) else { return parameters.clusters }
    let rows = sizes.lazy.map(Int.init).reduce(0, +)
    return min(parameters.clusters, max(2, rows / parameters.singleChildRows))
  }
}

/// What the clustering of a relation sees: child and parent columns, and labels that exist already.
private struct LabelInputs {
  let parentCount: Int
  /// The parent row of each clustered row.
  let clusteredParents: [Int32]
  /// Parent rows by ascending key; nil where the order of rows decides.
  let parentOrder: [Int32]?
  private let builder: LabelFeatures
  private let sources: [LabelFeatureSource]

  init(_ context: any TaskContext, _ parameters: Parameters.Label) throws {
    let child = try StoredTable(codecPath: context.input("child-codec"), rowsPath: context.input("child-rows"))
    let parent = try StoredTable(codecPath: context.input("parent-codec"), rowsPath: context.input("parent-rows"))
    let parentRows = try child.parentRows(parameters.parentIndex)
    parentCount = try parent.rowCount()
    let ascending = parameters.published != nil
    var own = try Self.columns(child, ascending: ascending)
    for path in try context.inputs("below") {
      let labels = try RelationLabels(path: path)
      own.append(.categorical(codes: labels.labels, levels: labels.information.labelCount))
    }
    var above = try Self.columns(parent, ascending: ascending)
    guard let published = parameters.published else {
      clusteredParents = parentRows
      parentOrder = nil
      builder = LabelFeatures()
      sources = [
        LabelFeatureSource(columns: own),
        LabelFeatureSource(columns: above, rows: parentRows, weight: parameters.parentScale),
      ]
      return
    }
    for (index, path) in zip(published.besides, try context.inputs("beside")) {
      let labels = try RelationLabels(path: path)
      let codes = try child.parentRows(index).map { labels.labels[Int($0)] }
      own.append(.categorical(codes: codes, levels: labels.information.labelCount))
    }
    for path in try context.inputs("parent-labels") {
      let labels = try RelationLabels(path: path)
      above.append(.categorical(codes: labels.labels, levels: labels.information.labelCount))
    }
    let keys = Self.numbers(try KeyStore.read(context.input("parent-keys")), count: parentCount)
    let order = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }.map(Int32.init)
    let clustered = ClusteredRows(parentRows: parentRows, parentOrder: order, parentCount: parentCount)
    clusteredParents = clustered.parents
    parentOrder = order
    var builder = LabelFeatures.reference(scaleScope: published.scaleOffset ? .published : .parents)
    builder.scalingRows = published.scalesOverClusteredRows ? .clustered : .source
    self.builder = builder
    sources =
      [
        LabelFeatureSource(columns: own, rows: clustered.children),
        LabelFeatureSource(columns: above, rows: clustered.parents, weight: parameters.parentScale),
      ] + (published.keyFeature ? [LabelFeatureSource(columns: [.numeric(keys)], rows: clustered.parents)] : [])
  }

  func features() -> MixedFeatures { builder.build(rowCount: clusteredParents.count, sources: sources) }

  /// The columns of a stored table as clustering sees them.
  ///
  /// - Parameter ascending: levels are put in ascending order, in which the published method scales one-hot columns.
  private static func columns(_ table: StoredTable, ascending: Bool) throws -> [Latents.LabelColumn] {
    try table.codec.columns.enumerated().compactMap { index, column in
      switch column {
      case .numeric: return .numeric(try table.values(index))
      case .categorical(let codec):
        let codes = try table.codes(index)
        guard ascending else { return .categorical(codes: codes, levels: codec.levelCount) }
        let places = codec.ascendingPlaces
        return .categorical(codes: codes.map { $0 < 0 ? $0 : places[Int($0)] }, levels: codec.levelCount)
      default: return nil
      }
    }
  }

  /// Keys as numbers; texts have the order of their rows.
  private static func numbers(_ keys: KeyStore.Keys, count: Int) -> [Double] {
    if case .integers(let values) = keys { return values.map(Double.init) }
    return (0..<count).map(Double.init)
  }
}
