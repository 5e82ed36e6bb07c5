import Configuration
import Evaluation
import Tables
import TaskGraph

/// The report: tests, plots and ceilings as tasks of their own, and what joins them.
///
/// These tasks read the same CSV files that `clava evaluate` reads, with the same code, each of them the neighbourhood
/// of one table only.
extension PlanBuilder {
  mutating func addReport() throws {
    let schema = project.schema, options = configuration.evaluation
    let tables = schema.evaluatedTables
    let sections = FindingSection.allCases.filter { options.sections.contains($0.rawValue) }
    var inputs = [TaskInput("scores", from: TaskNames.scores, output: OutputName.scores)]
    for name in tables {
      let near = Neighbourhood.tables(
        around: name, tables: tables, relations: schema.evaluatedRelations.map { ($0.parent, $0.child) })
      let files = try folders(near)
      let columns = try project.table(name).columns.count
      let bytes = try bytes(of: near), count = try rowCount(of: name)
      for section in sections {
        let task = TaskNames.evaluateFindings(section, name)
        try add(
          task, EvaluateFindingsBody(),
          Parameters.EvaluateFindings(
            table: name, section: section, folders: files.parameters,
            options: FindingOptions(seed: seed, rowLimit: options.rowLimit)),
          inputs: files.inputs, sources: files.sources, outputs: [OutputName.findings], stage: "evaluate",
          cost: costs.findings(section, bytes: bytes, rows: count, columns: columns))
        inputs.append(TaskInput("findings/\(section.rawValue)", from: task, output: OutputName.findings))
      }
      let task = TaskNames.evaluatePlots(name)
      let relations = schema.evaluatedRelations.filter { $0.child == name || $0.parent == name }
      try add(
        task, EvaluatePlotsBody(), Parameters.EvaluatePlots(table: name, folders: files.parameters),
        inputs: files.inputs + [TaskInput("table", from: TaskNames.evaluateTable(name), output: OutputName.scores)]
          + relations.map {
            TaskInput("relation", from: TaskNames.evaluateRelation($0.name), output: OutputName.scores)
          },
        sources: files.sources, outputs: [OutputName.plots], stage: "evaluate",
        cost: costs.plots(bytes: bytes, rows: count, columns: columns))
      inputs.append(TaskInput("plots", from: task, output: OutputName.plots))
    }
    if options.ceilings > 0 {
      let files = try folders(tables)
      try add(
        TaskNames.ceilings, EvaluateCeilingsBody(),
        Parameters.EvaluateCeilings(folders: files.parameters, seed: seed, repetitions: options.ceilings),
        sources: files.sources, outputs: [OutputName.ceilings], stage: "evaluate",
        cost: costs.ceilings(bytes: try bytes(of: tables), rowPairs: try rowPairs))
      inputs.append(TaskInput("ceilings", from: TaskNames.ceilings, output: OutputName.ceilings))
    }
    try add(
      TaskNames.report, ReportBody(),
      Parameters.Report(relations: schema.evaluatedRelations, sections: sections),
      inputs: inputs, outputs: [OutputName.report, OutputName.page], stage: "report",
      cost: TaskCost(seconds: 0.5, memory: 128 << 20))
    publish("report/report.json", TaskNames.report, OutputName.report)
    publish("report/index.html", TaskNames.report, OutputName.page)
  }

  /// The files of some tables, as a task takes them.
  private func folders(_ names: [String]) throws -> (
    parameters: Parameters.EvaluatedFolders, inputs: [TaskInput], sources: [SourceInput]
  ) {
    var sources: [SourceInput] = []
    for name in names {
      sources.append(
        SourceInput("real/\(name)", path: try project.table(name).file, digest: try project.survey(of: name).digest))
    }
    for name in names {
      guard let file = project.holdout[name] else { continue }
      sources.append(SourceInput("holdout/\(name)", path: file.path, digest: file.digest))
    }
    return (
      Parameters.EvaluatedFolders(
        tables: try names.map { try project.table($0).withoutPath },
        relations: project.schema.evaluatedRelations.filter {
          names.contains($0.child) && names.contains($0.parent)
        }, hasHoldout: !project.holdout.isEmpty),
      names.map { TaskInput("synthetic/\($0)", from: TaskNames.assemble($0), output: OutputName.table) }, sources
    )
  }

  /// Bytes of the real and the synthetic files of some tables.
  private func bytes(of names: [String]) throws -> Int {
    try names.reduce(0) { total, name in
      total + Int(Double(try project.survey(of: name).byteCount) * (1 + configuration.structure.scale))
    }
  }

  private func rowCount(of name: String) throws -> Int {
    (rows[name] ?? 0) + (try project.survey(of: name).rowCount)
  }

  /// Rows times compared pairs of columns, over the whole database.
  private var rowPairs: Double {
    get throws {
      var total = 0.0
      for relation in project.schema.evaluatedRelations {
        let pairs = try project.table(relation.parent).columns.count * project.table(relation.child).columns.count
        total += Double(pairs) * Double(try project.survey(of: relation.child).rowCount)
      }
      return 2 * total
    }
  }
}
