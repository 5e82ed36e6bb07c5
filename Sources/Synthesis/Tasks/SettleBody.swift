import Essentials
import Latents
import Storage
import Tables
import TaskGraph
import Tensors

/// `settle`: decides which rows of a sampled table stay, who their parents are, and how many rows the groups they head
/// have. The version of fewest rows stays and takes the other parents from the rows it was matched with
/// (reference-method §9).
struct SettleBody: TaskBody {
  let kind = "settle"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.Settle.self)
    let versions = try Versions(context, views: parameters.views)
    let rowCount = versions.structures[versions.anchor].rowCount
    let parentLabels = try context.inputs("parent-labels").map(RelationLabels.init(path:))
    let childLabels = try context.inputs("child-labels").map(RelationLabels.init(path:))
    var content = StoredStructure.Content(
      rowCount: rowCount, childRelations: parameters.children,
      labelCounts: LabelCounts(
        parents: parentLabels.map(\.information.labelCount), children: childLabels.map(\.information.labelCount)),
      report: StructureReport(table: parameters.table, rowCount: rowCount))
    try setParents(of: &content, context, parameters, versions)
    try setGroups(of: &content, parameters, versions, childLabels)
    try StoredStructure.write(content, to: context.outputPath(OutputName.structure))
    if parameters.views.count > 1 {
      let kept = versions.attributes[versions.anchor]
      let writer = try ArtifactWriter(path: context.outputPath(OutputName.attributes))
      try ColumnStore.create(in: writer, codec: kept.codec, rows: rowCount, parents: 0)
      try writer.writeJSON("row-count", rowCount)
      try RowCopy.write(kept, rows: Array(0..<Int32(rowCount)), to: writer)
      try writer.finish()
    }
  }

  private func setParents(
    of content: inout StoredStructure.Content, _ context: any TaskContext, _ parameters: Parameters.Settle,
    _ versions: Versions
  ) throws {
    guard !parameters.parents.isEmpty else { return }
    content.parentRows = parameters.parents.map { _ in [] }
    content.parentLabels = content.parentRows
    func set(_ version: Int, rows: [Int32]?) throws {
      let view = versions.views[version], structure = versions.structures[version]
      guard let parent = view.parents.first else { return }
      let parents = try structure.parentRows(0), labels = try structure.parentLabels(0)
      content.parentRows[parent] = rows.map { $0.map { parents[Int($0)] } } ?? parents
      content.parentLabels[parent] = rows.map { $0.map { labels[Int($0)] } } ?? labels
    }
    try set(versions.anchor, rows: nil)
    for (other, path) in zip(versions.others, try context.inputs("matches")) {
      let matches = try StoredMatches(path: path)
      var rows = matches.rows
      if parameters.permutesKeys {
        let order = RandomStream(seed: parameters.seed, name: "match/\(parameters.table)/\(other)")
          .permutation(count: rows.count)
        rows = order.map { rows[Int($0)] }
      }
      try set(other, rows: rows)
      content.report.versions.append(
        .init(
          relation: versions.views[other].name, rowCount: versions.structures[other].rowCount,
          repeatedMatches: matches.repeatedCount, meanDistance: matches.meanDistance))
    }
  }

  /// Labels and sizes of the groups the rows head.
  private func setGroups(
    of content: inout StoredStructure.Content, _ parameters: Parameters.Settle, _ versions: Versions,
    _ labels: [RelationLabels]
  ) throws {
    let source = parameters.descendsFrom ?? versions.anchor
    for (relation, labels) in zip(parameters.children, labels) {
      let sampled = try versions.labels(of: source, relation: relation, parentIndex: nil)
      let stream = RandomStream(seed: parameters.seed, name: "sizes/\(relation)")
      let sizes = sampled.enumerated().map { row, label in
        Int32(labels.groupSizes.size(label: Int(label), uniform: stream.uniform(row: UInt64(row))))
      }
      content.childLabels.append(Array(sampled.prefix(content.rowCount)))
      content.childSizes.append(Array(sizes.prefix(content.rowCount)))
      // Descendants of rows that are not kept would refer to nothing.
      content.report.orphansLeftOut += sizes.dropFirst(content.rowCount).reduce(0) { $0 + Int($1) }
    }
  }
}
