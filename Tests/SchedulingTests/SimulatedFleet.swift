import Essentials
import Scheduling
import TaskGraph

/// Reproducible draws for the simulation.
struct Dice {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
  mutating func chance(_ probability: Double) -> Bool { uniform() < probability }
  mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }
}

/// How unkind the simulated world is until `endSeconds`; afterwards it is kind.
struct Troubles {
  var drop = 0.0
  var duplicate = 0.0
  var longestDelay = 0.01
  var workerDeathsPerSecond = 0.0
  var computeCrashesPerSecond = 0.0
  var freezesPerSecond = 0.0
  var coordinatorDeathsPerSecond = 0.0
  var endSeconds = 120.0
}

/// A coordinator, workers, a network and a disk under a virtual clock: the real `Scheduler` and `WorkerCore`, all else
/// simulated. Everything follows from the seed.
struct SimulatedFleet {
  enum ToCoordinator {
    case hello([AttemptIdentifier])
    case heartbeat([AttemptIdentifier], AttemptIdentifier?)
    case started(AttemptIdentifier)
    case report(AttemptIdentifier, AttemptReport)
    case leaving
  }

  enum Occurrence {
    case toCoordinator(worker: String, ToCoordinator, epoch: Int)
    case toWorker(String, WorkerEvent, epoch: UInt64)
    case computeReady(String, generation: Int)
    case computeEnds(String, AttemptIdentifier, generation: Int)
    case workerTick(String)
    case coordinatorTick
    case trouble
    case workerStarts
  }

  struct Worker {
    var core = WorkerCore()
    var generation = 0
    var frozenUntil: Double = 0
  }

  struct Entry: Comparable {
    var time: Double
    var order: Int
    var what: Occurrence
    static func < (left: Entry, right: Entry) -> Bool { (left.time, left.order) < (right.time, right.order) }
    static func == (left: Entry, right: Entry) -> Bool { left.order == right.order }
  }

  let plan: Plan
  let settings: SchedulerSettings
  let troubles: Troubles
  var dice: Dice
  var now = 0.0
  var order = 0
  var agenda: [Entry] = []
  var scheduler: Scheduler
  var epoch = 1
  var known: Set<String> = []
  var workers: [String: Worker] = [:]
  var workerNames: [String] = []
  var startedWorkers = 0
  var isFinished = false

  // The disk: what survives the coordinator.
  var committed: Set<TaskIdentifier> = []
  var history: [TaskIdentifier: TaskHistory] = [:]

  // What the tests look at.
  var grants: [AttemptIdentifier: Int] = [:]
  var doneInEpoch: [TaskIdentifier: Int] = [:]
  var violations: [String] = []
  var executions = 0
  var grantLatencies = 0

  init(plan: Plan, workers count: Int, seed: UInt64, troubles: Troubles, settings: SchedulerSettings = .init()) {
    self.plan = plan
    self.settings = settings
    self.troubles = troubles
    dice = Dice(seed)
    scheduler = Scheduler(plan: plan, settings: settings)
    for _ in 0..<count { at(0, .workerStarts) }
    at(0, .coordinatorTick)
    at(0.5, .trouble)
  }

  /// Runs until the plan is finished or so much virtual time has passed.
  mutating func run(untilSeconds limit: Double = 5000) {
    carryOut(scheduler.begin(now: .zero))
    while !isFinished, now < limit, let entry = pop() {
      now = max(now, entry.time)
      happen(entry.what)
    }
  }

  private var clock: Duration { .milliseconds(Int64(now * 1000)) }

  private mutating func at(_ time: Double, _ what: Occurrence) {
    order += 1
    agenda.append(Entry(time: time, order: order, what: what))
    var child = agenda.count - 1
    while child > 0, agenda[child] < agenda[(child - 1) / 2] {
      agenda.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func pop() -> Entry? {
    guard let first = agenda.first else { return nil }
    let last = agenda.removeLast()
    guard !agenda.isEmpty else { return first }
    agenda[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < agenda.count && agenda[child] < agenda[least] {
        least = child
      }
      if least == parent { return first }
      agenda.swapAt(parent, least)
      parent = least
    }
  }

  private var isUnkind: Bool { now < troubles.endSeconds }

  /// Puts a message on the network, which may lose, double and delay it.
  private mutating func transmit(_ what: Occurrence) {
    if isUnkind, dice.chance(troubles.drop) { return }
    at(now + 0.0005 + dice.uniform() * (isUnkind ? troubles.longestDelay : 0.001), what)
    if isUnkind, dice.chance(troubles.duplicate) {
      at(now + 0.0005 + dice.uniform() * troubles.longestDelay * 3, what)
    }
  }

  private mutating func happen(_ what: Occurrence) {
    switch what {
    case .workerStarts:
      startedWorkers += 1
      let name = "worker \(startedWorkers)"
      workers[name] = Worker()
      workerNames.append(name)
      at(now, .workerTick(name))
    case .workerTick(let name):
      guard let worker = workers[name] else { return }
      if worker.frozenUntil <= now { tell(name, .tick) }
      at(now + 0.25, .workerTick(name))
    case .coordinatorTick:
      tell(.tick)
      at(now + 0.1, .coordinatorTick)
    case .toWorker(let name, let event, let sender):
      guard let worker = workers[name] else { return }
      if worker.frozenUntil > now { return at(worker.frozenUntil, what) }
      if worker.core.accepts(epoch: sender) { tell(name, event) }
    case .computeReady(let name, let generation):
      guard workers[name]?.generation == generation else { return }
      tell(name, .computeReady)
    case .computeEnds(let name, let attempt, let generation):
      guard let worker = workers[name], worker.generation == generation else { return }
      if worker.frozenUntil > now { return at(worker.frozenUntil, what) }
      executions += 1
      tell(name, .computeFinished(attempt, AttemptResult(outputs: [], seconds: 1, peakMemory: 1)))
    case .toCoordinator(let name, let message, let addressee):
      // What was sent to a coordinator that died is lost with it.
      if addressee == epoch { receive(message, from: name) }
    case .trouble:
      trouble()
      if isUnkind { at(now + 0.5, .trouble) }
    }
  }

  private mutating func trouble() {
    for name in workerNames where workers[name] != nil {
      if dice.chance(troubles.workerDeathsPerSecond / 2) {
        workers[name] = nil
        workerNames.removeAll { $0 == name }
        // Half of the deaths are seen by the launcher, the others only by the lease.
        if dice.chance(0.5), known.remove(name) != nil { tell(.gone(worker: name, cause: "\(name) was killed")) }
        at(now + 1, .workerStarts)
      } else if dice.chance(troubles.computeCrashesPerSecond / 2) {
        workers[name]?.generation += 1
        tell(name, .computeDied(FailureCause(.lostWorker, "crashed")))
      } else if dice.chance(troubles.freezesPerSecond / 2) {
        workers[name]?.frozenUntil = now + dice.uniform() * 2 * settings.leaseSeconds
      }
    }
    if dice.chance(troubles.coordinatorDeathsPerSecond / 2) { restartCoordinator() }
  }

  private mutating func restartCoordinator() {
    epoch += 1
    known = []
    doneInEpoch = [:]
    scheduler = Scheduler(plan: plan, history: history, settings: settings)
    carryOut(scheduler.begin(now: clock))
  }

  // MARK: Coordinator

  private mutating func receive(_ message: ToCoordinator, from name: String) {
    if case .hello(let held) = message {
      known.insert(name)
      transmit(.toWorker(name, .welcomed(epoch: UInt64(epoch)), epoch: UInt64(epoch)))
      return tell(.joined(worker: name, held: held))
    }
    guard known.contains(name) else {
      return transmit(.toWorker(name, .helloWanted, epoch: UInt64(epoch)))
    }
    switch message {
    case .hello: break
    case .heartbeat(let held, let running):
      tell(.heartbeat(worker: name, held: held, running: running))
      transmit(.toWorker(name, .heard, epoch: UInt64(epoch)))
    case .started(let attempt): tell(.started(worker: name, attempt))
    case .leaving: tell(.leaving(worker: name))
    case .report(let attempt, .finished):
      guard scheduler.hasGranted(attempt, to: name) else {
        return transmit(.toWorker(name, .acknowledged(attempt), epoch: UInt64(epoch)))
      }
      committed.insert(attempt.task)
      tell(.committed(worker: name, attempt))
      if scheduler.state(of: attempt.task) != .done { violations.append("\(attempt) was committed and is not done") }
    case .report(let attempt, .failed(let cause)): tell(.failed(worker: name, attempt, cause))
    case .report(let attempt, .released): tell(.released(worker: name, attempt))
    }
  }

  private mutating func tell(_ event: SchedulerEvent) { carryOut(scheduler.handle(event, now: clock)) }

  private mutating func carryOut(_ effects: [SchedulerEffect]) {
    for effect in effects {
      switch effect {
      case .lookUp(let task): tell(committed.contains(task) ? .found(task) : .notFound(task))
      case .grant(let worker, let attempt):
        if grants.updateValue(epoch, forKey: attempt) != nil { violations.append("\(attempt) was granted twice") }
        history[attempt.task, default: TaskHistory()].lastAttempt = attempt.number
        if committed.contains(attempt.task) { violations.append("\(attempt) was granted after its commit") }
        transmit(.toWorker(worker, .granted(attempt), epoch: UInt64(epoch)))
      case .revoke(let worker, let attempt, let evenIfRunning):
        transmit(.toWorker(worker, .revoked(attempt, evenIfRunning: evenIfRunning), epoch: UInt64(epoch)))
      case .acknowledge(let worker, let attempt):
        transmit(.toWorker(worker, .acknowledged(attempt), epoch: UInt64(epoch)))
      case .drain(let worker): transmit(.toWorker(worker, .drain, epoch: UInt64(epoch)))
      case .done(let task, _):
        if !committed.contains(task) { violations.append("\(task) is done without a commit") }
        if doneInEpoch.updateValue(epoch, forKey: task) != nil { violations.append("\(task) was done twice") }
      case .lost(let worker, _): known.remove(worker)
      case .failed, .blocked: break
      case .finished: isFinished = true
      }
    }
  }

  // MARK: Workers

  private mutating func tell(_ name: String, _ event: WorkerEvent) {
    let time = clock
    guard let effects = workers[name]?.core.handle(event, now: time) else { return }
    for effect in effects {
      switch effect {
      case .hello(let held): transmit(.toCoordinator(worker: name, .hello(held), epoch: epoch))
      case .heartbeat(let held, let running):
        transmit(.toCoordinator(worker: name, .heartbeat(held, running), epoch: epoch))
      case .run(let attempt):
        let seconds = plan.tasks.first { $0.id == attempt.task }?.cost.seconds ?? 1
        let generation = workers[name]?.generation ?? 0
        at(now + seconds * (0.5 + dice.uniform()), .computeEnds(name, attempt, generation: generation))
      case .stopRunning:
        workers[name]?.generation += 1
        if let running = workers[name]?.core.running { tell(name, .computeLeft(running)) }
      case .startCompute: at(now + 0.1, .computeReady(name, generation: workers[name]?.generation ?? 0))
      case .report(let attempt, let report):
        transmit(.toCoordinator(worker: name, .report(attempt, report), epoch: epoch))
      case .sayStarted(let attempt): transmit(.toCoordinator(worker: name, .started(attempt), epoch: epoch))
      case .sayLeaving: transmit(.toCoordinator(worker: name, .leaving, epoch: epoch))
      case .exit:
        workers[name] = nil
        workerNames.removeAll { $0 == name }
      }
    }
  }
}

/// Plans for the tests.
enum Plans {
  static func task(
    _ id: String, seconds: Double, inputs: [String] = []
  ) -> TaskDescription {
    TaskDescription(
      id: TaskIdentifier(id), kind: "k", codeVersion: 1, parameters: .null,
      inputs: inputs.map { TaskInput("x", from: TaskIdentifier($0), output: "o") }, outputs: ["o"], stage: "s",
      cost: TaskCost(seconds: seconds, memory: 1))
  }

  static func make(_ tasks: [TaskDescription]) throws -> Plan {
    try Plan(tasks: tasks, results: [], numericProfile: "p")
  }

  /// Layers of tasks, each reading one to three of the layer before, lengths between 10 ms and 20 s.
  static func random(tasks count: Int, seed: UInt64) throws -> Plan {
    var dice = Dice(seed)
    var tasks: [TaskDescription] = []
    for number in 0..<count {
      var inputs: Set<String> = []
      if number >= 8 {
        for _ in 0...dice.below(3) { inputs.insert("t/\(number - 1 - dice.below(8))") }
      }
      let seconds = dice.chance(0.2) ? dice.uniform() * 20 : 0.01 + dice.uniform() * 0.3
      tasks.append(task("t/\(number)", seconds: seconds, inputs: inputs.sorted()))
    }
    return try make(tasks)
  }
}
