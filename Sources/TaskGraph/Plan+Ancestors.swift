extension Plan {
  /// The part of the plan that a task needs: the task itself and everything it reads from, in turn. It publishes
  /// nothing.
  ///
  /// - Throws: `ClavaError.internal` if the plan is not in order.
  public func leading(to task: TaskIdentifier) throws -> Plan {
    var needed: Set<TaskIdentifier> = [task]
    for candidate in tasks.reversed() where needed.contains(candidate.id) {
      needed.formUnion(candidate.inputs.map(\.task))
    }
    return try Plan(tasks: tasks.filter { needed.contains($0.id) }, results: [], numericProfile: numericProfile)
  }
}
