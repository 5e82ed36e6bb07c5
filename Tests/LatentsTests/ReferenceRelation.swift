import Foundation
import Latents
import Storage
import TestSupport
import Testing

/// A table of the clustering golden files: numbers by column, categories told apart by the domain.
struct ReferenceTable {
  var columns: [String: [Double]] = [:]
  /// Names of the columns with a domain, in file order; label columns are appended as they are made.
  var features: [String] = []
  var categorical: Set<String> = []

  init(_ name: String) throws {
    let folder = "golden/clustering/"
    let text = try String(contentsOfFile: Fixtures.path("\(folder)\(name).csv"), encoding: .utf8)
    let lines = text.split(whereSeparator: \.isNewline).map { $0.split(separator: ",").map(String.init) }
    let domain = try JSONDecoder().decode(
      [String: Domain].self, from: Data(contentsOf: URL(filePath: Fixtures.path("\(folder)\(name)_domain.json"))))
    for (position, header) in lines[0].enumerated() {
      columns[header] = lines.dropFirst().map { Double($0[position]) ?? .nan }
      guard let column = domain[header] else { continue }
      features.append(header)
      if column.type == "discrete" { categorical.insert(header) }
    }
  }

  private struct Domain: Decodable { let type: String }

  func values(_ name: String) throws -> [Double] { try #require(columns[name], "no column \(name)") }

  /// The columns with a domain as clustering sees them.
  func labelColumns() throws -> [LabelColumn] {
    try features.map { name in
      let values = try values(name)
      guard categorical.contains(name) else { return .numeric(values) }
      let levels = Array(Set(values)).sorted()
      return .categorical(codes: values.map { Int32(levels.firstIndex(of: $0) ?? -1) }, levels: levels.count)
    }
  }

  mutating func append(labels: [Int32], named name: String) {
    columns[name] = labels.map { Double($0) }
    features.append(name)
    categorical.insert(name)
  }
}

/// One relation of the golden files with its rows in the order of the joined matrix.
struct ReferenceRelation {
  let child: ReferenceTable
  let parent: ReferenceTable
  let keys: [Double]
  /// The parent row of each child row.
  let parentRows: [Int32]
  let parentOrder: [Int32]
  let rows: ClusteredRows

  init(child: ReferenceTable, parent: ReferenceTable, key: String) throws {
    self.child = child
    self.parent = parent
    let keys = try parent.values(key)
    self.keys = keys
    parentRows = try child.values(key).map { id in Int32(try #require(keys.firstIndex(of: id))) }
    parentOrder = keys.indices.sorted { keys[$0] < keys[$1] }.map { Int32($0) }
    rows = ClusteredRows(parentRows: parentRows, parentOrder: parentOrder, parentCount: keys.count)
  }

  func features(_ builder: LabelFeatures, weight: Double, withKey: Bool) throws -> MixedFeatures {
    var sources = [
      LabelFeatureSource(columns: try child.labelColumns(), rows: rows.children),
      LabelFeatureSource(columns: try parent.labelColumns(), rows: rows.parents, weight: weight),
    ]
    if withKey { sources.append(LabelFeatureSource(columns: [.numeric(keys)], rows: rows.parents)) }
    return builder.build(rowCount: rows.children.count, sources: sources)
  }

  /// The joined matrix with the key, the last number, moved behind the one-hot blocks.
  func matrix(_ builder: LabelFeatures, weight: Double, withKey: Bool) throws -> [Double] {
    let features = try features(builder, weight: weight, withKey: withKey)
    return (0..<features.rowCount).flatMap { row in
      var coordinates = features.coordinates(row: row)
      if withKey { coordinates.append(coordinates.remove(at: features.numericCount - 1)) }
      return coordinates
    }
  }

  /// Labels and sizes by parent row, from given labels of the clustered rows.
  func labels(_ rowLabels: [Int32]) -> (groups: GroupLabels, winners: [Int32], agreement: Double, table: GroupSizeTable)
  {
    let (winners, agreement) = GroupLabels.majorities(
      rowLabels: rowLabels, parentRows: rows.parents, parentCount: keys.count)
    let childless = (winners.max() ?? -1) + 1
    let published = winners.map { $0 < 0 ? childless : $0 }
    var sizes = [Int32](repeating: 0, count: keys.count)
    for row in parentRows { sizes[Int(row)] += 1 }
    return (
      GroupLabels.vote(rowLabels: rowLabels, parentRows: rows.parents, parentCount: keys.count), published, agreement,
      GroupSizeTable(labels: published, sizes: sizes, order: parentOrder)
    )
  }
}

/// `expected.json` of the clustering golden files.
struct ReferenceExpectations {
  private let root: [String: Any]

  init() throws {
    let data = try Data(contentsOf: URL(filePath: Fixtures.path("golden/clustering/expected.json")))
    root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  func relation(_ path: [String]) throws -> [String: Any] {
    try path.reduce(root) { try #require($0[$1] as? [String: Any]) }
  }

  /// The size table at `group_size_probabilities` of a relation.
  func sizes(_ path: [String]) throws -> GroupSizeTable {
    let entries = try #require(try relation(path)["group_size_probabilities"] as? [[Any]])
    return GroupSizeTable(
      entries: try entries.map { entry in
        let pairs = try #require(entry[1] as? [[Double]])
        return GroupSizeTable.Entry(
          label: Int32(try #require(entry[0] as? Int)), sizes: pairs.map { Int32($0[0]) },
          probabilities: pairs.map { $0[1] })
      })
  }
}
