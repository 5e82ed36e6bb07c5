/// How the records of synthetic rows come about.
public enum StructureKind: String, Codable, Sendable, Hashable {
  /// The real records: each as often as the scale says.
  case exact
  /// A bootstrap: every row of a root table copies a real record drawn with replacement, and child records follow by
  /// quota within labels.
  case resampled
}

/// A path from the table through one parent relation to a more distant ancestor.
public struct AncestorSide: Sendable {
  /// The ancestor table.
  public var table: String
  /// The relations of the path, the parent relation first.
  public var path: [String]
  /// The ancestor row of every real row of the table.
  public var realRows: [Int32]
  /// The ancestor row of every synthetic parent row.
  public var syntheticRows: [Int32]

  /// Creates an ancestor.
  public init(table: String, path: [String], realRows: [Int32], syntheticRows: [Int32]) {
    self.table = table
    self.path = path
    self.realRows = realRows
    self.syntheticRows = syntheticRows
  }
}

/// One parent relation of a table: what the real rows look like and what the synthetic parents offer.
public struct ParentSide: Sendable {
  /// The relation.
  public var relation: String
  /// The parent table.
  public var parentTable: String
  /// The parent row of every real row.
  public var realParentRows: [Int32]
  /// The label of every real row's group.
  public var realRowLabels: [Int32]
  /// The label of every synthetic parent row.
  public var labels: [Int32]
  /// The group size of every synthetic parent row.
  public var sizes: [Int32]
  /// Ancestors beyond the parent that other relations of the table reach as well.
  public var ancestors: [AncestorSide]
  /// Whether the foreign key is the primary key as well, so that no parent may have more than one row.
  public var isPrimaryKey: Bool

  /// Creates a parent side.
  public init(
    relation: String, parentTable: String, realParentRows: [Int32], realRowLabels: [Int32], labels: [Int32],
    sizes: [Int32], ancestors: [AncestorSide] = [], isPrimaryKey: Bool = false
  ) {
    self.relation = relation
    self.parentTable = parentTable
    self.realParentRows = realParentRows
    self.realRowLabels = realRowLabels
    self.labels = labels
    self.sizes = sizes
    self.ancestors = ancestors
    self.isPrimaryKey = isPrimaryKey
  }

  /// Creates a parent side whose ancestors are found and followed along the foreign keys.
  ///
  /// `realParentRows` and `syntheticParentRows` give the parent row of each child row by relation name: the real ones of
  /// all relations on the way, `edge` included, the synthetic ones of all relations above the parent.
  public init(
    edge: RelationEdge, edges: [RelationEdge], realParentRows: [String: [Int32]],
    syntheticParentRows: [String: [Int32]], realRowLabels: [Int32], labels: [Int32], sizes: [Int32],
    isPrimaryKey: Bool = false
  ) {
    let ancestors = ForeignKeyPaths.meetingPaths(from: edge.child, edges: edges).compactMap { path -> AncestorSide? in
      guard path.count > 1, path.first == edge, let last = path.last else { return nil }
      return AncestorSide(
        table: last.parent, path: path.map(\.name),
        realRows: ForeignKeyPaths.ancestorRows(path[...], startCount: realRowLabels.count, parentRows: realParentRows),
        syntheticRows: ForeignKeyPaths.ancestorRows(
          path.dropFirst(), startCount: labels.count, parentRows: syntheticParentRows))
    }
    self.init(
      relation: edge.name, parentTable: edge.parent, realParentRows: realParentRows[edge.name] ?? [],
      realRowLabels: realRowLabels, labels: labels, sizes: sizes, ancestors: ancestors, isPrimaryKey: isPrimaryKey)
  }
}

/// One child relation of a table.
public struct ChildSide: Sendable {
  /// The relation.
  public var relation: String
  /// The label of every real row as a parent in this relation.
  public var labels: [Int32]
  /// The group size of every real row.
  public var sizes: [Int32]

  /// Creates a child side.
  public init(relation: String, labels: [Int32], sizes: [Int32]) {
    self.relation = relation
    self.labels = labels
    self.sizes = sizes
  }
}

/// All that decides the structure of one synthetic table.
public struct TableStructureInput: Sendable {
  /// The table.
  public var table: String
  /// Number of real rows.
  public var realRowCount: Int
  /// Whether the table keeps its rows and their order (a lookup table).
  public var keepsRows: Bool
  /// The parent relations; the first one fixes the number of rows.
  public var parents: [ParentSide]
  /// The child relations.
  public var children: [ChildSide]
  /// Factor on the number of root rows.
  public var scale: Double
  /// Where records come from.
  public var kind: StructureKind
  /// Whether paths to a common ancestor have to meet as often as in the real rows.
  public var demandsAgreement: Bool
  /// Whether tuples of parents may repeat only as often as in the real rows.
  public var demandsDistinctTuples: Bool
  /// Seed of the run; streams are named `structure/TABLE/…`.
  public var seed: UInt64

  /// Creates an input.
  public init(
    table: String, realRowCount: Int, keepsRows: Bool = false, parents: [ParentSide], children: [ChildSide],
    scale: Double = 1, kind: StructureKind = .exact, demandsAgreement: Bool = true,
    demandsDistinctTuples: Bool = true, seed: UInt64
  ) {
    for parent in parents {
      precondition(
        parent.realParentRows.count == realRowCount && parent.realRowLabels.count == realRowCount,
        "relation \(parent.relation) has \(parent.realParentRows.count) parents and \(parent.realRowLabels.count) "
          + "labels for \(realRowCount) rows")
    }
    for child in children {
      precondition(
        child.labels.count == realRowCount && child.sizes.count == realRowCount,
        "relation \(child.relation) has \(child.labels.count) labels and \(child.sizes.count) sizes for "
          + "\(realRowCount) rows")
    }
    self.table = table
    self.realRowCount = realRowCount
    self.keepsRows = keepsRows
    self.parents = parents
    self.children = children
    self.scale = scale
    self.kind = kind
    self.demandsAgreement = demandsAgreement
    self.demandsDistinctTuples = demandsDistinctTuples
    self.seed = seed
  }
}
