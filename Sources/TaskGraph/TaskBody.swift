internal import Essentials

/// The code of one kind of task. Bodies know nothing of processes or sockets.
public protocol TaskBody: Sendable {
  /// The kind it runs.
  var kind: String { get }
  /// Raised whenever the output for the same input changes.
  var codeVersion: Int { get }
  /// Does the work: reads parameters and inputs from the context, writes every declared output.
  ///
  /// - Throws: `ClavaError`; `ClavaError.interrupted` after saving a checkpoint when `context.shouldStop`.
  func run(_ context: any TaskContext) throws
}

/// How far a running task is.
public struct TaskProgress: Sendable, Hashable, Codable {
  /// Share of the work done, 0 to 1.
  public var fraction: Double
  /// Optimiser step, block or row number, where that means something.
  public var step: Int?
  /// Current loss of a training task.
  public var loss: Double?
  /// Slots the task uses now, its own included; nil: its own alone.
  public var slots: Int?

  /// Creates a progress record.
  public init(fraction: Double, step: Int? = nil, loss: Double? = nil, slots: Int? = nil) {
    self.fraction = fraction
    self.step = step
    self.loss = loss
    self.slots = slots
  }
}

/// What a body sees of the world.
public protocol TaskContext: AnyObject {
  /// The task.
  var task: TaskDescription { get }
  /// Paths of the inputs called `name`, in their order in the task; sources included.
  func inputs(_ name: String) throws -> [String]
  /// Where to write the output called `name`. The file counts only after `run` has returned.
  func outputPath(_ name: String) throws -> String
  /// Tells how far the work is. Cheap: may be called every step.
  func report(_ progress: TaskProgress)
  /// Threads that may compute for the task until this is asked again: 1, and one for each slot that is lent to it.
  /// Cheap: may be called every step. No result may depend on it.
  ///
  /// - Parameter most: threads beyond this number would have nothing to do.
  func threads(upTo most: Int) -> Int
  /// Writes one line to the task's log.
  func log(_ line: String)
  /// Whether to save a checkpoint and leave at the next convenient point.
  var shouldStop: Bool { get }
  /// Whether the time between checkpoints has passed.
  var isCheckpointDue: Bool { get }
  /// Path of the newest checkpoint of any attempt that verifies, or nil. Ask again after `rejectCheckpoint`.
  func latestCheckpoint() throws -> String?
  /// Marks a checkpoint as unusable, with the reason; the one before becomes the latest.
  func rejectCheckpoint(_ path: String, because reason: String)
  /// Saves a checkpoint durably: `write` fills a temporary file, which is synced, verified and renamed.
  func saveCheckpoint(step: Int, _ write: (_ path: String) throws -> Void) throws
}

extension TaskContext {
  /// One thread: for surroundings without slots to lend.
  public func threads(upTo most: Int) -> Int { 1 }

  /// The only input called `name`.
  public func input(_ name: String) throws -> String {
    let paths = try inputs(name)
    guard paths.count == 1, let path = paths.first else {
      throw ClavaError(.internal, "task \(task.id) has \(paths.count) inputs called '\(name)', expected one")
    }
    return path
  }

  /// The parameters as a typed value.
  public func parameters<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try task.parameters.decode(type, source: "parameters of \(task.id)")
  }
}

/// The bodies a process can run, by kind.
public struct TaskRegistry: Sendable {
  private var bodies: [String: any TaskBody] = [:]

  /// Creates a registry.
  public init(_ bodies: [any TaskBody]) {
    for body in bodies {
      precondition(self.bodies[body.kind] == nil, "two bodies for kind '\(body.kind)'")
      self.bodies[body.kind] = body
    }
  }

  /// The body for a task.
  ///
  /// - Throws: `ClavaError.internal` if the kind is unknown or the plan wants another version of it.
  public func body(for task: TaskDescription) throws -> any TaskBody {
    guard let body = bodies[task.kind] else {
      throw ClavaError(
        .internal, "this program cannot run tasks of kind '\(task.kind)'",
        remedy: "coordinator and workers must be of the same release")
    }
    guard body.codeVersion == task.codeVersion else {
      throw ClavaError(
        .internal, "the plan wants version \(task.codeVersion) of '\(task.kind)', this program has \(body.codeVersion)",
        remedy: "coordinator and workers must be of the same release")
    }
    return body
  }

  /// Kinds and their versions: a worker announces them.
  public var versions: [String: Int] { bodies.mapValues(\.codeVersion) }
}
