internal import Essentials

/// The order of tables that their relations allow.
struct RelationGraph {
  private let tables: [String]
  private let relations: [Relation]

  init(tables: [String], relations: [Relation]) {
    self.tables = tables
    self.relations = relations
  }

  /// Kahn's order: parents first; of the tables that are ready the first of the metadata comes first.
  ///
  /// - Throws: `ClavaError.input` that shows a cycle.
  func topologicalOrder() throws -> [String] {
    let (order, rest) = kahn()
    if rest.isEmpty { return order }
    throw ClavaError(.input, problems: cycles().map(RelationGraph.problem))
  }

  /// Cycles as the relations along them (child to parent), so many that no cycle is left without the first relation of
  /// each. Self-references count.
  func cycles() -> [[Relation]] {
    var found: [[Relation]] = []
    var remaining = relations
    while true {
      let graph = RelationGraph(tables: tables, relations: remaining)
      let (_, rest) = graph.kahn()
      guard let cycle = graph.cycle(among: rest) else { return found }
      found.append(cycle)
      remaining.removeAll { $0 == cycle[0] }
    }
  }

  /// The problem a cycle is reported as.
  static func problem(_ cycle: [Relation]) -> Problem {
    let first = cycle[0]
    let place = Problem.Place(table: first.child, column: first.column)
    let remedy = "break it with \(Wording.ignoring(first.child, first.column))"
    if cycle.count == 1 {
      return Problem("the foreign key refers to its own table, which is not supported yet", at: place, remedy: remedy)
    }
    let path = cycle.map { "\($0.child).\($0.column)" }.joined(separator: " → ") + " → \(first.child)"
    return Problem("the foreign keys form a cycle, which is not supported yet: \(path)", at: place, remedy: remedy)
  }

  private func kahn() -> (order: [String], rest: [String]) {
    var waiting: [String: Int] = [:]
    var children: [String: [String]] = [:]
    for relation in relations {
      waiting[relation.child, default: 0] += 1
      children[relation.parent, default: []].append(relation.child)
    }
    var order: [String] = []
    var ready = tables.filter { waiting[$0, default: 0] == 0 }
    var next = 0
    while next < ready.count {
      let table = ready[next]
      next += 1
      order.append(table)
      for child in children[table] ?? [] {
        waiting[child, default: 0] -= 1
        if waiting[child] == 0 { ready.append(child) }
      }
    }
    let done = Set(order)
    return (order, tables.filter { !done.contains($0) })
  }

  /// A cycle among tables none of which can come first: walk from child to parent until a table repeats.
  private func cycle(among rest: [String]) -> [Relation]? {
    guard let start = rest.first else { return nil }
    let left = Set(rest)
    var path: [Relation] = []
    var position: [String: Int] = [:]
    var table = start
    while position[table] == nil {
      position[table] = path.count
      guard let step = relations.first(where: { $0.child == table && left.contains($0.parent) }) else { return nil }
      path.append(step)
      table = step.parent
    }
    return Array(path[(position[table] ?? 0)...])
  }
}
