public import TaskGraph

/// Decides which worker runs which task: a pure state machine without sockets, clocks or files.
///
/// `waiting → lookingUp → ready → leased → done | failed | blocked`. A lost or returned lease makes the task ready
/// again under the next attempt number. Results do not depend on any of its decisions: two schedulers at work on one
/// plan would only waste time.
public struct Scheduler {
  /// The numbers it was made with.
  public let settings: SchedulerSettings
  /// What the slots did with their time, up to the last event.
  public internal(set) var statistics = SchedulerStatistics()

  // Tasks are known by their place in the plan: nothing below compares or hashes their names.
  let identifiers: [TaskIdentifier]
  let indexes: [TaskIdentifier: Int]
  /// Place of each task when all are sorted by name, which settles ties.
  let nameOrder: [Int]
  var taskOfRank: [Int] = []
  var tasks: [TaskRecord]
  var kinds: [KindRecord]
  var workers: [WorkerRecord] = []
  var workerIndexes: [String: Int] = [:]
  var rooms: [Room] = [Room()]
  var roomIndexes: [String: Int] = [:]
  var hosts: [HostRecord] = []
  var hostIndexes: [String: Int] = [:]
  var ready = PriorityHeap<Int>()
  var awaited: Set<Int> = []
  var awaitedUntil: Duration = .zero
  var readyCount = 0
  var leaseCount = 0
  var unstartedCount = 0
  var pendingRevocations = 0
  var idleCount = 0
  var hereCount = 0
  var separateCount = 0
  var openCount: Int
  var commitsSinceRanking = 0
  var lastAccount: Duration = .zero
  var now: Duration = .zero
  var isStopping = false
  var saidFinished = false
  var effects: [SchedulerEffect] = []

  /// Creates the scheduler of a plan; `begin` gives its first effects.
  ///
  /// - Parameters:
  ///   - history: attempts and failures recorded by earlier coordinators of the same run.
  public init(plan: Plan, history: [TaskIdentifier: TaskHistory] = [:], settings: SchedulerSettings = .init()) {
    self.settings = settings
    identifiers = plan.tasks.map(\.id)
    let indexes = Dictionary(uniqueKeysWithValues: plan.tasks.enumerated().map { ($1.id, $0) })
    self.indexes = indexes
    var kindIndexes: [String: Int] = [:]
    var kinds: [KindRecord] = []
    var tasks: [TaskRecord] = []
    tasks.reserveCapacity(plan.tasks.count)
    for (index, task) in plan.tasks.enumerated() {
      let kind = kindIndexes[task.kind] ?? kinds.count
      if kind == kinds.count {
        kindIndexes[task.kind] = kind
        kinds.append(KindRecord(name: task.kind))
      }
      kinds[kind].total += 1
      var record = TaskRecord(kind: kind, seconds: max(0, task.cost.seconds), memory: max(0, task.cost.memory))
      var sources: [Int] = []
      for input in task.inputs {
        if let source = indexes[input.task], !sources.contains(source) { sources.append(source) }
      }
      record.inputs = sources
      record.missingInputs = sources.count
      for source in sources { tasks[source].dependants.append(index) }
      if let past = history[task.id] {
        record.lastAttempt = past.lastAttempt
        record.failures = past.failures
        record.openAttempt = past.openAttempt
      }
      tasks.append(record)
    }
    self.kinds = kinds
    self.tasks = tasks
    openCount = tasks.count
    var order = [Int](repeating: 0, count: tasks.count)
    for (place, index) in plan.tasks.indices.sorted(by: { plan.tasks[$0].id < plan.tasks[$1].id }).enumerated() {
      order[index] = place
    }
    nameOrder = order
    rank()
  }

  /// The first effects: look up every task without inputs from other tasks.
  public mutating func begin(now: Duration) -> [SchedulerEffect] {
    lastAccount = now
    self.now = now
    awaitedUntil = now + .seconds(settings.adoptionSeconds)
    effects = []
    for index in tasks.indices where tasks[index].missingInputs == 0 { lookUp(index) }
    finishIfDone()
    return takeEffects()
  }

  /// Takes one event and returns what is to be done, in this order.
  public mutating func handle(_ event: SchedulerEvent, now: Duration) -> [SchedulerEffect] {
    account(now)
    self.now = now
    take(event)
    dispatch()
    if case .tick = event { duplicateStragglers() }
    finishIfDone()
    return takeEffects()
  }

  /// Hands the effects over without leaving a second owner, which would have to copy them.
  private mutating func takeEffects() -> [SchedulerEffect] {
    let result = effects
    effects = []
    return result
  }

  private mutating func take(_ event: SchedulerEvent) {
    switch event {
    case .joined(let worker, let facts, let held): join(worker, facts, held)
    case .heartbeat(let worker, let held, let running): beat(worker, held, running)
    case .leaving(let worker):
      hear(worker)
      leave(worker)
    case .heard(let worker): hear(worker)
    case .started(let worker, let attempt):
      hear(worker)
      start(attempt, on: worker)
    case .committed(let worker, let attempt, let seconds, let bytes):
      hear(worker)
      commit(attempt, by: worker, seconds: seconds, bytes: bytes)
    case .failed(let worker, let attempt, let cause):
      hear(worker)
      effects.append(.acknowledge(worker: worker, attempt))
      if let place = place(attempt, of: worker) { fail(place, cause) }
    case .released(let worker, let attempt):
      hear(worker)
      effects.append(.acknowledge(worker: worker, attempt))
      if let place = place(attempt, of: worker) { giveBack(place) }
    case .gone(let worker, let cause):
      if let index = workerIndexes[worker], workers[index].isHere { remove(index, because: cause) }
    case .found(let task): if let index = indexes[task] { found(index) }
    case .notFound(let task):
      if let index = indexes[task], tasks[index].state == .lookingUp { makeReady(index) }
    case .retry(let task): retry(task)
    case .cancel(let tasks): cancel(tasks)
    case .drain(let worker): drain(worker)
    case .tick: tick()
    case .stoodStill(let gap):
      for index in workers.indices { workers[index].lastHeard += gap }
    case .stop: stop()
    }
  }

  // MARK: Questions

  /// Where a task stands; nil if the plan has no such task.
  public func state(of task: TaskIdentifier) -> TaskState? {
    guard let index = indexes[task] else { return nil }
    guard case .leased = tasks[index].state else { return tasks[index].state }
    return .leased(isRunning: tasks[index].leases.contains { $0.isRunning })
  }

  /// Whether every task is done, failed or blocked.
  public var isFinished: Bool { openCount == 0 }

  /// Tasks that could run now or are held by workers: more slots than this are of no use, except to be lent.
  public var runnableCount: Int { readyCount + awaited.count + leaseCount }

  /// Whether this coordinator has given the attempt to this worker, now or earlier: only then may it commit.
  public func hasGranted(_ attempt: AttemptIdentifier, to worker: String) -> Bool {
    guard let index = indexes[attempt.task], let worker = workerIndexes[worker] else { return false }
    return tasks[index].grants.contains { $0.number == attempt.number && $0.worker == worker }
  }

  /// How many times the task has failed so far, of all kinds.
  public func failureCount(of task: TaskIdentifier) -> Int {
    indexes[task].map { tasks[$0].failures.values.reduce(0, +) } ?? 0
  }

  /// Bytes of memory the next attempt at a task asks for, or 0 if the plan has no such task.
  public func memoryRequest(of task: TaskIdentifier) -> Int { indexes[task].map { request($0) } ?? 0 }

  /// Place of a task among all, the one with the longest remaining path first.
  public func rank(of task: TaskIdentifier) -> Int { indexes[task].map { tasks[$0].rank } ?? tasks.count }

  private mutating func account(_ now: Duration) {
    let seconds = max(0, (now - lastAccount).inSeconds)
    lastAccount = max(now, lastAccount)
    guard seconds > 0, hereCount > 0 else { return }
    statistics.slotSeconds += seconds * Double(hereCount)
    statistics.busySeconds += seconds * Double(hereCount - idleCount)
    guard !isStopping else { return }
    statistics.idleWhileReadySeconds += seconds * Double(min(idleCount, readyCount + unstartedCount))
  }
}
