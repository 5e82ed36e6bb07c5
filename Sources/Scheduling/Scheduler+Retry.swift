internal import TaskGraph

extension Scheduler {
  /// Gives a task that was given up, or all of them, a fresh start: budgets are full again, and what was blocked only
  /// by it waits again.
  mutating func retry(_ task: TaskIdentifier?) {
    let chosen = tasks.indices.filter { index in
      guard case .failed = tasks[index].state else { return false }
      return task == nil || identifiers[index] == task
    }
    for index in chosen {
      tasks[index].failures = [:]
      openCount += 1
      lookUp(index)
    }
    unblock()
  }

  /// Lets every blocked task wait again that no failed one stands before any more.
  private mutating func unblock() {
    var reached: Set<Int> = []
    for index in tasks.indices {
      guard case .failed = tasks[index].state else { continue }
      var queue = tasks[index].dependants
      while let next = queue.popLast() {
        if reached.insert(next).inserted { queue += tasks[next].dependants }
      }
    }
    for index in tasks.indices where !reached.contains(index) {
      guard case .blocked = tasks[index].state else { continue }
      tasks[index].state = .waiting
      openCount += 1
      if tasks[index].missingInputs == 0 { lookUp(index) }
    }
  }
}
