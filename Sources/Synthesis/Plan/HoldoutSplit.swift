import Configuration
public import Essentials
import Evaluation
import Foundation
import Tables

/// The data of a run in two parts: one to learn from, and one that no task of the training sees.
///
/// `RUN/train` and `RUN/holdout` hold `TABLE.csv` with the records of the source byte for byte, the first one also
/// the metadata. Foreign keys of training rows hold in `RUN/train`; those of held-out rows may refer to both parts.
public struct HoldoutSplit: Sendable {
  /// One file of the held-out part.
  public struct File: Sendable {
    /// Its path.
    public let path: String
    /// SHA-256 of its content.
    public let digest: Digest
    /// How many rows it has.
    public let rowCount: Int
  }

  /// Folder of the part to learn from.
  public let trainingFolder: String
  /// The held-out files by the name of their table.
  public let files: [String: File]

  /// What was split, and how: equal records mean equal parts.
  private struct Record: Codable, Equatable {
    var format = 1
    var share: Double
    var table: String?
    var seed: Int
    var whole: [String]
    var sources: [String: Digest]
    var metadata: [String: Digest]
    /// The tables whose rows were drawn.
    var divided: [String]
    /// Digests of the files of both parts, by their paths below the folder.
    var parts: [String: Digest]
    /// Rows of the held-out files by table.
    var heldOutRows: [String: Int]
  }

  /// Divides the data of a project, or finds them divided already.
  ///
  /// - Parameters:
  ///   - project: of the whole data, which were found good.
  ///   - folder: of the run.
  /// - Returns: nil if the configuration asks for no holdout.
  /// - Throws: `ClavaError.configuration` if no rows can be held out, `.storage` if a file cannot be written.
  public static func prepare(_ project: Project, in folder: String) throws -> HoldoutSplit? {
    let options = project.configuration.evaluation
    guard let share = options.holdout, let source = project.configuration.data.path else { return nil }
    let schema = project.schema
    if let table = options.holdoutTable, schema.table(table) == nil {
      throw ClavaError(
        .configuration, "the data have no table '\(table)'", at: .init(key: "evaluation.holdout_table"),
        remedy: NearestName.remedy(table, among: schema.tables.map(\.name), of: "tables"))
    }
    var record = Record(
      share: share, table: options.holdoutTable, seed: project.configuration.seed,
      whole: schema.tables.filter { $0.kind == .lookup }.map(\.name).sorted(),
      sources: Dictionary(uniqueKeysWithValues: project.survey.tables.map { ($0.table, $0.digest) }),
      metadata: try digests(of: schema.metadataFiles, in: source), divided: [], parts: [:], heldOutRows: [:])
    let recordPath = "\(folder)/split.json"
    if let data = FileManager.default.contents(atPath: recordPath),
      let old = try? CanonicalJSON.decode(Record.self, from: data, source: recordPath), isSame(old, record),
      (try? digests(of: Array(old.parts.keys), in: folder)) == old.parts
    {
      return split(old, folder)
    }
    let groups = try groups(project, share: share)
    guard !groups.dividedTables.isEmpty, groups.isHeldOut.contains(where: { $0.contains(true) }) else {
      throw ClavaError(
        .configuration, "no table has enough rows to hold \(share) of them out", at: .init(key: "evaluation.holdout"),
        remedy: "choose a larger share, or leave evaluation.holdout out")
    }
    record.divided = groups.dividedTables
    let train = "\(folder)/train", holdout = "\(folder)/holdout"
    FileSystem.removeIfPresent(recordPath)
    for part in [train, holdout] {
      FileSystem.removeIfPresent(part)
      try FileSystem.createFolder(part)
    }
    for name in schema.metadataFiles { try copy("\(source)/\(name)", to: "\(train)/\(name)") }
    for (index, name) in schema.topologicalOrder.enumerated() {
      guard let table = schema.table(name) else { continue }
      try RecordSplitter.split(
        table.file, goesSecond: groups.isHeldOut[index], first: "\(train)/\(name).csv",
        second: "\(holdout)/\(name).csv")
      record.heldOutRows[name] = groups.isHeldOut[index].count { $0 }
    }
    let names =
      schema.metadataFiles.map { "train/\($0)" }
      + schema.tables.flatMap { ["train/\($0.name).csv", "holdout/\($0.name).csv"] }
    record.parts = try digests(of: names, in: folder)
    try FileSystem.writeAtomically(try CanonicalJSON.encodePretty(record), to: recordPath)
    return split(record, folder)
  }

  private static func isSame(_ old: Record, _ new: Record) -> Bool {
    var old = old
    old.parts = new.parts
    old.heldOutRows = new.heldOutRows
    old.divided = new.divided
    return old == new
  }

  private static func split(_ record: Record, _ folder: String) -> HoldoutSplit {
    var files: [String: File] = [:]
    for (name, rows) in record.heldOutRows {
      guard let digest = record.parts["holdout/\(name).csv"] else { continue }
      files[name] = File(path: "\(folder)/holdout/\(name).csv", digest: digest, rowCount: rows)
    }
    return HoldoutSplit(trainingFolder: "\(folder)/train", files: files)
  }

  /// Which rows are held out; tables in topological order.
  private static func groups(_ project: Project, share: Double) throws -> RootGroups {
    let schema = project.schema, order = schema.topologicalOrder
    let side = try FolderSide(
      schema: schema,
      layout: ResultLayout(paths: Dictionary(uniqueKeysWithValues: schema.tables.map { ($0.name, $0.file) })),
      role: "real", readsValues: false, includingOmitted: true)
    return RootGroups(
      tables: order.map { name in
        .init(
          name: name, rowCount: side.tables[name]?.rowCount ?? 0, staysWhole: schema.table(name)?.kind == .lookup)
      },
      relations: schema.relations.compactMap { relation in
        guard let parent = order.firstIndex(of: relation.parent), let child = order.firstIndex(of: relation.child)
        else { return nil }
        return .init(
          parent: parent, child: child,
          parentRows: side.tables[relation.child]?.foreignKeys[relation.name]?.rows ?? [])
      }, share: share, root: project.configuration.evaluation.holdoutTable.flatMap { order.firstIndex(of: $0) },
      seed: UInt64(project.configuration.seed), stream: "holdout")
  }

  private static func digests(of names: [String], in folder: String) throws -> [String: Digest] {
    var found: [String: Digest] = [:]
    for name in names { found[name] = try Digest.ofFile("\(folder)/\(name)").digest }
    return found
  }

  private static func copy(_ source: String, to target: String) throws {
    try FileSystem.writeAtomically(try FileSystem.read(source, code: .input), to: target)
  }
}
