import Configuration
import Essentials
import Matching
import Tables
import TaskGraph

/// Tables whose group sizes follow from the sampled labels of their parents: each is sampled once for every parent,
/// the versions are matched, and what stays decides the groups it heads (reference-method §9).
extension PlanBuilder {
  mutating func addVersions(_ table: TableSchema, _ views: [Parameters.View], predicted: Int, rootRows: Int) throws {
    let parents = project.schema.parents(of: table.name)
    if configuration.matching.kind == "nearest", views.count > 1,
      let key = parents.first(where: { $0.column == table.primaryKey })
    {
      throw ClavaError(
        .configuration,
        "matching.kind nearest can give two rows the same parent, but the foreign key is the primary key",
        at: .init(table: table.name, column: key.column), remedy: "set matching.kind to assignment or greedy")
    }
    for view in views {
      let relation = view.parents.first.map { parents[$0] }
      try addExpand(table, view, relation, rootRows: relation == nil ? rootRows : nil)
      try addRows(view, structure: TaskNames.expand(view.name), predicted: predicted)
    }
    if views.count > 1 {
      for other in 0..<(views.count - 1) { try addMatch(table, views, other: other) }
    }
    try addSettle(table, views, predicted: predicted)
  }

  private mutating func addExpand(
    _ table: TableSchema, _ view: Parameters.View, _ relation: Relation?, rootRows: Int?
  ) throws {
    var inputs: [TaskInput] = []
    if let relation {
      inputs.append(
        TaskInput("parent-structure", from: TaskNames.structure(relation.parent), output: OutputName.structure))
      inputs.append(TaskInput("labels", from: TaskNames.label(relation.name), output: OutputName.labels))
    }
    try add(
      TaskNames.expand(view.name), ExpandBody(),
      Parameters.Expand(
        view: view.name, relation: relation?.name, rootRows: rootRows,
        isPrimaryKey: relation.map { $0.column == table.primaryKey } ?? false),
      inputs: inputs, outputs: [OutputName.structure], stage: "structure",
      cost: costs.structure(rows: rows[table.name] ?? 0, parents: 1))
  }

  /// The versions of a table: their rows and decoded columns, in the order of its views.
  private func versionInputs(_ table: TableSchema, _ views: [Parameters.View]) throws -> [TaskInput] {
    [TaskInput("codec", from: TaskNames.encode(table.name), output: OutputName.codec)]
      + views.map { TaskInput("version", from: TaskNames.expand($0.name), output: OutputName.structure) }
      + views.map { TaskInput("attributes", from: TaskNames.calibrate($0.name), output: OutputName.attributes) }
  }

  /// The match of the kept version with another: coordinates once, the search in blocks, and what joins them.
  private mutating func addMatch(_ table: TableSchema, _ views: [Parameters.View], other: Int) throws {
    let matching = configuration.matching
    let predicted = rows[table.name] ?? 0
    let parts = max(1, (predicted + matching.block - 1) / matching.block)
    let match = TaskNames.match(table.name, other)
    var inputs = try versionInputs(table, views)
    for view in views where try isModelled(view) {
      inputs.append(TaskInput("model/\(view.name)", from: TaskNames.train(view.name), output: OutputName.model))
    }
    let coordinates = TaskNames.matchRows(table.name, other)
    try add(
      coordinates, MatchRowsBody(),
      Parameters.MatchRows(features: matching.features, views: views, other: other),
      inputs: inputs, outputs: [OutputName.coordinates], stage: "match",
      cost: costs.match(rows: predicted, compared: 1))
    inputs = [TaskInput("rows", from: coordinates, output: OutputName.coordinates)]
    let isAssignment = matching.kind == "assignment"
    var found: [TaskIdentifier] = []
    for block in 0..<parts {
      let task = TaskNames.matchCandidates(table.name, other, block)
      try add(
        task, MatchCandidatesBody(),
        Parameters.MatchCandidates(
          match: match.name, seed: samplingSeed, candidates: matching.kind == "nearest" ? 1 : 16,
          isForAssignment: isAssignment, firstRow: block * matching.block,
          endRow: block == parts - 1 ? nil : (block + 1) * matching.block),
        inputs: inputs, outputs: [OutputName.part], stage: "match",
        cost: costs.match(rows: predicted / parts, compared: predicted))
      found.append(task)
    }
    if isAssignment {
      found = try addAssignment(inputs[0], candidates: found, table: table.name, other: other, parts: parts)
    }
    try add(
      match, MatchBody(),
      Parameters.Match(match: match.name, kind: matching.kind, repeats: matching.repeats, seed: samplingSeed),
      inputs: inputs + found.map { TaskInput("part", from: $0, output: OutputName.part) },
      outputs: [OutputName.matches], stage: "match", cost: costs.match(rows: predicted, compared: 1))
  }

  /// Rounds of assignment within blocks of near rows; returns the tasks of the last one.
  private mutating func addAssignment(
    _ rows: TaskInput, candidates: [TaskIdentifier], table: String, other: Int, parts: Int
  ) throws -> [TaskIdentifier] {
    let predicted = self.rows[table] ?? 0
    let match = TaskNames.match(table, other).name
    let start = TaskNames.matchStart(table, other)
    try add(
      start, MatchStartBody(), Parameters.MatchStart(match: match, seed: samplingSeed),
      inputs: [rows] + candidates.map { TaskInput("candidates", from: $0, output: OutputName.part) },
      outputs: [OutputName.part], stage: "match", cost: costs.match(rows: predicted, compared: 1))
    var found = [start]
    for round in 0..<AssignmentOptions().rounds(rowCount: predicted) {
      let tasks = (0..<parts).map { TaskNames.matchSolve(table, other, round, $0) }
      for (part, task) in tasks.enumerated() {
        try add(
          task, MatchSolveBody(),
          Parameters.MatchSolve(match: match, seed: samplingSeed, round: round, part: part, parts: parts),
          inputs: [rows] + found.map { TaskInput("before", from: $0, output: OutputName.part) },
          outputs: [OutputName.part], stage: "match", cost: costs.match(rows: predicted / parts, compared: 2048))
      }
      found = tasks
    }
    return found
  }

  /// The version whose relation comes first in the method's order.
  private func firstVersion(_ views: [Parameters.View]) -> Int {
    let order = project.schema.relationOrder
    return views.indices.min { place(views[$0], order) < place(views[$1], order) } ?? 0
  }

  private func place(_ view: Parameters.View, _ order: [String]) -> Int { order.firstIndex(of: view.name) ?? .max }

  private mutating func addSettle(_ table: TableSchema, _ views: [Parameters.View], predicted: Int) throws {
    let schema = project.schema
    let children = schema.children(of: table.name)
    var inputs = try versionInputs(table, views)
    inputs += labelInputs(table.name)
    if views.count > 1 {
      inputs += (0..<(views.count - 1)).map {
        TaskInput("matches", from: TaskNames.match(table.name, $0), output: OutputName.matches)
      }
    }
    try add(
      TaskNames.structure(table.name), SettleBody(),
      Parameters.Settle(
        table: table.name, seed: samplingSeed, views: views, parents: schema.parents(of: table.name).map(\.name),
        children: children.map(\.name),
        descendsFrom: configuration.matching.descendants == "first_version" ? firstVersion(views) : nil,
        permutesKeys: configuration.matching.kind == "none"),
      inputs: inputs,
      outputs: views.count > 1 ? [OutputName.structure, OutputName.attributes] : [OutputName.structure],
      stage: "structure", cost: costs.structure(rows: predicted, parents: max(1, views.count)))
  }
}
