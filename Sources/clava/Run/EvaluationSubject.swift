import Configuration
import Essentials
import Evaluation
import Foundation
import Storage
import Synthesis
import Tables

/// The files that an evaluation compares.
struct EvaluationSubject {
  /// What is evaluated, for the title of a page.
  let title: String
  /// Of the real folder.
  let schema: Schema
  /// Files to compare with, if not those of the schema.
  let real: ResultLayout?
  /// One or several results of one generator.
  let synthetic: [ResultLayout]
  /// Real rows that the generator has not seen.
  let holdout: ResultLayout?
  /// Where a page goes if no folder is named.
  let reportFolder: String?
  /// How the rows were made, if that is known.
  let run: RunReport?

  /// Folders named one by one.
  ///
  /// - Throws: `ClavaError.input` if one is missing or the metadata are not usable.
  init(real: String, synthetic: [String], holdout: String?, prefix: String?, options: SchemaOptions) throws {
    let schema = try SchemaLoader.load(folder: real, options: options)
    self.schema = schema
    self.real = nil
    self.synthetic = try synthetic.map { try Self.layout(of: $0, schema: schema, prefix: prefix) }
    self.holdout = try holdout.map { try Self.layout(of: $0, schema: schema, prefix: nil) }
    title = Self.name(of: real, besides: ["clava", "sdv", "data", "real", "train"])
    reportFolder = nil
    run = nil
  }

  /// A finished run: its data, its result and its holdout.
  ///
  /// - Throws: `ClavaError.input` if the folder holds no run that is finished.
  init(run path: String) throws {
    let directory = try RunFolder.open(path)
    var reader = ConfigurationReader()
    try reader.read(file: directory.configuration)
    let configuration = try reader.finish()
    let isSplit = configuration.evaluation.holdout != nil
    guard let data = configuration.data.path else {
      throw ClavaError(.input, "the run names no data", at: .init(file: directory.configuration))
    }
    guard FileSystem.exists("\(path)/summary.json") else {
      throw ClavaError(
        .input, "the run is not finished", at: .init(file: path),
        remedy: "see `clava status \(path)`, or give the command of the run again")
    }
    schema = try SchemaLoader.load(
      folder: isSplit ? "\(path)/train" : data, options: try Project.options(configuration))
    let tables = schema.tables.map(\.name)
    real = configuration.evaluation.data.map { ResultLayout(tables: tables, folder: $0) }
    synthetic = [ResultLayout(tables: tables, configuration: configuration, runDirectory: path)]
    holdout = isSplit ? ResultLayout(tables: tables, folder: "\(path)/holdout") : nil
    title = Self.name(of: data, besides: ["clava", "sdv", "data"])
    reportFolder = "\(path)/report"
    let old = "\(path)/report/report.json"
    run =
      FileSystem.exists(old)
      ? try CanonicalJSON.decode(EvaluationReport.self, from: FileSystem.read(old), source: old).run : nil
  }

  /// The files of a folder with synthetic or held-out tables.
  ///
  /// - Throws: `ClavaError.input` if there is no such folder.
  static func layout(of folder: String, schema: Schema, prefix: String?) throws -> ResultLayout {
    guard FileSystem.isFolder(folder) else {
      throw ClavaError(
        .input, FileSystem.exists(folder) ? "this is a file, a folder was expected" : "there is no such folder",
        at: .init(file: folder), remedy: "name the folder that holds one CSV file for each table")
    }
    return try ResultLayout.recognise(tables: schema.tables.map(\.name), folder: folder, prefix: prefix)
  }

  /// The last part of a path that says something.
  static func name(of path: String, besides words: Set<String>) -> String {
    let parts = RunSession.absolute(path).split(separator: "/").map(String.init)
    return parts.last { !words.contains($0) } ?? parts.last ?? path
  }
}
