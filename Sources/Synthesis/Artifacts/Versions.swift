import Essentials
import Storage
import Tables
import TaskGraph

/// The versions of a table that were sampled, one for each parent, in the order of the table's parents.
struct Versions {
  let views: [Parameters.View]
  let structures: [StoredStructure]
  let attributes: [StoredTable]
  /// The version that is kept: the one of fewest rows, the first on ties.
  let anchor: Int

  init(_ context: any TaskContext, views: [Parameters.View]) throws {
    self.views = views
    let codec = try ArtifactReader(path: context.input("codec")).readJSON("codec", as: TableCodec.self)
    structures = try context.inputs("version").map(StoredStructure.init(path:))
    attributes = try context.inputs("attributes").map { try StoredTable(codec: codec, rowsPath: $0) }
    let counts = structures.map(\.rowCount)
    guard let fewest = counts.min(), let first = counts.firstIndex(of: fewest) else {
      throw ClavaError(.internal, "a table without versions cannot be settled")
    }
    anchor = first
  }

  /// The versions that are not kept.
  var others: [Int] { views.indices.filter { $0 != anchor } }

  /// Labels of the rows of a version in a relation above or below: sampled ones, or those it was sampled for.
  func labels(of version: Int, relation: String, parentIndex: Int?) throws -> [Int32] {
    let view = views[version]
    if let column = view.labelColumns.firstIndex(of: LabelColumn(relation: relation, parentIndex: parentIndex)) {
      return structures[version].rowCount == 0 ? [] : try attributes[version].labels(column)
    }
    guard let position = parentIndex.flatMap({ view.parents.firstIndex(of: $0) }) else {
      throw ClavaError(.internal, "version \(view.name) has no labels of \(relation)")
    }
    return try structures[version].parentLabels(position)
  }
}
