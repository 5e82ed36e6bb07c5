internal import Tensors

/// Divides a database into two parts by whole groups: a row of a root table goes with all its descendants.
///
/// In every connected part of the schema one table is divided, its rows drawn without replacement; a descendant goes
/// to the second part if one of its parents does. Rows of other tables, which the divided table does not reach, are
/// shared reference: such a row stays in the first part unless all rows that refer to it are in the second. So no key
/// of the first part refers to the second, and every row is in one of them.
public struct RootGroups: Sendable {
  /// A table to divide.
  public struct Table: Sendable {
    /// Its name, which names the random stream.
    public var name: String
    /// How many rows it has.
    public var rowCount: Int
    /// Whether all its rows stay in the first part.
    public var staysWhole: Bool

    /// Describes a table.
    public init(name: String, rowCount: Int, staysWhole: Bool = false) {
      self.name = name
      self.rowCount = rowCount
      self.staysWhole = staysWhole
    }
  }

  /// A foreign key between two tables.
  public struct Relation: Sendable {
    /// The place of the table that is referred to.
    public var parent: Int
    /// The place of the table with the foreign key.
    public var child: Int
    /// The parent row of each child row, −1 for none.
    public var parentRows: [Int32]

    /// Describes a foreign key.
    public init(parent: Int, child: Int, parentRows: [Int32]) {
      self.parent = parent
      self.child = child
      self.parentRows = parentRows
    }
  }

  /// For each table whether a row is in the second part.
  public let isHeldOut: [[Bool]]
  /// The tables whose rows were drawn.
  public let dividedTables: [String]

  /// Divides a database.
  ///
  /// The divided table of a connected part is its root with the most rows below it (the first of equal ones), or,
  /// where no root has 1/`share` rows, the table with the most rows below it that has.
  ///
  /// - Parameters:
  ///   - tables: parents before children.
  ///   - relations: every foreign key; those to tables that stay whole connect nothing.
  ///   - share: of the rows of a divided table that go to the second part, 0…1.
  ///   - root: the place of a table to divide instead, in its connected part.
  ///   - seed: of the draw, together with the name of the stream and of the table.
  public init(
    tables: [Table], relations: [Relation], share: Double, root: Int? = nil, seed: UInt64, stream: String
  ) {
    precondition(share >= 0 && share <= 1, "a share of \(share) of the rows cannot be held out")
    let links = relations.filter { !tables[$0.parent].staysWhole && !tables[$0.child].staysWhole }
    var held = tables.map { [Bool](repeating: false, count: $0.rowCount) }
    var divided: [String] = []
    for component in Self.components(count: tables.count, links) where !tables[component[0]].staysWhole {
      guard let top = Self.divided(component, tables, links, share, root) else { continue }
      divided.append(tables[top].name)
      let count = tables[top].rowCount
      let order = RandomStream(seed: seed, name: "\(stream)/\(tables[top].name)").permutation(count: count)
      for row in order.prefix(Int((share * Double(count)).rounded())) { held[top][Int(row)] = true }
      let below = Self.descendants(of: top, links)
      for table in component where table != top && below.contains(table) {
        for link in links where link.child == table && (link.parent == top || below.contains(link.parent)) {
          for (row, parent) in link.parentRows.enumerated() where parent >= 0 && held[link.parent][Int(parent)] {
            held[table][row] = true
          }
        }
      }
      for table in component.reversed() where table != top && !below.contains(table) {
        held[table] = Self.isOnlyUsed(by: held, table: table, rowCount: tables[table].rowCount, links)
      }
    }
    isHeldOut = held
    dividedTables = divided
  }

  /// Rows that are referred to, and by held-out rows only.
  private static func isOnlyUsed(by held: [[Bool]], table: Int, rowCount: Int, _ links: [Relation]) -> [Bool] {
    var isUsedByHeld = [Bool](repeating: false, count: rowCount)
    var isUsedByOthers = isUsedByHeld
    for link in links where link.parent == table {
      for (row, parent) in link.parentRows.enumerated() where parent >= 0 {
        if held[link.child][row] { isUsedByHeld[Int(parent)] = true } else { isUsedByOthers[Int(parent)] = true }
      }
    }
    return zip(isUsedByHeld, isUsedByOthers).map { $0 && !$1 }
  }

  /// The table of a connected part whose rows are drawn; nil if none has enough rows.
  private static func divided(
    _ component: [Int], _ tables: [Table], _ links: [Relation], _ share: Double, _ root: Int?
  ) -> Int? {
    if let root, component.contains(root) { return root }
    func rowsBelow(_ table: Int) -> Int {
      descendants(of: table, links).reduce(tables[table].rowCount) { $0 + tables[$1].rowCount }
    }
    func largest(_ candidates: [Int]) -> Int? {
      let enough = candidates.filter { Double(tables[$0].rowCount) * share >= 1 }.map { ($0, rowsBelow($0)) }
      return enough.max { $0.1 == $1.1 ? $0.0 > $1.0 : $0.1 < $1.1 }?.0
    }
    return largest(component.filter { table in !links.contains { $0.child == table } }) ?? largest(component)
  }

  /// Tables that a table reaches downwards.
  private static func descendants(of table: Int, _ links: [Relation]) -> Set<Int> {
    var found: Set<Int> = []
    var queue = [table]
    while let next = queue.popLast() {
      for link in links where link.parent == next && found.insert(link.child).inserted { queue.append(link.child) }
    }
    return found
  }

  /// Connected tables, each list ascending.
  private static func components(count: Int, _ links: [Relation]) -> [[Int]] {
    var label = Array(0..<count)
    func find(_ table: Int) -> Int {
      var table = table
      while label[table] != table { table = label[table] }
      return table
    }
    for link in links {
      let (first, second) = (find(link.parent), find(link.child))
      label[max(first, second)] = min(first, second)
    }
    return Dictionary(grouping: 0..<count, by: find).sorted { $0.key < $1.key }.map(\.value)
  }
}
