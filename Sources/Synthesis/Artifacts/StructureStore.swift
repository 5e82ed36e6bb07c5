import Essentials
import Latents
import Storage

/// Structure of a synthetic table in an artifact: rows with keys, labels and group sizes, but no attributes.
struct StoredStructure {
  let rowCount: Int
  private let reader: ArtifactReader

  init(path: String) throws {
    reader = try ArtifactReader(path: path)
    rowCount = try reader.readJSON("row-count", as: Int.self)
  }

  /// The real row whose record each row copies.
  func records() throws -> [Int32] { try reader.read("records", as: Int32.self) }
  /// Row of the parent in a parent relation.
  func parentRows(_ relation: Int) throws -> [Int32] { try reader.read("parents/\(relation)/rows", as: Int32.self) }
  /// Label of the row's group in a parent relation.
  func parentLabels(_ relation: Int, rows: Range<Int>? = nil) throws -> [Int32] {
    try read("parents/\(relation)/labels", rows)
  }
  func parentRows(_ relation: Int, rows: Range<Int>) throws -> [Int32] { try read("parents/\(relation)/rows", rows) }
  /// Label of the row's own group in a child relation.
  func childLabels(_ relation: Int, rows: Range<Int>? = nil) throws -> [Int32] {
    try read("children/\(relation)/labels", rows)
  }
  /// Size of the row's own group in a child relation.
  func childSizes(_ relation: Int, rows: Range<Int>? = nil) throws -> [Int32] {
    try read("children/\(relation)/sizes", rows)
  }
  /// Labels each relation can have, parents first: the widths of the one-hot conditions.
  func labelCounts() throws -> LabelCounts { try reader.readJSON("label-counts", as: LabelCounts.self) }
  /// Number of a relation among the table's child relations.
  func childIndex(of relation: String) throws -> Int {
    let names = try reader.readJSON("child-relations", as: [String].self)
    guard let index = names.firstIndex(of: relation) else {
      throw ClavaError(.internal, "the structure has no child relation \(relation)", at: .init(file: reader.path))
    }
    return index
  }

  func report() throws -> StructureReport { try reader.readJSON("report", as: StructureReport.self) }

  /// What is stored of a structure; parents and children in the order of their relations.
  struct Content {
    var rowCount: Int
    /// The real row whose record each row copies; empty where rows have no record.
    var records: [Int32] = []
    var parentRows: [[Int32]] = []
    var parentLabels: [[Int32]] = []
    var childRelations: [String] = []
    var childLabels: [[Int32]] = []
    var childSizes: [[Int32]] = []
    var labelCounts: LabelCounts
    var report: StructureReport
  }

  /// Stores a structure.
  static func write(_ content: Content, to path: String) throws {
    let writer = try ArtifactWriter(path: path)
    try writer.writeJSON("row-count", content.rowCount)
    try writer.writeJSON("label-counts", content.labelCounts)
    try writer.writeJSON("child-relations", content.childRelations)
    try writer.writeJSON("report", content.report)
    try writer.write("records", content.records)
    for (index, rows) in content.parentRows.enumerated() { try writer.write("parents/\(index)/rows", rows) }
    for (index, labels) in content.parentLabels.enumerated() { try writer.write("parents/\(index)/labels", labels) }
    for (index, labels) in content.childLabels.enumerated() { try writer.write("children/\(index)/labels", labels) }
    for (index, sizes) in content.childSizes.enumerated() { try writer.write("children/\(index)/sizes", sizes) }
    try writer.finish()
  }

  private func read(_ name: String, _ rows: Range<Int>?) throws -> [Int32] {
    guard let rows else { return try reader.read(name, as: Int32.self) }
    return try reader.read(name, rows: rows, as: Int32.self)
  }
}

/// Number of labels of each relation of a table.
struct LabelCounts: Codable {
  var parents: [Int]
  var children: [Int]
}
