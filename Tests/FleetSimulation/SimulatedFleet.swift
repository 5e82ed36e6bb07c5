import Essentials
package import Scheduling
package import TaskGraph

/// A coordinator, workers, a network and a disk under a virtual clock: the real `Scheduler`, `WorkerCore`, `CommitLog`
/// and `DurableQueue`, all else simulated. Everything follows from the seed.
package struct SimulatedFleet {
  enum ToCoordinator {
    case hello([AttemptIdentifier])
    case heartbeat([AttemptIdentifier], AttemptIdentifier?)
    case started(AttemptIdentifier)
    case report(AttemptIdentifier, AttemptReport)
    case leaving
  }

  enum Occurrence {
    case toCoordinator(worker: Int, ToCoordinator, epoch: Int)
    case toWorker(Int, WorkerEvent, epoch: Int)
    case computeReady(Int, generation: Int)
    case computeEnds(Int, AttemptIdentifier, generation: Int)
    case workerTick(Int)
    case workerStarts
    case coordinatorTick
    case coordinatorStarts
    case syncEnds(epoch: Int, count: Int, fails: Bool)
    case trouble
  }

  struct Worker {
    var core: WorkerCore
    var name: String
    var generation = 0
    var frozenUntil: Double = 0
    /// Nothing reaches it, and nothing it says arrives, before these times.
    var deafUntil: Double = 0
    var muteUntil: Double = 0
    var highestEpoch = 0
    var ran: Set<AttemptIdentifier> = []
  }

  /// What goes with a coordinator when it is killed.
  struct Coordinator {
    var scheduler: Scheduler
    var log = CommitLog()
    var outbox = DurableQueue<(worker: Int, event: WorkerEvent)>()
    var outputs: [TaskIdentifier: [TaskOutput]] = [:]
    var known: Set<Int> = []
    var done: Set<TaskIdentifier> = []
    /// Attempts whose results have come.
    var delivered: Set<AttemptIdentifier> = []
    /// Messages that are made now speak of the journal up to this record.
    var barrier = 0
    var isSyncing = false
  }

  let plan: Plan
  let settings: SchedulerSettings
  let troubles: Troubles
  let tasks: [TaskIdentifier: TaskDescription]
  var dice: Dice
  package var now = 0.0
  var agenda = Agenda<Occurrence>()
  var coordinator: Coordinator?
  var epoch = 0
  var disk = SimulatedDisk()
  var workers: [Int: Worker] = [:]
  var startedWorkers = 0

  /// Whether the plan came to its end.
  package internal(set) var isFinished = false
  /// What must never happen and did.
  package internal(set) var violations: [String] = []
  /// How often a body ran to its end.
  package internal(set) var executions = 0
  /// How often a coordinator started.
  package var starts: Int { epoch }
  /// What the slots of the last coordinator did.
  package var statistics: SchedulerStatistics { coordinator?.scheduler.statistics ?? SchedulerStatistics() }
  /// Tasks that are done for the last coordinator.
  package var doneCount: Int { coordinator?.done.count ?? 0 }

  /// Exact seconds of each task; nil: drawn around the predicted ones.
  package var durations: [TaskIdentifier: Double]?
  var granted: Set<AttemptIdentifier> = []
  /// What workers were told is committed.
  var answered: [TaskIdentifier: CommittedResult] = [:]
  var alarms = 0

  package init(
    plan: Plan, workers count: Int, seed: UInt64, troubles: Troubles, settings: SchedulerSettings = .init()
  ) {
    self.plan = plan
    self.settings = settings
    self.troubles = troubles
    tasks = Dictionary(uniqueKeysWithValues: plan.tasks.map { ($0.id, $0) })
    dice = Dice(seed)
    startCoordinator()
    for _ in 0..<count { agenda.add(.workerStarts, at: 0) }
    agenda.add(.coordinatorTick, at: 0)
    agenda.add(.trouble, at: 0.5)
  }

  /// The world of one seed: plan, number of workers, settings and troubles follow from it.
  package static func world(seed: UInt64) throws -> SimulatedFleet {
    var dice = Dice(seed ^ 0x5EED)
    let plan = try SimulatedPlans.random(tasks: 6 + dice.below(18), seed: seed)
    var settings = SchedulerSettings()
    settings.leaseSeconds = 10
    settings.adoptionSeconds = dice.chance(0.5) ? 10 : 0
    settings.lostWorkerRetries = 100_000
    settings.speculationSeconds = 1
    return SimulatedFleet(
      plan: plan, workers: 1 + dice.below(4), seed: seed, troubles: .mixture(seed: seed), settings: settings)
  }

  /// Runs until the plan is finished or so much virtual time has passed, and checks the end.
  package mutating func run(untilSeconds limit: Double = 1500) {
    while !isFinished, violations.count < 10, now < limit, let entry = agenda.next() {
      now = max(now, entry.time)
      happen(entry.what)
    }
    checkEnd()
  }

  var clock: Duration { .microseconds(Int64(now * 1e6)) }
  var isUnkind: Bool { now < troubles.endSeconds }

  private mutating func happen(_ what: Occurrence) {
    switch what {
    case .workerStarts: startWorker()
    case .workerTick(let index):
      guard let worker = workers[index] else { return }
      if worker.frozenUntil <= now { tell(index, .tick) }
      agenda.add(.workerTick(index), at: now + 0.5)
    case .coordinatorTick:
      tell(.tick)
      agenda.add(.coordinatorTick, at: now + 0.25)
    case .coordinatorStarts: if coordinator == nil { startCoordinator() }
    case .syncEnds(let sender, let count, let fails): endSync(sender, count, fails)
    case .toWorker(let index, let event, let sender): receive(event, from: sender, index, what)
    case .computeReady(let index, let generation):
      if workers[index]?.generation == generation { tell(index, .computeReady) }
    case .computeEnds(let index, let attempt, let generation):
      guard let worker = workers[index], worker.generation == generation else { return }
      if worker.frozenUntil > now { return agenda.add(what, at: worker.frozenUntil) }
      executions += 1
      tell(index, .computeFinished(attempt, result(of: attempt)))
    case .toCoordinator(let index, let message, let addressee):
      // What was sent to a coordinator that died is lost with it.
      guard addressee == epoch, coordinator != nil else { return }
      if let worker = workers[index], worker.muteUntil > now { return }
      receive(message, from: index)
    case .trouble:
      trouble()
      if isUnkind { agenda.add(.trouble, at: now + 0.5) }
    }
  }

  /// Puts a message on the network, which may lose, double and delay it.
  mutating func transmit(_ what: Occurrence) {
    if isUnkind, dice.chance(troubles.drop) { return }
    agenda.add(what, at: now + 0.0005 + dice.uniform() * (isUnkind ? troubles.longestDelay : 0.001))
    if isUnkind, dice.chance(troubles.duplicate) {
      agenda.add(what, at: now + 0.0005 + dice.uniform() * troubles.longestDelay * 3)
    }
  }

  mutating func violate(_ sentence: String) { violations.append("\(sentence), at \(now) s of start \(epoch)") }

  private mutating func checkEnd() {
    guard isFinished else {
      return violate("hang: \(plan.tasks.count - doneCount) of \(plan.tasks.count) tasks are not done")
    }
    if doneCount != plan.tasks.count { violate("finished with \(doneCount) of \(plan.tasks.count) tasks") }
    checkAnswers()
  }
}
