public import Essentials
internal import Foundation

/// A database's description as far as it can be understood, and what is wrong with it.
public struct SchemaReading: Sendable {
  /// The tables and relations that can be worked with: what is not supported is left out.
  public let schema: Schema
  /// Every mistake and everything that is not supported.
  public let problems: [Problem]
}

/// Finds out what a database folder holds.
public enum SchemaLoader {
  /// Reads the metadata and the headers of the CSV files.
  ///
  /// - Parameters:
  ///   - folder: the folder of the metadata and CSV files.
  ///   - options: what the configuration says about tables and columns.
  /// - Throws: one `ClavaError.input` that lists every mistake and everything that is not supported.
  public static func load(folder: String, options: SchemaOptions = SchemaOptions()) throws -> Schema {
    let reading = try read(folder: folder, options: options)
    if !reading.problems.isEmpty { throw ClavaError(.input, problems: reading.problems) }
    return reading.schema
  }

  /// Reads the metadata and the headers of the CSV files, and keeps what can be worked with even if there are problems,
  /// so that `Surveyor` can look for those of the data and report all of them together.
  ///
  /// - Throws: `ClavaError.input` if there are no metadata that can be read.
  public static func read(folder: String, options: SchemaOptions = SchemaOptions()) throws -> SchemaReading {
    let folder = URL(fileURLWithPath: folder).standardizedFileURL.path
    var list = ProblemList()
    let format = try self.format(of: folder, options.format)
    let draft =
      try format == .clava
      ? MethodMetadata.load(folder: folder, options: options, &list)
      : SDVMetadata.load(folder: folder, options: options, &list)
    let (tables, relations) = SchemaCheck.check(draft, options, &list)
    let names = Set(relations.map(\.name))
    let schema = try Schema(
      format: format, tables: tables, relations: relations, warnings: list.warnings,
      relationOrder: draft.relationOrder?.filter(names.contains),
      listedOrder: draft.format == .clava ? draft.relations.map(\.relation.name).filter(names.contains) : nil)
    return SchemaReading(schema: schema, problems: list.problems)
  }

  private static func format(of folder: String, _ format: SourceFormat) throws -> SourceFormat {
    guard FileSystem.isFolder(folder) else {
      let found = FileSystem.exists(folder) ? "this is a file, a folder was expected" : "there is no such folder"
      throw ClavaError(
        .input, found, at: .init(file: folder), remedy: "name the folder that holds the metadata and the CSV files")
    }
    if format != .auto { return format }
    if FileSystem.exists(folder + "/" + MethodMetadata.fileName) { return .clava }
    if FileSystem.exists(folder + "/" + SDVMetadata.fileName) { return .sdv }
    throw ClavaError(
      .input, "the folder holds neither \(MethodMetadata.fileName) nor \(SDVMetadata.fileName)",
      at: .init(file: folder),
      remedy: "name the folder that describes the tables in one of these forms")
  }
}
