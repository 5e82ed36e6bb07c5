/// Numbers that govern leases and retries.
public struct SchedulerSettings: Sendable, Hashable, Codable {
  /// Seconds without a word after which a worker counts as lost.
  public var leaseSeconds: Double = 30
  /// Heartbeats that may leave out a held attempt before it counts as lost.
  public var missedBeats: Int = 2
  /// Retries after program errors.
  public var programErrorRetries: Int = 2
  /// Retries after lost workers.
  public var lostWorkerRetries: Int = 5
  /// Retries after running out of memory.
  public var outOfMemoryRetries: Int = 2
  /// Most attempts that one slot holds: one runs, the others wait beside it.
  public var leaseAhead: Int = 3
  /// Nothing more is queued on a slot whose attempts are predicted to take this long together.
  public var leaseAheadSeconds: Double = 5

  /// Creates the defaults.
  public init() {}

  /// How many times an attempt may fail with this kind before the task is given up; nil: without limit.
  func budget(_ kind: FailureCause.Kind) -> Int? {
    switch kind {
    case .programError: return programErrorRetries
    case .lostWorker: return lostWorkerRetries
    case .outOfMemory: return outOfMemoryRetries
    case .preempted: return nil
    case .rejectedInput, .storage: return 0
    }
  }
}
