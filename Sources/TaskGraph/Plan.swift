internal import Essentials

/// A result to publish in the run directory once its task is committed.
public struct PublishedResult: Sendable, Hashable, Codable {
  /// Path below the run directory, for instance `synthetic/trans.csv`.
  public var path: String
  /// The task that makes it.
  public var task: TaskIdentifier
  /// Which of its outputs.
  public var output: String

  /// Creates a result.
  public init(path: String, task: TaskIdentifier, output: String) {
    self.path = path
    self.task = task
    self.output = output
  }
}

/// A directed acyclic graph of tasks and the results to publish from it.
public struct Plan: Sendable, Hashable, Codable {
  /// Tasks, every one after those it reads from.
  public var tasks: [TaskDescription]
  /// What to publish, in this order.
  public var results: [PublishedResult]
  /// Equal on machines that compute the same bits; part of every task key.
  public var numericProfile: String

  /// Creates a plan.
  ///
  /// - Throws: `ClavaError.internal` if a name occurs twice, or an input or result names a task or output that does
  ///   not come earlier.
  public init(tasks: [TaskDescription], results: [PublishedResult], numericProfile: String) throws {
    self.tasks = tasks
    self.results = results
    self.numericProfile = numericProfile
    var outputs: [TaskIdentifier: Set<String>] = [:]
    for task in tasks {
      for input in task.inputs where outputs[input.task]?.contains(input.output) != true {
        throw ClavaError(
          .internal, "task \(task.id) reads '\(input.output)' of \(input.task), which no earlier task produces")
      }
      guard outputs.updateValue(Set(task.outputs), forKey: task.id) == nil else {
        throw ClavaError(.internal, "two tasks are called \(task.id)")
      }
    }
    for result in results where outputs[result.task]?.contains(result.output) != true {
      throw ClavaError(
        .internal, "result \(result.path) names '\(result.output)' of \(result.task), which is not there")
    }
  }

  private enum CodingKeys: String, CodingKey { case tasks, results, numericProfile }

  /// Reads a plan; one that could not have been made by `init(tasks:results:numericProfile:)` is refused.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    do {
      try self.init(
        tasks: try values.decode([TaskDescription].self, forKey: .tasks),
        results: try values.decode([PublishedResult].self, forKey: .results),
        numericProfile: try values.decode(String.self, forKey: .numericProfile))
    } catch let error as ClavaError {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: error.problems.first?.message ?? "\(error)"))
    }
  }

  /// Seconds from the start of each task to the end of the plan along its longest chain: the priority of the task.
  public var criticalPathSeconds: [TaskIdentifier: Double] {
    var longest: [TaskIdentifier: Double] = [:]
    for task in tasks.reversed() {
      let total = (longest[task.id] ?? 0) + task.cost.seconds
      longest[task.id] = total
      for input in task.inputs { longest[input.task] = max(longest[input.task] ?? 0, total) }
    }
    return longest
  }
}
