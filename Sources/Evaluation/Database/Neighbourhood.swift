/// The part of a database that findings about one table may read: the table, its parents and further ancestors, its
/// children, and the foreign keys among them.
public enum Neighbourhood {
  /// The names of the tables, in the order in which they are given.
  ///
  /// - Parameters:
  ///   - tables: parents before children.
  ///   - relations: every foreign key.
  public static func tables(
    around table: String, tables: [String], relations: [(parent: String, child: String)]
  ) -> [String] {
    var found: Set<String> = [table]
    for relation in relations where relation.parent == table { found.insert(relation.child) }
    var queue = [table]
    while let next = queue.popLast() {
      for relation in relations where relation.child == next && found.insert(relation.parent).inserted {
        queue.append(relation.parent)
      }
    }
    return tables.filter(found.contains)
  }
}

extension EvaluationDatabase {
  /// The neighbourhood of a table as a database of its own, and the place of the table there.
  ///
  /// What findings see is the same whether a whole database was loaded or only the files of the neighbourhood.
  public func neighbourhood(of table: Int) -> (database: EvaluationDatabase, table: Int) {
    let name = schema.tables[table].name
    let names = Neighbourhood.tables(
      around: name, tables: schema.tables.map(\.name), relations: schema.relations.map { ($0.parent, $0.child) })
    let places = names.compactMap { schema.index(ofTable: $0) }
    let relations = schema.relations.indices.filter {
      names.contains(schema.relations[$0].parent) && names.contains(schema.relations[$0].child)
    }
    let part = EvaluationDatabase(
      schema: EvaluationSchema(
        tables: places.map { schema.tables[$0] }, relations: relations.map { schema.relations[$0] }),
      real: real.restricted(tables: places, relations: relations),
      synthetic: synthetic.restricted(tables: places, relations: relations),
      holdout: holdout?.restricted(tables: places, relations: relations))
    return (part, names.firstIndex(of: name) ?? 0)
  }
}
