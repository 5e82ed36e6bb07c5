public import TaskGraph

/// Decides which worker runs which task: a pure state machine without sockets, clocks or files.
///
/// `waiting → lookingUp → ready → leased → done | failed | blocked`. A lost or returned lease makes the task ready
/// again under the next attempt number. Results do not depend on any of its decisions: two schedulers at work on one
/// plan would only waste time.
public struct Scheduler {
  struct TaskRecord {
    var state: TaskState = .waiting
    var missingInputs = 0
    var dependants: [Int] = []
    var rank = 0
    var seconds: Double
    var lastAttempt = 0
    var active: [Int] = []
    var failures: [FailureCause.Kind: Int] = [:]
  }

  struct Lease {
    var worker: Int
    var isRunning = false
    var isConfirmed = false
    var isRevoked = false
    var missedBeats = 0
  }

  struct WorkerRecord {
    var name: String
    var isHere = true
    var isLeaving = false
    var lastHeard: Duration
    var held: [AttemptIdentifier] = []
    var running: AttemptIdentifier?
    var heldSeconds: Double = 0
    var stamp = 0
  }

  /// A worker as it stands in the heap of those that can take a task; outdated once its stamp has moved on.
  struct Candidate: Comparable {
    var load: Int
    var worker: Int
    var stamp: Int
    static func < (left: Candidate, right: Candidate) -> Bool {
      (left.load, left.worker, left.stamp) < (right.load, right.worker, right.stamp)
    }
  }

  /// The numbers it was made with.
  public let settings: SchedulerSettings
  /// What the slots did with their time, up to the last event.
  public internal(set) var statistics = SchedulerStatistics()

  let identifiers: [TaskIdentifier]
  let indexes: [TaskIdentifier: Int]
  let taskOfRank: [Int]
  var tasks: [TaskRecord]
  var leases: [AttemptIdentifier: Lease] = [:]
  var grantedTo: [AttemptIdentifier: String] = [:]
  var workers: [WorkerRecord] = []
  var workerIndexes: [String: Int] = [:]
  var ready = PriorityHeap<Int>()
  var candidates = PriorityHeap<Candidate>()
  var readyCount = 0
  var unstartedCount = 0
  var pendingRevocations = 0
  var idleCount = 0
  var hereCount = 0
  var openCount: Int
  var lastAccount: Duration = .zero
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
    var tasks = plan.tasks.map { TaskRecord(seconds: max(0, $0.cost.seconds)) }
    for (index, task) in plan.tasks.enumerated() {
      let sources = Set(task.inputs.compactMap { indexes[$0.task] })
      tasks[index].missingInputs = sources.count
      for source in sources { tasks[source].dependants.append(index) }
      if let past = history[task.id] {
        tasks[index].lastAttempt = past.lastAttempt
        tasks[index].failures = past.failures
      }
    }
    let paths = plan.criticalPathSeconds
    let order = plan.tasks.indices.sorted { first, second in
      let left = plan.tasks[first].id, right = plan.tasks[second].id
      let leftPath = paths[left] ?? 0, rightPath = paths[right] ?? 0
      return leftPath != rightPath ? leftPath > rightPath : left < right
    }
    for (rank, index) in order.enumerated() { tasks[index].rank = rank }
    taskOfRank = order
    openCount = tasks.count
    self.tasks = tasks
  }

  /// The first effects: look up every task without inputs from other tasks.
  public mutating func begin(now: Duration) -> [SchedulerEffect] {
    lastAccount = now
    effects = []
    for index in tasks.indices where tasks[index].missingInputs == 0 { lookUp(index) }
    finishIfDone()
    return effects
  }

  /// Takes one event and returns what is to be done, in this order.
  public mutating func handle(_ event: SchedulerEvent, now: Duration) -> [SchedulerEffect] {
    account(now)
    effects = []
    switch event {
    case .joined(let worker, let held): join(worker, held, now)
    case .heartbeat(let worker, let held, let running): beat(worker, held, running, now)
    case .leaving(let worker):
      hear(worker, now)
      leave(worker)
    case .heard(let worker): hear(worker, now)
    case .started(let worker, let attempt):
      hear(worker, now)
      start(attempt, on: worker)
    case .committed(let worker, let attempt):
      hear(worker, now)
      commit(attempt, by: worker)
    case .failed(let worker, let attempt, let cause):
      hear(worker, now)
      effects.append(.acknowledge(worker: worker, attempt))
      if leases[attempt] != nil, workerIndexes[worker] == leases[attempt]?.worker { fail(attempt, cause) }
    case .released(let worker, let attempt):
      hear(worker, now)
      effects.append(.acknowledge(worker: worker, attempt))
      if leases[attempt] != nil, workerIndexes[worker] == leases[attempt]?.worker { giveBack(attempt) }
    case .gone(let worker, let cause):
      if let index = workerIndexes[worker], workers[index].isHere { remove(index, because: cause) }
    case .found(let task): if let index = indexes[task] { found(index) }
    case .notFound(let task):
      if let index = indexes[task], tasks[index].state == .lookingUp { makeReady(index) }
    case .tick: expire(now)
    case .stoodStill(let gap):
      for index in workers.indices { workers[index].lastHeard += gap }
    case .stop: stop()
    case .retry(let task): retry(task)
    }
    dispatch()
    finishIfDone()
    return effects
  }

  /// Where a task stands; nil if the plan has no such task.
  public func state(of task: TaskIdentifier) -> TaskState? {
    guard let index = indexes[task] else { return nil }
    guard case .leased = tasks[index].state else { return tasks[index].state }
    return .leased(
      isRunning: tasks[index].active.contains { leases[AttemptIdentifier(task, $0)]?.isRunning == true })
  }

  /// Whether every task is done, failed or blocked.
  public var isFinished: Bool { openCount == 0 }

  /// Tasks that could run now or are held by workers: more slots than this are of no use.
  public var runnableCount: Int { readyCount + leases.count }

  /// Whether this coordinator has given the attempt to this worker, now or earlier: only then may it commit.
  public func hasGranted(_ attempt: AttemptIdentifier, to worker: String) -> Bool { grantedTo[attempt] == worker }

  /// How many times the task has failed so far, of all kinds.
  public func failureCount(of task: TaskIdentifier) -> Int {
    indexes[task].map { tasks[$0].failures.values.reduce(0, +) } ?? 0
  }

  // MARK: Tasks

  mutating func lookUp(_ index: Int) {
    tasks[index].state = .lookingUp
    effects.append(.lookUp(identifiers[index]))
  }

  mutating func makeReady(_ index: Int) {
    tasks[index].state = .ready
    readyCount += 1
    ready.insert(tasks[index].rank)
  }

  private mutating func found(_ index: Int) {
    guard tasks[index].state == .lookingUp else { return }
    complete(index, cached: true)
  }

  /// Marks a task as done and looks at those that waited for it.
  mutating func complete(_ index: Int, cached: Bool) {
    switch tasks[index].state {
    case .done: return
    case .ready: readyCount -= 1
    // A result that comes after all from an attempt that was given up: the task counts as done, but what it blocked
    // stays blocked, as the user has been told.
    case .failed, .blocked: openCount += 1
    default: break
    }
    tasks[index].state = .done
    openCount -= 1
    effects.append(.done(identifiers[index], cached: cached))
    for dependant in tasks[index].dependants {
      tasks[dependant].missingInputs -= 1
      if tasks[dependant].missingInputs == 0, tasks[dependant].state == .waiting { lookUp(dependant) }
    }
  }

  /// Counts a failure; the task becomes ready again, or is given up together with all that need it.
  mutating func fail(_ attempt: AttemptIdentifier, _ cause: FailureCause) {
    guard let lease = dropLease(attempt), let index = indexes[attempt.task] else { return }
    let used = tasks[index].failures[cause.kind, default: 0] + 1
    tasks[index].failures[cause.kind] = used
    let willRetry = settings.budget(cause.kind).map { used <= $0 } ?? true
    effects.append(.failed(worker: workers[lease.worker].name, attempt, cause, willRetry: willRetry))
    guard tasks[index].active.isEmpty, case .leased = tasks[index].state else { return }
    if willRetry {
      makeReady(index)
    } else {
      tasks[index].state = .failed(cause)
      openCount -= 1
      block(dependantsOf: index)
    }
  }

  private mutating func block(dependantsOf failed: Int) {
    var queue = tasks[failed].dependants
    while let index = queue.popLast() {
      guard tasks[index].state == .waiting else { continue }
      tasks[index].state = .blocked(by: identifiers[failed])
      openCount -= 1
      effects.append(.blocked(identifiers[index], by: identifiers[failed]))
      queue += tasks[index].dependants
    }
  }

  private mutating func stop() {
    guard !isStopping else { return }
    isStopping = true
    for worker in workers where worker.isHere { effects.append(.drain(worker: worker.name)) }
  }

  private mutating func finishIfDone() {
    guard !saidFinished, isFinished || (isStopping && leases.isEmpty) else { return }
    saidFinished = true
    effects.append(.finished)
  }

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
