public import Essentials
internal import Foundation
internal import Scheduling
public import Storage
public import TaskGraph

/// Runs single tasks of a plan in this process, without a coordinator: for engines that place tasks themselves.
///
/// What fences two copies of a task from each other is the creation of its cache entry; whoever is second compares.
public struct TaskRunner {
  /// What became of a task.
  public enum Outcome: Sendable, Hashable {
    /// Its result was there already.
    case wasDone
    /// It ran and its result is committed.
    case done(seconds: Double)
    /// It ran, and somebody else was first.
    case wasSecond(seconds: Double)
  }

  /// What is written beside the log of an attempt when it ends.
  private struct Exit: Codable {
    var task: TaskIdentifier
    var attempt: Int
    var seconds: Double
    var peakMemory: Int
    var machine: String
    var cause: String?
  }

  private let plan: Plan
  private let directory: RunDirectory
  private let registry: TaskRegistry
  private let objects: ObjectStore
  private let cache: CacheStore
  private let checkpointSeconds: Double
  private let retention: CheckpointRetention
  private let stop: StopFlag

  /// Opens a run directory.
  ///
  /// - Parameters:
  ///   - plan: the plan that lies in it.
  ///   - registry: the bodies this program has.
  ///   - checkpointSeconds: seconds between checkpoints of a training task.
  ///   - retention: which of them stay.
  ///   - stop: raised to save the work and leave.
  /// - Throws: `ClavaError.storage` if its folders cannot be made.
  public init(
    plan: Plan, directory: RunDirectory, registry: TaskRegistry, checkpointSeconds: Double,
    retention: CheckpointRetention = .init(), stop: StopFlag
  ) throws {
    self.plan = plan
    self.directory = directory
    self.registry = registry
    self.checkpointSeconds = checkpointSeconds
    self.retention = retention
    self.stop = stop
    objects = try directory.objectStore()
    cache = try directory.cacheStore()
  }

  /// Runs a task whose inputs are committed.
  ///
  /// - Throws: `ClavaError.input` if the plan has no such task or an input is not there yet, `.interrupted` after a
  ///   checkpoint if `stop` was raised, and what the body throws.
  public func run(_ id: TaskIdentifier) throws -> Outcome {
    var results = try CommittedResults(plan: plan, directory: directory)
    guard let task = results.task(id) else {
      throw ClavaError(
        .input, "the plan has no task '\(id)'", at: .init(file: directory.plan),
        remedy: NearestName.of(id.name, among: plan.tasks.map(\.id.name)).map { "did you mean '\($0)'?" }
          ?? "clava plan lists the tasks with --tasks")
    }
    for ancestor in plan.ancestry(of: [id]) where ancestor.id != id { _ = try results.lookUp(ancestor) }
    guard let inputs = results.inputs(of: task), let key = try results.key(of: task) else {
      var missing: [TaskIdentifier] = []
      for input in task.inputs where results.outputs[input.task] == nil && !missing.contains(input.task) {
        missing.append(input.task)
      }
      throw ClavaError(
        .input, "task \(id) needs \(missing.prefix(3).map(\.name).joined(separator: ", ")), which is not finished",
        at: .init(file: directory.path), remedy: "run the earlier levels of the plan first")
    }
    if try results.lookUp(task, removesBroken: true) != nil { return .wasDone }
    let attempt = try newAttempt(task)
    let order = WorkOrder(
      task: task, attempt: attempt, inputs: inputs.map { .init(digest: $0.digest, size: $0.size) },
      checkpointSeconds: checkpointSeconds, retention: retention)
    return try perform(order, key)
  }

  private func perform(_ order: WorkOrder, _ key: Digest) throws -> Outcome {
    let task = order.task
    let began = MonotonicClock.now
    let context = AttemptContext(order, directory: directory, objects: objects, stop: stop) { _ in }
    do {
      ProcessMemory.resetPeak()
      try registry.body(for: task).run(context)
      let outputs = try context.deliver()
      let seconds = (MonotonicClock.now - began).inSeconds
      let entry = CacheEntry(
        task: task.id, kind: task.kind, outputs: outputs, seconds: seconds, peakMemory: ProcessMemory.peak)
      let isFirst = try cache.commit(CanonicalJSON.encode(entry), for: key)
      if !isFirst { try compare(entry, key) }
      note(order, began, nil)
      removeCheckpoints(of: task)
      return isFirst ? .done(seconds: seconds) : .wasSecond(seconds: seconds)
    } catch {
      context.discard()
      note(order, began, "\(ClavaError.wrapping(error))")
      throw error
    }
  }

  /// Two finished attempts must agree.
  private func compare(_ own: CacheEntry, _ key: Digest) throws {
    guard let data = try cache.entry(for: key) else { return }
    let other = try CanonicalJSON.decode(CacheEntry.self, from: data, source: cache.path)
    for (left, right) in zip(own.outputs, other.outputs) where left.contentDigest != right.contentDigest {
      throw ClavaError(
        .internal,
        "two attempts at \(own.task) gave different content for '\(left.name)' "
          + "(\(right.contentDigest.hexadecimal.prefix(12)) is kept, "
          + "\(left.contentDigest.hexadecimal.prefix(12)) came here)",
        at: .init(file: directory.path), remedy: "compare the machines with clava doctor")
    }
  }

  /// Takes a number that nobody else has: making the folder is what decides.
  private func newAttempt(_ task: TaskDescription) throws -> Int {
    let folder = directory.task(task.id.folderName)
    try FileSystem.createFolder(folder)
    var number = (FileSystem.list(folder).compactMap { $0.hasPrefix("a") ? Int($0.dropFirst()) : nil }.max() ?? 0) + 1
    while mkdir(directory.attempt(number, of: task.id.folderName), 0o777) != 0 {
      guard errno == EEXIST else { throw FileSystem.writeError(folder) }
      number += 1
    }
    return number
  }

  private func note(_ order: WorkOrder, _ began: Duration, _ cause: String?) {
    let exit = Exit(
      task: order.task.id, attempt: order.attempt, seconds: (MonotonicClock.now - began).inSeconds,
      peakMemory: ProcessMemory.peak, machine: ProcessInfo.processInfo.hostName, cause: cause)
    guard let data = try? CanonicalJSON.encode(exit) else { return }
    let folder = directory.attempt(order.attempt, of: order.task.id.folderName)
    // For people: its absence harms nothing.
    try? FileSystem.writeAtomically(data, to: "\(folder)/exit.json")
  }

  private func removeCheckpoints(of task: TaskDescription) {
    let folder = directory.task(task.id.folderName)
    for attempt in FileSystem.list(folder) where attempt.hasPrefix("a") {
      for name in FileSystem.list("\(folder)/\(attempt)") where name.hasPrefix("ck-") {
        unlink("\(folder)/\(attempt)/\(name)")
      }
    }
  }
}
