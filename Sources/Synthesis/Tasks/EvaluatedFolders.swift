import Essentials
import Evaluation
import Tables
import TaskGraph

extension Parameters {
  /// Tables of an evaluation whose rows are read from CSV files.
  struct EvaluatedFolders: Codable {
    /// Tables without paths, parents before children.
    var tables: [TableSchema]
    var relations: [Relation]
    /// Whether there are held-out rows.
    var hasHoldout: Bool
  }

  /// Tests of one section about one table.
  struct EvaluateFindings: Codable {
    var table: String
    var section: FindingSection
    var folders: EvaluatedFolders
    var options: FindingOptions
  }

  /// Plots of one table.
  struct EvaluatePlots: Codable {
    var table: String
    var folders: EvaluatedFolders
  }

  /// Real rows against other real rows.
  struct EvaluateCeilings: Codable {
    var folders: EvaluatedFolders
    var seed: UInt64
    var repetitions: Int
  }

  /// The whole report.
  struct Report: Codable {
    var relations: [Relation]
    /// Sections, each with one input a table.
    var sections: [FindingSection]
  }
}

extension Parameters.EvaluatedFolders {
  /// Reads the files that a task was given: inputs `real/TABLE`, `synthetic/TABLE` and `holdout/TABLE`.
  func load(_ context: any TaskContext) throws -> FolderDatabase {
    try real(context).with(synthetic: layout("synthetic", context))
  }

  /// Reads the real files that a task was given.
  func real(_ context: any TaskContext) throws -> RealFolders {
    let schema = try Schema(format: .clava, tables: tables, relations: relations, warnings: [])
    return try RealFolders(
      schema: schema, real: layout("real", context), holdout: hasHoldout ? layout("holdout", context) : nil)
  }

  private func layout(_ role: String, _ context: any TaskContext) throws -> ResultLayout {
    ResultLayout(
      paths: Dictionary(
        uniqueKeysWithValues: try tables.map { ($0.name, try context.input("\(role)/\($0.name)")) }))
  }
}

/// What a report holds of one table: the output of `evaluate-plots`.
struct EvaluatedTable: Codable {
  var schema: EvaluationSchema.Table
  var rows: TableRows
  var plots: TablePlots
}
