import Essentials
import Latents
import Storage
import TaskGraph

/// `expand`: the rows of one version of a table before they are sampled. A root has so many rows; every other version
/// has for each parent row the group that the parent's label called for, in the order of the parents
/// (reference-method §9).
struct ExpandBody: TaskBody {
  let kind = "expand"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.Expand.self)
    var content = StoredStructure.Content(
      rowCount: parameters.rootRows ?? 0, labelCounts: LabelCounts(parents: [], children: []),
      report: StructureReport(table: parameters.view, rowCount: parameters.rootRows ?? 0))
    if let relation = parameters.relation {
      let parent = try StoredStructure(path: context.input("parent-structure"))
      let index = try parent.childIndex(of: relation)
      let labels = try parent.childLabels(index)
      var sizes = try parent.childSizes(index)
      // A key that is a foreign key too allows one row for each parent, also where a lookup parent's groups are scaled.
      if parameters.isPrimaryKey { sizes = sizes.map { min($0, 1) } }
      let total = sizes.reduce(0) { $0 + Int($1) }
      guard total < Int(Int32.max) else {
        throw ClavaError(
          .tasks, "the sampled labels call for \(total) rows in \(relation)", at: .init(key: "structure.scale"),
          remedy: "use a smaller scale, or train the parent's model longer")
      }
      var rows: [Int32] = []
      var rowLabels: [Int32] = []
      rows.reserveCapacity(total)
      rowLabels.reserveCapacity(total)
      for (row, size) in sizes.enumerated() {
        for _ in 0..<size {
          rows.append(Int32(row))
          rowLabels.append(labels[row])
        }
      }
      content.rowCount = total
      content.report.rowCount = total
      content.parentRows = [rows]
      content.parentLabels = [rowLabels]
      content.labelCounts.parents = [try RelationLabels(path: context.input("labels")).information.labelCount]
    }
    try StoredStructure.write(content, to: context.outputPath(OutputName.structure))
  }
}
