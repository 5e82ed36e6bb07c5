import Essentials
import Scheduling
import TaskGraph

/// The run directory under a simulated system: what a process has written is seen by the next one, what was not forced
/// to disk does not survive a power cut, or survives torn.
struct SimulatedDisk: CommitStorage {
  enum Record {
    case begin
    case granted(AttemptIdentifier)
    case ended(AttemptIdentifier)
    case failed(AttemptIdentifier, FailureCause.Kind)
    case committed(CommittedResult)
  }

  struct Entry {
    var outputs: [TaskOutput]
    var isDurable: Bool
    var isTorn = false
  }

  /// Entries of the cache.
  private(set) var entries: [Digest: Entry] = [:]
  /// The journal as a reader of the file sees it.
  private(set) var written: [Record] = []
  /// How much of it is on disk.
  private(set) var durable = 0
  /// Records in the memory of the coordinator.
  private var buffer: [Record] = []

  // MARK: What commits need

  func outputs(of key: Digest) -> [TaskOutput]? {
    guard let entry = entries[key], !entry.isTorn else { return nil }
    return entry.outputs
  }

  mutating func create(_ result: CommittedResult) -> Bool {
    guard entries[result.key] == nil else { return false }
    entries[result.key] = Entry(outputs: result.outputs, isDurable: false)
    return true
  }

  mutating func remove(_ key: Digest) { entries[key] = nil }

  mutating func append(_ result: CommittedResult) -> Int { append(.committed(result)) }

  // MARK: The rest

  /// Appends a record in memory and returns its number.
  mutating func append(_ record: Record) -> Int {
    buffer.append(record)
    return written.count + buffer.count
  }

  /// Hands the appended records to the system and returns the number that is durable if the fsync succeeds.
  mutating func write() -> Int {
    written += buffer
    buffer = []
    return written.count
  }

  mutating func synced(_ count: Int) { durable = max(durable, count) }

  /// Everything of the file system is on disk.
  mutating func settle() {
    durable = written.count
    for key in entries.keys { entries[key]?.isDurable = true }
  }

  /// A process that is no coordinator commits, with an fsync of its own.
  mutating func commitDurably(_ outputs: [TaskOutput], key: Digest) {
    if entries[key] == nil { entries[key] = Entry(outputs: outputs, isDurable: true) }
  }

  /// The coordinator is gone: what it had not written is lost.
  mutating func lose() { buffer = [] }

  /// An fsync failed: the system drops some of what it could not write.
  mutating func failSync(_ dice: inout Dice) {
    written.removeLast(dice.below(written.count - durable + 1))
    durable = min(durable, written.count)
  }

  /// The power goes: entries that are not durable are gone, torn or there; the journal ends somewhere behind what is
  /// durable.
  mutating func cutPower(_ dice: inout Dice) {
    buffer = []
    failSync(&dice)
    for key in entries.keys.sorted() where entries[key]?.isDurable == false {
      switch dice.below(4) {
      case 0, 1: entries[key] = nil
      case 2: entries[key]?.isTorn = true
      default: break
      }
    }
    settle()
  }

  /// What a new coordinator learns from the journal.
  func history() -> (tasks: [TaskIdentifier: TaskHistory], unsettled: [CommittedResult]) {
    var tasks: [TaskIdentifier: TaskHistory] = [:]
    var unsettled: [CommittedResult] = []
    for record in written {
      switch record {
      case .begin: unsettled = []
      case .granted(let attempt):
        tasks[attempt.task, default: TaskHistory()].lastAttempt = max(
          tasks[attempt.task]?.lastAttempt ?? 0, attempt.number)
        tasks[attempt.task]?.openAttempt = attempt.number
      case .ended(let attempt): tasks[attempt.task]?.openAttempt = nil
      case .failed(let attempt, let kind):
        tasks[attempt.task, default: TaskHistory()].failures[kind, default: 0] += 1
        tasks[attempt.task]?.openAttempt = nil
      case .committed(let result):
        tasks[result.attempt.task]?.openAttempt = nil
        unsettled.append(result)
      }
    }
    return (tasks, unsettled)
  }
}
