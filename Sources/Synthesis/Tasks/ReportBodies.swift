import Essentials
import Evaluation
import Foundation
import Tables
import TaskGraph

/// `evaluate-findings`: the tests of one section about one table.
struct EvaluateFindingsBody: TaskBody {
  let kind = "evaluate-findings"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.EvaluateFindings.self)
    let database = try parameters.folders.load(context).database
    guard let table = database.schema.index(ofTable: parameters.table) else {
      throw ClavaError(.internal, "table \(parameters.table) is not among those to evaluate")
    }
    try context.writeJSON(
      OutputName.findings, parameters.section.findings(for: table, in: database, options: parameters.options))
  }
}

/// `evaluate-plots`: what a report shows of one table.
struct EvaluatePlotsBody: TaskBody {
  let kind = "evaluate-plots"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.EvaluatePlots.self)
    let database = try parameters.folders.load(context).database
    guard let table = database.schema.index(ofTable: parameters.table),
      let scores = try context.readJSON("table", as: TableScores.self).first
    else { throw ClavaError(.internal, "table \(parameters.table) is not among those to evaluate") }
    try context.writeJSON(
      OutputName.plots,
      EvaluatedTable(
        schema: database.schema.tables[table], rows: database.rows(of: table),
        plots: database.plots(
          of: table, scores: scores, relations: try context.readJSON("relation", as: RelationScores.self))))
  }
}

/// `evaluate-ceilings`: real rows against other real rows.
struct EvaluateCeilingsBody: TaskBody {
  let kind = "evaluate-ceilings"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.EvaluateCeilings.self)
    let ceilings = try Ceilings.compute(
      parameters.folders.real(context).withoutSynthetic, seed: parameters.seed, repetitions: parameters.repetitions,
      threads: 1)
    // One or none.
    try context.writeJSON(OutputName.ceilings, [ceilings].compactMap { $0 })
  }
}

/// `report`: everything that was found, as JSON and as a page.
struct ReportBody: TaskBody {
  let kind = "report"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.Report.self)
    let tables = try context.readJSON("plots", as: EvaluatedTable.self)
    guard let scores = try context.readJSON("scores", as: Scores.self).first else {
      throw ClavaError(.internal, "a report needs scores")
    }
    var report = EvaluationReport(
      title: "synthetic database", generatedBy: "clava",
      schema: EvaluationSchema(
        tables: tables.map(\.schema),
        relations: parameters.relations.map {
          .init(name: $0.name, parent: $0.parent, child: $0.child, column: $0.column)
        }),
      rows: tables.map(\.rows), scores: scores, plots: tables.map(\.plots))
    for section in parameters.sections {
      report.findings[section] = try context.readJSON("findings/\(section.rawValue)", as: [Finding].self)
        .flatMap { $0 }
    }
    let hasCeilings = context.task.inputs.contains { $0.name == "ceilings" }
    report.ceilings = hasCeilings ? try context.readJSON("ceilings", as: [Ceilings].self).first?.first : nil
    try context.writeJSON(OutputName.report, report)
    let path = try context.outputPath(OutputName.page)
    do {
      try Data(ReportPage.html([report]).utf8).write(to: URL(fileURLWithPath: path))
    } catch let error as ClavaError {
      throw error
    } catch {
      throw FileSystem.writeError(path)
    }
  }
}
