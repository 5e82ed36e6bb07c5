import Essentials
import Latents
import Tables
import TaskGraph
import Tensors

/// `label`: clusters the child rows of a relation with their parents' columns and gives every group the label that
/// most of its rows have (recipe §2; paper, section 4.1).
struct LabelBody: TaskBody {
  let kind = "label"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.Label.self)
    let child = try StoredTable(codecPath: context.input("child-codec"), rowsPath: context.input("child-rows"))
    let parent = try StoredTable(codecPath: context.input("parent-codec"), rowsPath: context.input("parent-rows"))
    let parentRows = try child.parentRows(parameters.parentIndex)
    let parentCount = try parent.rowCount()
    let rowLabels = try self.rowLabels(context, parameters, child: child, parent: parent, parentRows: parentRows)
    let groups = GroupLabels.vote(rowLabels: rowLabels, parentRows: parentRows, parentCount: parentCount)
    var sizes = [Int32](repeating: 0, count: parentCount)
    for row in parentRows { sizes[Int(row)] += 1 }
    let labels = RelationLabels(
      information: .init(relation: parameters.relation, labelCount: groups.labelCount, agreement: groups.agreement),
      labels: groups.parentLabels, sizes: sizes)
    try labels.write(to: context.outputPath(OutputName.labels))
  }

  private func rowLabels(
    _ context: any TaskContext, _ parameters: Parameters.Label, child: StoredTable, parent: StoredTable,
    parentRows: [Int32]
  ) throws -> [Int32] {
    var own = try Self.columns(child)
    for path in try context.inputs("below") {
      let labels = try RelationLabels(path: path)
      own.append(.categorical(codes: labels.labels, levels: labels.information.labelCount))
    }
    let features = LabelFeatures().build(
      rowCount: parentRows.count,
      sources: [
        LabelFeatureSource(columns: own),
        LabelFeatureSource(columns: try Self.columns(parent), rows: parentRows, weight: parameters.parentScale),
      ])
    guard features.rowCount > 0, features.numericCount > 0 || !features.categories.isEmpty else {
      return [Int32](repeating: 0, count: parentRows.count)
    }
    context.report(TaskProgress(fraction: 0.1))
    guard let method = MixtureOptions.Method(rawValue: parameters.method) else {
      throw ClavaError(.internal, "there is no mixture method '\(parameters.method)'")
    }
    let mixture = DiagonalMixture.fit(
      features,
      options: MixtureOptions(
        components: parameters.clusters, iterations: parameters.iterations, tolerance: parameters.tolerance,
        fitRows: parameters.fitRows, method: method),
      stream: RandomStream(seed: parameters.seed, name: "label/\(parameters.relation)"))
    return mixture.predict(features)
  }

  /// The columns of a stored table as clustering sees them.
  private static func columns(_ table: StoredTable) throws -> [LabelColumn] {
    try table.codec.columns.enumerated().compactMap { index, column in
      switch column {
      case .numeric: .numeric(try table.values(index))
      case .categorical(let codec): .categorical(codes: try table.codes(index), levels: codec.levelCount)
      default: nil
      }
    }
  }
}
