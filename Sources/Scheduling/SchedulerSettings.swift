/// Numbers that govern leases, retries and the choice of workers.
public struct SchedulerSettings: Sendable, Hashable, Codable {
  /// When a worker that holds a task's inputs is preferred.
  public enum Locality: String, Sendable, Hashable, Codable {
    /// If some worker does not see the run directory, so that inputs travel.
    case automatic
    /// Always.
    case always
    /// Never.
    case never
  }

  /// Seconds without a word after which a worker counts as lost.
  public var leaseSeconds: Double = 30
  /// Heartbeats that may leave out a held attempt before it counts as lost.
  public var missedBeats: Int = 2
  /// Seconds that a grant has to reach its worker, however many heartbeats that had left before do not name it.
  public var grantSeconds: Double = 10
  /// Retries after program errors.
  public var programErrorRetries: Int = 2
  /// Retries after lost workers.
  public var lostWorkerRetries: Int = 5
  /// Retries after running out of memory.
  public var outOfMemoryRetries: Int = 2
  /// By how much the predicted memory is multiplied at the first try, after one failure for want of memory, and so on;
  /// the last value stays.
  public var memoryFactors: [Double] = [1, 1.5, 2]
  /// Most attempts that one slot holds: one runs, the others wait beside it.
  public var leaseAhead: Int = 3
  /// What is queued on a slot may be predicted to take so long together with what runs there: long enough to hide the
  /// way to the coordinator and its disk, short enough that what is urgent never waits behind what is not.
  public var leaseAheadSeconds: Double = 0.5
  /// Seconds for which attempts that an earlier coordinator gave out wait for their workers to come back. 0 if workers
  /// end with their coordinator.
  public var adoptionSeconds: Double = 0
  /// A machine that loses so many workers within `hostLossWindowSeconds` gets no more work.
  public var hostLosses: Int = 3
  /// Older losses of a machine are forgotten.
  public var hostLossWindowSeconds: Double = 3600
  /// Share of a kind's tasks that must be done before stragglers among the rest are duplicated; above 1: never.
  public var speculationShare: Double = 0.75
  /// An attempt is a straggler once it has taken so many times its predicted seconds.
  public var speculationFactor: Double = 1.5
  /// No attempt younger than this is duplicated.
  public var speculationSeconds: Double = 5
  /// Whether workers that hold a task's inputs are preferred.
  public var locality: Locality = .automatic

  /// Creates the defaults.
  public init() {}

  /// How many times an attempt may fail with this kind before the task is given up; nil: without limit.
  func budget(_ kind: FailureCause.Kind) -> Int? {
    switch kind {
    case .programError: return programErrorRetries
    case .lostWorker: return lostWorkerRetries
    case .outOfMemory: return outOfMemoryRetries
    case .preempted: return nil
    case .rejectedInput, .storage, .cancelled: return 0
    }
  }

  /// The memory to ask for after so many failures for want of it, in bytes.
  func request(predicted: Int, failures: Int) -> Int {
    guard let factor = memoryFactors.indices.contains(failures) ? memoryFactors[failures] : memoryFactors.last
    else { return predicted }
    // A plan is read from a file; what it predicts may be beyond any machine.
    return Int(min(Double(max(0, predicted)) * max(0, factor), 0x1p60))
  }
}
