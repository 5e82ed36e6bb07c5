public import Configuration
import Essentials
import Tables

/// Where the finished tables of a generator are: one path for each table.
public struct ResultLayout: Sendable, Hashable {
  /// Path of each table's CSV file by the name of the table.
  public let paths: [String: String]

  /// Files that are known one by one.
  public init(paths: [String: String]) { self.paths = paths }

  /// The tables of a run.
  public init(tables: [String], configuration: Configuration, runDirectory: String) {
    paths = Dictionary(uniqueKeysWithValues: tables.map { ($0, "\(runDirectory)/\(configuration.tablePath($0))") })
  }

  /// `FOLDER/TABLE.csv` for each table.
  public init(tables: [String], folder: String) {
    paths = Dictionary(uniqueKeysWithValues: tables.map { ($0, "\(folder)/\($0).csv") })
  }

  /// Recognises the layout of a folder: `TABLE.csv`, or the published `TABLE/PREFIX_final/TABLE_synthetic.csv`.
  ///
  /// - Parameter prefix: PREFIX where the folder holds several results; nil to take the only one.
  /// - Throws: `ClavaError.input` if there are several results and no prefix says which is meant.
  ///
  /// Source: reference-method §2.6.
  public static func recognise(tables: [String], folder: String, prefix: String? = nil) throws -> ResultLayout {
    let plain = ResultLayout(tables: tables, folder: folder)
    let found = Set(tables.flatMap { prefixes(of: $0, in: folder) }).sorted()
    let isPlain = tables.contains { FileSystem.exists("\(folder)/\($0).csv") }
    guard prefix != nil || (!isPlain && !found.isEmpty) else { return plain }
    guard let chosen = prefix ?? (found.count == 1 ? found[0] : nil) else {
      let names = found.map { "'\($0)'" }.joined(separator: ", ")
      throw ClavaError(
        .input, "the folder holds several results, with the prefixes \(names)", at: .init(file: folder),
        remedy: "say which is meant, for example --prefix \(found.first { !$0.isEmpty } ?? "''")")
    }
    var configuration = Configuration()
    configuration.outputLayout = "published"
    configuration.outputPrefix = chosen
    return ResultLayout(tables: tables, configuration: configuration, runDirectory: folder)
  }

  /// Prefixes under which the published layout holds a result of a table.
  private static func prefixes(of table: String, in folder: String) -> [String] {
    FileSystem.list("\(folder)/\(table)").filter {
      $0.hasSuffix("_final") && FileSystem.exists("\(folder)/\(table)/\($0)/\(table)_synthetic.csv")
    }.map { String($0.dropLast("_final".count)) }
  }
}

extension Schema {
  /// The same schema over other files.
  func withFiles(_ layout: ResultLayout) throws -> Schema {
    try Schema(
      format: format,
      tables: tables.map {
        TableSchema(
          name: $0.name, file: layout.paths[$0.name] ?? $0.file, columns: $0.columns, primaryKey: $0.primaryKey,
          kind: $0.kind)
      }, relations: relations, warnings: [])
  }
}
