public import TaskGraph

/// How a run stands.
public struct RunStatus: Codable, Sendable, Hashable {
  /// A running attempt.
  public struct Running: Codable, Sendable, Hashable {
    /// Its task.
    public var task: TaskIdentifier
    /// Its number.
    public var attempt: Int
    /// The worker that runs it.
    public var worker: String
    /// Seconds since it began.
    public var seconds: Double
    /// Its last progress report.
    public var progress: TaskProgress?
  }

  /// A worker that is there.
  public struct Worker: Codable, Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Number of its process.
    public var process: Int
    /// The machine it runs on.
    public var machine: String?
    /// Resident memory of its compute process in bytes.
    public var residentMemory: Int
    /// Seconds since its last message.
    public var lastSeenSeconds: Double?
    /// Whether it saves its work and leaves.
    public var isLeaving: Bool?
    /// The task it runs.
    public var task: TaskIdentifier?
    /// Share of that task that is done.
    public var fraction: Double?
  }

  /// A task that was given up in the last run.
  public struct Failed: Codable, Sendable, Hashable {
    /// Which.
    public var task: TaskIdentifier
    /// Why, in one sentence.
    public var cause: String
    /// Path of its log, if there is one.
    public var log: String?
    /// The last lines of that log, oldest first.
    public var lastLines: [String]?
    /// How many other tasks cannot run because of it.
    public var blocked: Int?
  }

  /// A worker that went without being asked to.
  public struct LostWorker: Codable, Sendable, Hashable {
    /// Its name.
    public var worker: String
    /// Why, in one sentence: signal or exit code, or how long it was silent, and its memory.
    public var cause: String
    /// When, in seconds since 1970.
    public var time: Double
    /// The last lines of the log of what it ran, oldest first.
    public var lastLines: [String]
  }

  /// Something that is wrong and has not stopped the run.
  public struct Alarm: Codable, Sendable, Hashable {
    /// The worker it is about.
    public var worker: String?
    /// The task it is about.
    public var task: TaskIdentifier?
    /// What is wrong, in one sentence.
    public var sentence: String
    /// Since when, in seconds since 1970.
    public var time: Double = Moment.now
    /// The last lines of the log of the task, oldest first.
    public var lastLines: [String] = []
  }

  /// Why a task does not run yet.
  public struct Waiting: Codable, Sendable, Hashable {
    /// Which.
    public var task: TaskIdentifier
    /// The reason, in one sentence.
    public var reason: String
  }

  /// Lost workers and alarms beyond this number are forgotten, the oldest first.
  static let mostLostWorkers = 50
  /// Waiting tasks beyond this number are counted only.
  static let mostWaiting = 20

  /// Whether a coordinator is at work.
  public var isAlive: Bool
  /// Process number of that coordinator.
  public var process: Int?
  /// The machine it runs on.
  public var machine: String?
  /// Seconds since it last wrote its state; much more than five mean that it stands still.
  public var ageSeconds: Double?
  /// How many times a coordinator was started for this run.
  public var starts: Int
  /// Seconds since the coordinator started.
  public var elapsedSeconds: Double?
  /// Predicted seconds to the end; nil if unknown.
  public var remainingSeconds: Double?
  /// Tasks committed in a minute, over the last minute.
  public var tasksPerMinute: Double?
  /// Tasks in the plan.
  public var total: Int
  /// Tasks that are committed.
  public var done: Int
  /// Tasks that can never run because others failed.
  public var blocked: [TaskIdentifier]
  /// Counts by stage.
  public var stages: [StageProgress]
  /// Attempts that run.
  public var running: [Running]
  /// Tasks that were given up.
  public var failed: [Failed]
  /// Workers that are there.
  public var workers: [Worker]
  /// The workers that were lost last, oldest first.
  public var lost: [LostWorker] = []
  /// What is wrong now, oldest first.
  public var alarms: [Alarm] = []
  /// Some of the tasks that wait, in the order of the plan.
  public var waiting: [Waiting] = []
  /// Attempts that failed since the coordinator started, by kind of failure.
  public var failures: [String: Int] = [:]
}
