internal import Essentials

/// Several plans as one, in which tasks that compute the same are one task.
///
/// Two tasks are the same if kind, code version, parameters, sources and, in turn, all that they read from are: equal
/// task keys follow, known before anything has run. Trials of a sweep share everything upstream of what they vary.
public struct PlanUnion: Sendable {
  /// The plan of all; it publishes nothing.
  public let plan: Plan
  /// For each of the plans, what its tasks are called in `plan`.
  public let names: [[TaskIdentifier: TaskIdentifier]]

  /// Unites plans.
  ///
  /// - Parameters:
  ///   - plans: the plans, all of one numeric profile.
  ///   - reference: tasks that it has too keep their names; the others gain eight characters of their digest, so that a
  ///     task is called the same in whatever company it appears.
  /// - Throws: `ClavaError.internal` if a plan is not in order.
  public init(_ plans: [Plan], namedLike reference: Plan) throws {
    let known = Dictionary(
      try Self.signatures(reference).map { ($0.value, $0.key) }, uniquingKeysWith: { min($0, $1) })
    var placed: [Digest: TaskIdentifier] = [:]
    var tasks: [TaskDescription] = []
    var names: [[TaskIdentifier: TaskIdentifier]] = []
    for plan in plans {
      precondition(plan.numericProfile == reference.numericProfile, "plans of different numeric profiles")
      let signatures = try Self.signatures(plan)
      var own: [TaskIdentifier: TaskIdentifier] = [:]
      for task in plan.tasks {
        guard let signature = signatures[task.id] else { continue }
        if let name = placed[signature] {
          own[task.id] = name
          continue
        }
        let name = known[signature] ?? TaskIdentifier("\(task.id.name)~\(signature.hexadecimal.prefix(8))")
        var copy = task
        copy.id = name
        for index in copy.inputs.indices {
          copy.inputs[index].task = own[copy.inputs[index].task] ?? copy.inputs[index].task
        }
        tasks.append(copy)
        own[task.id] = name
        placed[signature] = name
      }
      names.append(own)
    }
    self.names = names
    plan = try Plan(tasks: tasks, results: [], numericProfile: reference.numericProfile)
  }

  /// A digest of everything that a task's key will depend on.
  static func signatures(_ plan: Plan) throws -> [TaskIdentifier: Digest] {
    var found: [TaskIdentifier: Digest] = [:]
    for task in plan.tasks {
      let inputs = try task.inputs.map { input in
        guard let digest = found[input.task] else {
          throw ClavaError(.internal, "task \(task.id) reads from \(input.task), which does not come before it")
        }
        return digest
      }
      found[task.id] = try TaskKey.of(task, inputs: inputs, numericProfile: plan.numericProfile)
    }
    return found
  }
}
