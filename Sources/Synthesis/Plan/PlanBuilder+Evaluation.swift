import Evaluation
import Tables
import TaskGraph

/// Scores of every table, relation and path, as tasks of their own.
extension PlanBuilder {
  mutating func addEvaluation() throws {
    let schema = project.schema
    let tables = schema.tables.filter { $0.kind != .omitted }
    let relations = schema.relations.filter { relation in tables.contains { $0.name == relation.child } }
    let copied = schema.tables.filter { $0.kind == .lookup }.map(\.name)
    func data(_ name: String, _ role: String) throws -> [TaskInput] {
      [
        TaskInput("\(role)-codec", from: TaskNames.encode(name), output: OutputName.codec),
        TaskInput("\(role)-rows", from: TaskNames.encode(name), output: OutputName.rows),
        try attributes("\(role)-attributes", of: name),
        TaskInput("\(role)-structure", from: TaskNames.structure(name), output: OutputName.structure),
      ]
    }
    var parts: [TaskInput] = []
    for table in tables {
      let count = scoredColumns(table)
      let task = TaskNames.evaluateTable(table.name)
      try add(
        task, EvaluateTableBody(),
        Parameters.EvaluateTable(table: table.name, isCopied: copied.contains(table.name)),
        inputs: try data(table.name, "table"), outputs: [OutputName.scores], stage: "evaluate",
        cost: costs.evaluate(rows: 2 * (rows[table.name] ?? 0), pairs: count * (count + 1) / 2))
      parts.append(TaskInput("table", from: task, output: OutputName.scores))
    }
    for relation in relations {
      let pairs = scoredColumns(try project.table(relation.parent)) * scoredColumns(try project.table(relation.child))
      let task = TaskNames.evaluateRelation(relation.name)
      try add(
        task, EvaluateRelationBody(),
        Parameters.EvaluateRelation(
          relation: relation.name, parent: relation.parent, child: relation.child, parentIndex: try index(of: relation)),
        inputs: try data(relation.parent, "parent") + data(relation.child, "child"), outputs: [OutputName.scores],
        stage: "evaluate", cost: costs.evaluate(rows: 2 * (rows[relation.child] ?? 0), pairs: pairs))
      parts.append(TaskInput("relation", from: task, output: OutputName.scores))
    }
    let byName = Dictionary(uniqueKeysWithValues: relations.map { ($0.name, $0) })
    for path in SchemaPaths.enumerate(relations: relations.map { ($0.name, $0.parent, $0.child) }) {
      let relations = path.compactMap { byName[$0] }
      guard let first = relations.first, let last = relations.last else { continue }
      let tables = [first.parent] + relations.map(\.child)
      var inputs = try data(first.parent, "top") + data(last.child, "bottom")
      for between in tables.dropFirst().dropLast() {
        inputs.append(TaskInput("between-rows", from: TaskNames.encode(between), output: OutputName.rows))
        inputs.append(
          TaskInput("between-structure", from: TaskNames.structure(between), output: OutputName.structure))
      }
      let pairs = scoredColumns(try project.table(first.parent)) * scoredColumns(try project.table(last.child))
      let task = TaskNames.evaluatePath(path)
      try add(
        task, EvaluatePathBody(),
        Parameters.EvaluatePath(
          relations: path, tables: tables, parentIndexes: try relations.map { try index(of: $0) }),
        inputs: inputs, outputs: [OutputName.scores], stage: "evaluate",
        cost: costs.evaluate(rows: 2 * (rows[last.child] ?? 0), pairs: pairs))
      parts.append(TaskInput("path", from: task, output: OutputName.scores))
    }
    try add(
      TaskNames.scores, ScoresBody(),
      Parameters.Scores(
        copiedTables: copied, tables: tables.map(\.name), relations: relations.map(\.name)),
      inputs: parts, outputs: [OutputName.scores], stage: "evaluate", cost: TaskCost(seconds: 0.1, memory: 64 << 20))
    publish("scores.json", TaskNames.scores, OutputName.scores)
  }

  private func scoredColumns(_ table: TableSchema) -> Int {
    table.columns.count { column in
      switch column.role {
      case .number, .date, .categorical, .boolean: true
      default: false
      }
    }
  }
}
