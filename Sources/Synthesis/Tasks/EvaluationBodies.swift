import Essentials
import Evaluation
import TaskGraph

/// `evaluate-table`: column shapes and pair trends within one table.
struct EvaluateTableBody: TaskBody {
  let kind = "evaluate-table"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.EvaluateTable.self)
    let data = try EvaluationData(context, role: "table", name: parameters.table)
    try context.writeJSON(
      OutputName.scores, TableScores.compute(real: data.tables.real, synthetic: data.tables.synthetic))
  }
}

/// `evaluate-relation`: group sizes and pair trends between a parent and a child.
struct EvaluateRelationBody: TaskBody {
  let kind = "evaluate-relation"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.EvaluateRelation.self)
    let parent = try EvaluationData(context, role: "parent", name: parameters.parent)
    let child = try EvaluationData(context, role: "child", name: parameters.child)
    try context.writeJSON(
      OutputName.scores,
      RelationScores.compute(
        relation: parameters.relation, parent: parent.tables, child: child.tables,
        parentRows: child.parentRows(parameters.parentIndex)))
  }
}

/// `evaluate-path`: pair trends between the ends of a path of two or more relations.
struct EvaluatePathBody: TaskBody {
  let kind = "evaluate-path"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.EvaluatePath.self)
    let count = parameters.tables.count
    guard count >= 3, parameters.parentIndexes.count == count - 1 else {
      throw ClavaError(.internal, "a path over \(count) tables cannot be evaluated")
    }
    let top = try EvaluationData(context, role: "top", name: parameters.tables[0])
    let bottom = try EvaluationData(context, role: "bottom", name: parameters.tables[count - 1])
    let realPaths = try context.inputs("between-rows"), structurePaths = try context.inputs("between-structure")
    var parentRows = try zip(realPaths, structurePaths).enumerated().map { index, paths in
      ParentRows(
        real: try ParentColumns.read(paths.0, relation: parameters.parentIndexes[index]),
        synthetic: try StoredStructure(path: paths.1).parentRows(parameters.parentIndexes[index]))
    }
    parentRows.append(try bottom.parentRows(parameters.parentIndexes[count - 2]))
    try context.writeJSON(
      OutputName.scores,
      PathScores.compute(path: parameters.relations, top: top.tables, bottom: bottom.tables, parentRows: parentRows))
  }
}

/// `scores`: one summary of all parts.
struct ScoresBody: TaskBody {
  let kind = "scores"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.Scores.self)
    try context.writeJSON(
      OutputName.scores,
      Scores.aggregate(
        tables: context.readJSON("table", as: TableScores.self),
        relations: context.readJSON("relation", as: RelationScores.self),
        paths: context.readJSON("path", as: PathScores.self), copiedTables: Set(parameters.copiedTables)))
  }
}
