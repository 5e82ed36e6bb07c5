public import Essentials
internal import Foundation
public import Storage
public import TaskGraph

/// The entry of a task key in the cache: creating it is the commit.
public struct CacheEntry: Sendable, Hashable, Codable {
  /// Version of this form.
  public var format = 1
  /// Name the task had when it ran; another plan may use the entry under another name.
  public var task: TaskIdentifier
  /// Its kind.
  public var kind: String
  /// Its outputs.
  public var outputs: [TaskOutput]
  /// Seconds it took.
  public var seconds: Double
  /// Largest resident memory in bytes.
  public var peakMemory: Int
}

/// Committed results of a plan's tasks, found by their keys.
public struct CommittedResults: Sendable {
  /// Outputs of the tasks that are known to be done.
  public private(set) var outputs: [TaskIdentifier: [TaskOutput]] = [:]

  /// Keys of tasks that were looked up and not found, which are needed again when they are committed.
  private var keys: [TaskIdentifier: Digest] = [:]
  private let plan: Plan
  private let indexes: [TaskIdentifier: Int]
  private let objects: ObjectStore
  private let cache: CacheStore

  /// Creates a view of a run directory in which nothing is known yet.
  public init(plan: Plan, directory: RunDirectory) throws {
    self.plan = plan
    indexes = Dictionary(uniqueKeysWithValues: plan.tasks.enumerated().map { ($1.id, $0) })
    objects = try directory.objectStore()
    cache = try directory.cacheStore()
  }

  /// The task called `id`.
  public func task(_ id: TaskIdentifier) -> TaskDescription? { indexes[id].map { plan.tasks[$0] } }

  /// Outputs of other tasks that a task reads, in the order of its inputs; nil if one is not known yet.
  public func inputs(of task: TaskDescription) -> [TaskOutput]? {
    var found: [TaskOutput] = []
    for input in task.inputs {
      guard let output = outputs[input.task]?.first(where: { $0.name == input.output }) else { return nil }
      found.append(output)
    }
    return found
  }

  /// The key of a task; nil if an input is not known yet.
  public func key(of task: TaskDescription) throws -> Digest? {
    if let known = keys[task.id] { return known }
    guard let inputs = inputs(of: task) else { return nil }
    return try TaskKey.of(task, inputs: inputs.map(\.contentDigest), numericProfile: plan.numericProfile)
  }

  /// Looks for the committed result of a task whose inputs are known, and notes its outputs.
  ///
  /// - Parameter removesBroken: whether an entry whose files are gone, which never counts, is also removed.
  /// - Returns: the entry, or nil if the task must run.
  public mutating func lookUp(_ task: TaskDescription, removesBroken: Bool = false) throws -> CacheEntry? {
    guard let key = try key(of: task) else { return nil }
    guard let data = try cache.entry(for: key) else {
      if removesBroken { keys[task.id] = key }
      return nil
    }
    guard let entry = try? CanonicalJSON.decode(CacheEntry.self, from: data, source: cache.path),
      entry.outputs.map(\.name) == task.outputs, entry.outputs.allSatisfy({ objects.holds(Self.object($0)) })
    else {
      if removesBroken { try cache.remove(key) }
      return nil
    }
    outputs[task.id] = entry.outputs
    return entry
  }

  /// Notes the outputs of a task.
  mutating func note(_ task: TaskIdentifier, _ outputs: [TaskOutput]) { self.outputs[task] = outputs }

  /// Forgets the key of a task that needs it no more.
  mutating func forgetKey(of task: TaskIdentifier) { keys[task] = nil }

  /// Looks up every task in the order of the plan.
  ///
  /// - Returns: the entries of the tasks that are done.
  public mutating func lookUpAll() throws -> [TaskIdentifier: CacheEntry] {
    var entries: [TaskIdentifier: CacheEntry] = [:]
    for task in plan.tasks {
      if let entry = try lookUp(task) { entries[task.id] = entry }
    }
    return entries
  }

  static func object(_ output: TaskOutput) -> StoredObject {
    StoredObject(digest: output.digest, contentDigest: output.contentDigest, size: output.size)
  }
}
