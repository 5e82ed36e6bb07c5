public import Scheduling
public import TaskGraph

/// A task that was given up.
public struct FailedTask: Sendable, Hashable, Codable {
  /// Which.
  public var id: TaskIdentifier
  /// Kind of failure.
  public var kind: FailureCause.Kind
  /// What happened, in one sentence.
  public var cause: String
  /// Path of the log of its last attempt, if there is one.
  public var log: String?
  /// Last lines of that log.
  public var lastLines: [String]
  /// Tasks that could not run because of it.
  public var blocked: [TaskIdentifier]
}

/// What became of one task in a run.
public struct TaskStatistics: Sendable, Hashable, Codable {
  /// Which.
  public var id: TaskIdentifier
  /// Its stage.
  public var stage: String
  /// Seconds of the attempt that succeeded; of a cached task, those it took when it ran.
  public var seconds: Double
  /// Whether its result was there already.
  public var isCached: Bool
  /// Attempts begun in this run.
  public var attempts: Int
  /// The worker that delivered it.
  public var worker: String?
  /// Largest resident memory in bytes.
  public var peakMemory: Int
  /// Seconds of other slots that were lent to it in this run; nil: none.
  public var borrowedSeconds: Double?
}

/// What one worker did with its time.
public struct SlotStatistics: Sendable, Hashable, Codable {
  /// Its name.
  public var worker: String
  /// Seconds it was there.
  public var seconds: Double
  /// Seconds of the attempts it delivered.
  public var busySeconds: Double
}

/// What a run did.
public struct RunStatistics: Sendable, Hashable, Codable {
  /// One record for each task that is done.
  public var tasks: [TaskStatistics] = []
  /// One record for each worker that was ever there.
  public var slots: [SlotStatistics] = []
  /// Slot time as the scheduler saw it.
  public var scheduling = SchedulerStatistics()
  /// One sentence for each lost worker.
  public var lostWorkers: [String] = []
  /// Seconds from start to end.
  public var seconds: Double = 0

  /// Creates an empty record.
  public init() {}
}

/// How a run ended.
public struct RunOutcome: Sendable {
  /// The three ways to end.
  public enum Status: Sendable, Hashable {
    /// Every task is done.
    case done
    /// These tasks failed for good; what does not need them is done.
    case failed([FailedTask])
    /// A stop was asked for. The run can be resumed.
    case interrupted
  }

  /// How it ended.
  public var status: Status
  /// Committed outputs of every task that is done.
  public var outputs: [TaskIdentifier: [TaskOutput]]
  /// What it took.
  public var statistics: RunStatistics

  /// The output of a task, if it is committed.
  public func output(_ name: String, of task: TaskIdentifier) -> TaskOutput? {
    outputs[task]?.first { $0.name == name }
  }
}
