/// What the slots of a run did with their time.
public struct SchedulerStatistics: Sendable, Hashable, Codable {
  /// Seconds during which slots existed, summed over slots.
  public internal(set) var slotSeconds: Double = 0
  /// Seconds during which slots ran attempts, summed over slots.
  public internal(set) var busySeconds: Double = 0
  /// Seconds during which a slot ran nothing although a task was there that it could have run, summed over slots.
  /// Messages under way and attempts that wait on a busy slot count as such tasks.
  public internal(set) var idleWhileReadySeconds: Double = 0
  /// Attempts given to workers.
  public internal(set) var grants: Int = 0
  /// Attempts asked back from a busy slot for an idle one.
  public internal(set) var revocations: Int = 0
  /// Second attempts at tasks that took far longer than predicted; nil in records of earlier releases.
  public internal(set) var speculations: Int? = 0
  /// `idleWhileReadySeconds` as a share of `slotSeconds`.
  public var idleWhileReadyShare: Double { slotSeconds > 0 ? idleWhileReadySeconds / slotSeconds : 0 }

  /// Creates an empty record.
  public init() {}
}

/// What earlier coordinators of the same run directory left: nothing of it changes a result.
public struct TaskHistory: Sendable, Hashable, Codable {
  /// The highest attempt number used.
  public var lastAttempt: Int
  /// Failures so far, by kind, since the command was last given.
  public var failures: [FailureCause.Kind: Int]
  /// An attempt that was given out and of which nothing was heard since: a worker may still be at it.
  public var openAttempt: Int?

  /// Creates a history.
  public init(lastAttempt: Int = 0, failures: [FailureCause.Kind: Int] = [:], openAttempt: Int? = nil) {
    self.lastAttempt = lastAttempt
    self.failures = failures
    self.openAttempt = openAttempt
  }
}

extension Duration {
  /// The duration in seconds.
  package var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
