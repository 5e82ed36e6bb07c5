extension Plan {
  /// Tasks in levels: each task stands one level above the highest of those it reads from, so that all tasks of a level
  /// can run at the same time once the levels before it are done. Within a level the order is that of the plan.
  public var levels: [[TaskDescription]] {
    var level: [TaskIdentifier: Int] = [:]
    var found: [[TaskDescription]] = []
    for task in tasks {
      let own = task.inputs.reduce(0) { max($0, (level[$1.task] ?? -1) + 1) }
      level[task.id] = own
      while found.count <= own { found.append([]) }
      found[own].append(task)
    }
    return found
  }

  /// A task with all those it depends on, in the order of the plan.
  public func ancestry(of tasks: [TaskIdentifier]) -> [TaskDescription] {
    var wanted = Set(tasks)
    // Every task stands after those it reads from, so one pass from the end finds all.
    return self.tasks.reversed().filter { task in
      guard wanted.contains(task.id) else { return false }
      for input in task.inputs { wanted.insert(input.task) }
      return true
    }
    .reversed()
  }
}
