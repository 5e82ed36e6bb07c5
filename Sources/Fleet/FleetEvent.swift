public import TaskGraph

/// How far a stage is.
public struct StageProgress: Sendable, Hashable, Codable {
  /// Name of the stage.
  public var stage: String
  /// Tasks in it.
  public var total: Int
  /// Tasks that are done.
  public var done: Int
  /// Tasks that run now.
  public var running: Int
  /// Tasks that failed or cannot run.
  public var failed: Int
}

/// What happens in a run. As JSON: one object with a `type`.
public enum FleetEvent: Sendable, Hashable {
  /// The run begins. The `cached` tasks are done already and get no events of their own.
  case started(total: Int, cached: Int, stages: [StageProgress])
  /// An attempt has begun.
  case taskStarted(task: TaskIdentifier, stage: String, attempt: Int, worker: String)
  /// How far a running attempt is; about every two seconds.
  case taskProgress(task: TaskIdentifier, stage: String, attempt: Int, worker: String, progress: TaskProgress)
  /// A task is done.
  case taskFinished(task: TaskIdentifier, stage: String, seconds: Double, cached: Bool)
  /// An attempt failed.
  case taskFailed(
    task: TaskIdentifier, stage: String, attempt: Int, cause: String, willRetry: Bool, log: String?)
  /// A worker said hello.
  case workerJoined(worker: String, process: Int)
  /// A worker is gone, with one sentence on why.
  case workerLost(worker: String, cause: String)
  /// A worker that was asked to leave is gone, with one sentence on how.
  case workerLeft(worker: String, cause: String)
  /// Something worth knowing that stops nothing.
  case warning(message: String)
  /// How far the stages are, after changes, at most four times a second. The rest is an estimate, nil if unknown.
  case overview(done: Int, total: Int, remainingSeconds: Double?, stages: [StageProgress])
  /// The run is over: `done`, `failed` or `interrupted`.
  case finished(status: String, done: Int, failed: Int, blocked: Int, seconds: Double)
}

extension FleetEvent: Codable {
  /// All fields of all events: the flat form that `--json` prints.
  private struct Record: Codable {
    var type: String
    var task: TaskIdentifier?
    var stage: String?
    var attempt: Int?
    var worker: String?
    var process: Int?
    var progress: TaskProgress?
    var seconds: Double?
    var remainingSeconds: Double?
    var isCached: Bool?
    var cause: String?
    var willRetry: Bool?
    var log: String?
    var message: String?
    var status: String?
    var total: Int?
    var cached: Int?
    var done: Int?
    var failed: Int?
    var blocked: Int?
    var stages: [StageProgress]?

    init(_ type: String) { self.type = type }
  }

  private var record: Record {
    var record: Record
    switch self {
    case .started(let total, let cached, let stages):
      record = Record("started")
      (record.total, record.cached, record.stages) = (total, cached, stages)
    case .taskStarted(let task, let stage, let attempt, let worker):
      record = Record("taskStarted")
      (record.task, record.stage, record.attempt, record.worker) = (task, stage, attempt, worker)
    case .taskProgress(let task, let stage, let attempt, let worker, let progress):
      record = Record("taskProgress")
      (record.task, record.stage, record.attempt, record.worker) = (task, stage, attempt, worker)
      record.progress = progress
    case .taskFinished(let task, let stage, let seconds, let cached):
      record = Record("taskFinished")
      (record.task, record.stage, record.seconds, record.isCached) = (task, stage, seconds, cached)
    case .taskFailed(let task, let stage, let attempt, let cause, let willRetry, let log):
      record = Record("taskFailed")
      (record.task, record.stage, record.attempt) = (task, stage, attempt)
      (record.cause, record.willRetry, record.log) = (cause, willRetry, log)
    case .workerJoined(let worker, let process):
      record = Record("workerJoined")
      (record.worker, record.process) = (worker, process)
    case .workerLost(let worker, let cause):
      record = Record("workerLost")
      (record.worker, record.cause) = (worker, cause)
    case .workerLeft(let worker, let cause):
      record = Record("workerLeft")
      (record.worker, record.cause) = (worker, cause)
    case .warning(let message):
      record = Record("warning")
      record.message = message
    case .overview(let done, let total, let remaining, let stages):
      record = Record("overview")
      (record.done, record.total, record.remainingSeconds, record.stages) = (done, total, remaining, stages)
    case .finished(let status, let done, let failed, let blocked, let seconds):
      record = Record("finished")
      (record.status, record.done, record.failed) = (status, done, failed)
      (record.blocked, record.seconds) = (blocked, seconds)
    }
    return record
  }

  public func encode(to encoder: any Encoder) throws { try record.encode(to: encoder) }

  public init(from decoder: any Decoder) throws {
    let record = try Record(from: decoder)
    func need<Value>(_ value: Value?, _ name: String) throws -> Value {
      guard let value else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: "event '\(record.type)' lacks '\(name)'"))
      }
      return value
    }
    switch record.type {
    case "started":
      self = .started(
        total: try need(record.total, "total"), cached: try need(record.cached, "cached"),
        stages: record.stages ?? [])
    case "taskStarted":
      self = .taskStarted(
        task: try need(record.task, "task"), stage: record.stage ?? "", attempt: try need(record.attempt, "attempt"),
        worker: try need(record.worker, "worker"))
    case "taskProgress":
      self = .taskProgress(
        task: try need(record.task, "task"), stage: record.stage ?? "", attempt: try need(record.attempt, "attempt"),
        worker: try need(record.worker, "worker"), progress: try need(record.progress, "progress"))
    case "taskFinished":
      self = .taskFinished(
        task: try need(record.task, "task"), stage: record.stage ?? "", seconds: try need(record.seconds, "seconds"),
        cached: record.isCached ?? false)
    case "taskFailed":
      self = .taskFailed(
        task: try need(record.task, "task"), stage: record.stage ?? "", attempt: try need(record.attempt, "attempt"),
        cause: try need(record.cause, "cause"), willRetry: record.willRetry ?? false, log: record.log)
    case "workerJoined":
      self = .workerJoined(worker: try need(record.worker, "worker"), process: record.process ?? 0)
    case "workerLost":
      self = .workerLost(worker: try need(record.worker, "worker"), cause: try need(record.cause, "cause"))
    case "workerLeft":
      self = .workerLeft(worker: try need(record.worker, "worker"), cause: try need(record.cause, "cause"))
    case "warning": self = .warning(message: try need(record.message, "message"))
    case "overview":
      self = .overview(
        done: try need(record.done, "done"), total: try need(record.total, "total"),
        remainingSeconds: record.remainingSeconds, stages: record.stages ?? [])
    case "finished":
      self = .finished(
        status: try need(record.status, "status"), done: try need(record.done, "done"), failed: record.failed ?? 0,
        blocked: record.blocked ?? 0, seconds: try need(record.seconds, "seconds"))
    default:
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "unknown event type '\(record.type)'"))
    }
  }
}
