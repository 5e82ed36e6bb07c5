import Essentials
import Evaluation

/// The scores of one of the two oracle databases, and what is expected of them.
struct GoldenDatabase {
  let expected: JSONValue
  let mode: EvaluationMode
  let tables: [TableScores]
  /// With the foreign key column, which the oracle names instead of the relation.
  let relations: [(key: String, scores: RelationScores)]
  let paths: [PathScores]

  var scores: Scores { .aggregate(tables: tables, relations: relations.map(\.scores), paths: paths, mode: mode) }

  /// What is expected in the mode of the scores.
  func oracle(_ keys: String...) -> JSONValue? { keys.reduce(expected[mode.rawValue]) { $0?[$1] } }

  static func twoTables(mode: EvaluationMode = .paper) throws -> GoldenDatabase {
    let files = try ["parent", "child"].map {
      (real: try PlainCSV("two_tables/real_\($0).csv"), synthetic: try PlainCSV("two_tables/syn_\($0).csv"))
    }
    let parent = try MetricsFixture.pair(
      "parent", real: files[0].real, synthetic: files[0].synthetic,
      columns: [("age", .number), ("grp", .category), ("joined", .date)])
    let child = try MetricsFixture.pair(
      "child", real: files[1].real, synthetic: files[1].synthetic,
      columns: [("amt", .number), ("typ", .category), ("ok", .category)])
    let rows = ParentRows(
      real: MetricsFixture.parentRows(try files[1].real.keys("pid"), try files[0].real.keys("pid")),
      synthetic: MetricsFixture.parentRows(try files[1].synthetic.keys("pid"), try files[0].synthetic.keys("pid")))
    return GoldenDatabase(
      expected: try MetricsFixture.json("two_tables/expected.json"), mode: mode,
      tables: [parent, child].map { TableScores.compute(real: $0.real, synthetic: $0.synthetic, mode: mode) },
      relations: [
        ("pid", .compute(relation: "child.pid>parent", parent: parent, child: child, parentRows: rows, mode: mode))
      ],
      paths: [])
  }

  static func dag(mode: EvaluationMode = .paper) throws -> GoldenDatabase {
    let meta = try MetricsFixture.json("dag/dataset_meta.json")
    let relations = (meta["relation_order"]?.list ?? []).compactMap { entry -> (parent: String, child: String)? in
      guard let parent = entry.list[0].text, let child = entry.list[1].text else { return nil }
      return (parent, child)
    }
    var files: [String: (real: PlainCSV, synthetic: PlainCSV)] = [:]
    var tables: [String: TablePair] = [:]
    let names = ["region", "customer", "store", "product", "purchase", "item"]
    for name in names {
      let (real, synthetic) = (try PlainCSV("dag/real/\(name).csv"), try PlainCSV("dag/syn/\(name).csv"))
      let domain = try MetricsFixture.json("dag/\(name)_domain.json")
      let columns = real.header.compactMap { column -> (name: String, kind: ColumnKind)? in
        domain[column].map { (column, $0["type"]?.text == "discrete" ? .category : .number) }
      }
      files[name] = (real, synthetic)
      tables[name] = try MetricsFixture.pair(name, real: real, synthetic: synthetic, columns: columns)
    }
    func table(_ name: String) throws -> TablePair {
      guard let pair = tables[name] else { throw ClavaError(.input, "no table \(name)") }
      return pair
    }
    var parentRows: [String: ParentRows] = [:]
    var ends: [String: (parent: String, child: String)] = [:]
    var relationScores: [(key: String, scores: RelationScores)] = []
    for (parent, child) in relations {
      guard let childFiles = files[child], let parentFiles = files[parent] else { continue }
      let (name, key) = ("\(child)>\(parent)", "\(parent)_id")
      let rows = ParentRows(
        real: MetricsFixture.parentRows(try childFiles.real.keys(key), try parentFiles.real.keys(key)),
        synthetic: MetricsFixture.parentRows(try childFiles.synthetic.keys(key), try parentFiles.synthetic.keys(key)))
      parentRows[name] = rows
      ends[name] = (parent, child)
      relationScores.append(
        (
          key,
          .compute(relation: name, parent: try table(parent), child: try table(child), parentRows: rows, mode: mode)
        ))
    }
    let paths = SchemaPaths.enumerate(relations: relations.map { ("\($0.child)>\($0.parent)", $0.parent, $0.child) })
    return GoldenDatabase(
      expected: try MetricsFixture.json("dag/expected.json"), mode: mode,
      tables: try names.map {
        TableScores.compute(real: try table($0).real, synthetic: try table($0).synthetic, mode: mode)
      },
      relations: relationScores,
      paths: try paths.map { path in
        PathScores.compute(
          path: path, top: try table(ends[path[0]]?.parent ?? ""),
          bottom: try table(ends[path[path.count - 1]]?.child ?? ""), parentRows: path.compactMap { parentRows[$0] },
          mode: mode)
      })
  }
}
