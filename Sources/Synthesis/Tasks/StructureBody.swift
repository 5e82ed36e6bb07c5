import Essentials
import Latents
import Storage
import TaskGraph

/// `structure`: makes the rows of a synthetic table with their parents, labels and group sizes, but no attributes
/// (recipe §2).
struct StructureBody: TaskBody {
  let kind = "structure"
  let codeVersion = 2

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.Structure.self)
    let rows = try context.input("rows")
    let realRowCount = try ArtifactReader(path: rows).readJSON("row-count", as: Int.self)
    let parentLabels = try context.inputs("parent-labels").map(RelationLabels.init(path:))
    let childLabels = try context.inputs("child-labels").map(RelationLabels.init(path:))
    guard let kind = StructureKind(rawValue: parameters.kind) else {
      throw ClavaError(.internal, "there is no structure of kind '\(parameters.kind)'")
    }
    let sides = try parentSides(context, parameters, rows: rows, labels: parentLabels)
    let structure = TableStructure.build(
      TableStructureInput(
        table: parameters.table, realRowCount: realRowCount, keepsRows: parameters.isLookup, parents: sides,
        children: zip(parameters.children, childLabels).map { name, labels in
          ChildSide(relation: name, labels: labels.labels, sizes: labels.sizes)
        },
        scale: parameters.scale, kind: kind, demandsAgreement: parameters.pathAgreement,
        demandsDistinctTuples: parameters.distinctPairs, seed: parameters.seed))
    let counts = LabelCounts(
      parents: parentLabels.map(\.information.labelCount), children: childLabels.map(\.information.labelCount))
    let rowLabels = sides.map { side in structure.recordOf.map { side.realRowLabels[Int($0)] } }
    try StoredStructure.write(
      .init(
        rowCount: structure.rowCount, records: structure.recordOf, parentRows: structure.parentRows,
        parentLabels: rowLabels, childRelations: parameters.children, childLabels: structure.childLabels,
        childSizes: structure.childSizes, labelCounts: counts, report: structure.report),
      to: context.outputPath(OutputName.structure))
  }

  private func parentSides(
    _ context: any TaskContext, _ parameters: Parameters.Structure, rows: String, labels: [RelationLabels]
  ) throws -> [ParentSide] {
    let structures = try context.inputs("parent-structure").map(StoredStructure.init(path:))
    let edges = Set(parameters.edges + parameters.parents).sorted { $0.name < $1.name }
    var real: [String: [Int32]] = [:]
    var synthetic: [String: [Int32]] = [:]
    for edge in edges {
      if edge.child == parameters.table {
        real[edge.name] = try ParentColumns.read(rows, relation: edge.parentIndex)
      } else {
        real[edge.name] = try ParentColumns.read(context.input("rows/\(edge.child)"), relation: edge.parentIndex)
        synthetic[edge.name] = try StoredStructure(path: context.input("structure/\(edge.child)"))
          .parentRows(edge.parentIndex)
      }
    }
    let relations = parameters.edges.map { RelationEdge(name: $0.name, child: $0.child, parent: $0.parent) }
    return try parameters.parents.enumerated().map { index, edge in
      guard let realParents = real[edge.name] else {
        throw ClavaError(.internal, "the rows of relation \(edge.name) are not among the inputs")
      }
      let childIndex = try structures[index].childIndex(of: edge.name)
      return ParentSide(
        edge: RelationEdge(name: edge.name, child: edge.child, parent: edge.parent), edges: relations,
        realParentRows: real, syntheticParentRows: synthetic,
        realRowLabels: realParents.map { labels[index].labels[Int($0)] },
        labels: try structures[index].childLabels(childIndex), sizes: try structures[index].childSizes(childIndex),
        isPrimaryKey: edge.name == parameters.keyRelation)
    }
  }
}
