internal import Essentials
internal import Foundation
internal import Messaging
internal import Scheduling
internal import Storage
internal import Synchronization
internal import TaskGraph

/// How fast a coordinator hands out tasks that take no time.
public struct FleetSpeed: Sendable, Codable {
  /// A rate and what it costs.
  public struct Rate: Sendable, Codable {
    /// Tasks in a second.
    public var perSecond: Double
    /// Seconds it was measured over.
    public var seconds: Double
    /// Processor seconds of the coordinator's own thread meanwhile, for a task.
    public var coordinatorSeconds: Double
    /// Processor seconds of the whole process, simulated workers included, for a task.
    public var processSeconds: Double
  }

  /// Tasks in the plan.
  public var tasks: Int
  /// Workers, all on one thread beside the coordinator's.
  public var workers: Int
  /// Tasks assigned: chosen, written to the journal, forced to disk, sent and received, without any being finished.
  public var assigned: Rate
  /// Tasks assigned, delivered, committed to cache and journal, forced to disk and answered.
  public var committed: Rate
  /// Resident bytes of the process when half of the tasks are done, and at the end.
  public var residentEarly: Int
  public var residentLate: Int
  /// Seconds from the start of a second coordinator, half of whose tasks are done, to its first grant.
  public var restartSeconds: Double
}

/// Measures the coordinator as it is: scheduler, codec, sockets, journal and cache on disk. Only the work is missing.
public enum FleetBenchmark {
  /// Runs a plan of independent empty tasks.
  ///
  /// - Parameters:
  ///   - folder: an empty folder on the disk that is to be measured.
  /// - Throws: `ClavaError` if the folder cannot be written.
  public static func run(tasks: Int, workers: Int, folder: String) throws -> FleetSpeed {
    let plan = try plan(tasks)
    let assigned = try assignment(plan, workers, folder: "\(folder)/assigned")
    let directory = try RunDirectory(path: "\(folder)/committed", create: true)
    let stop = StopFlag()
    // The first coordinator is stopped half way, to see how long the next one takes to go on.
    let half = Counter(limit: tasks / 2) { stop.raise() }
    let first = try pass(plan, directory, workers, stop: stop, counter: half)
    let rest = Counter(limit: .max) {}
    let second = try pass(plan, directory, workers, stop: StopFlag(), counter: rest)
    return FleetSpeed(
      tasks: tasks, workers: workers, assigned: assigned, committed: rate([half.times, rest.times]),
      residentEarly: first.resident, residentLate: second.resident, restartSeconds: second.start)
  }

  private struct Pass {
    /// From the coordinator's start to its first grant.
    var start: Double = 0
    var resident = 0
  }

  private static func rate(_ parts: [Counter.Times]) -> FleetSpeed.Rate {
    let count = Double(max(1, parts.reduce(0) { $0 + $1.count }))
    func sum(_ value: (Instant) -> Double) -> Double {
      parts.reduce(0) { $0 + value($1.last) - value($1.first) }
    }
    let seconds = max(1e-9, sum { $0.wall.inSeconds })
    return FleetSpeed.Rate(
      perSecond: count / seconds, seconds: seconds, coordinatorSeconds: sum(\.thread) / count,
      processSeconds: sum(\.process) / count)
  }

  private static func plan(_ count: Int) throws -> Plan {
    let tasks = (0..<count).map { number in
      TaskDescription(
        id: TaskIdentifier("empty/\(number)"), kind: "empty", codeVersion: 1, parameters: .integer(Int64(number)),
        outputs: ["value"], stage: "empty", cost: TaskCost(seconds: 0.001, memory: 1 << 20))
    }
    return try Plan(tasks: tasks, results: [], numericProfile: "none")
  }

  private static func pass(
    _ plan: Plan, _ directory: RunDirectory, _ workers: Int, stop: StopFlag, counter: Counter
  ) throws -> Pass {
    let store = try directory.objectStore()
    let temporary = store.temporaryPath(extension: "txt")
    try FileSystem.writeAtomically(Data("nothing\n".utf8), to: temporary)
    let object = try store.adopt(temporary)
    let output = TaskOutput(
      name: "value", digest: object.digest, contentDigest: object.contentDigest, size: object.size)
    var settings = FleetSettings(workers: workers)
    settings.stopSeconds = 10
    let context = try MessagingContext(threads: 1)
    let swarm = WorkerSwarm(count: workers, context: context, work: .deliver(output))
    let began = MonotonicClock.now
    try coordinate(plan, directory, settings, stop, swarm) { event in
      switch event {
      case .taskStarted: counter.noteStart()
      case .taskFinished: counter.noteEnd()
      default: break
      }
    }
    return Pass(
      start: (counter.times.first.wall - began).inSeconds, resident: ProcessMemory.resident(getpid()))
  }

  /// Assigns every task at once, as if slots had queues long enough for all; nothing is finished.
  private static func assignment(_ plan: Plan, _ workers: Int, folder: String) throws -> FleetSpeed.Rate {
    let stop = StopFlag()
    let counter = Counter(limit: plan.tasks.count) { stop.raise() }
    var settings = FleetSettings(workers: workers)
    settings.stopSeconds = 0.1
    settings.scheduling.leaseAhead = (plan.tasks.count + workers - 1) / workers
    settings.scheduling.leaseAheadSeconds = 1e9
    let swarm = WorkerSwarm(count: workers, context: try MessagingContext(threads: 1), work: .hold) {
      counter.noteEnd()
    }
    // The start is noted on the coordinator's thread, whose processor time is wanted.
    try coordinate(plan, RunDirectory(path: folder, create: true), settings, stop, swarm) { event in
      if case .workerJoined = event { counter.noteStart() }
    }
    return rate([counter.times])
  }

  private static func coordinate(
    _ plan: Plan, _ directory: RunDirectory, _ settings: FleetSettings, _ stop: StopFlag, _ swarm: WorkerSwarm,
    observe: @escaping @Sendable (FleetEvent) -> Void
  ) throws {
    let coordinator = try Coordinator(
      plan: plan, directory: directory, settings: settings, stop: stop, observe: observe)
    _ = try coordinator.run {
      let socket = try FleetEndpoint(directory: directory, settings: settings, epoch: 1)
      swarm.start(socket.localAddress ?? "")
      return Coordinator.Connection(socket: socket, launcher: SwarmLauncher(swarm), transfer: nil)
    }
    swarm.end()
  }
}

/// A point in time by three clocks.
private struct Instant: Sendable {
  var wall: Duration = .zero
  /// Processor seconds of the thread that counts.
  var thread: Double = 0
  /// Processor seconds of the process.
  var process: Double = 0

  static func now(thread clock: clockid_t) -> Instant {
    Instant(
      wall: MonotonicClock.now, thread: seconds(clock), process: seconds(CLOCK_PROCESS_CPUTIME_ID))
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// Counts what happens, and when: the time of the thread that notes the start is measured, whoever notes the end.
private final class Counter: Sendable {
  struct Times: Sendable {
    var count = 0
    var first = Instant()
    var last = Instant()
    var hasStarted = false
    var clock = CLOCK_THREAD_CPUTIME_ID
  }

  private let state = Guarded(Times())
  private let limit: Int
  private let reached: @Sendable () -> Void

  init(limit: Int, reached: @escaping @Sendable () -> Void) {
    self.limit = limit
    self.reached = reached
  }

  var times: Times { state.withLock { $0 } }

  func noteStart() {
    state.withLock { times in
      guard !times.hasStarted else { return }
      times.hasStarted = true
      pthread_getcpuclockid(pthread_self(), &times.clock)
      times.first = .now(thread: times.clock)
    }
  }

  func noteEnd() {
    let count = state.withLock { times in
      times.count += 1
      times.last = .now(thread: times.clock)
      return times.count
    }
    if count == limit { reached() }
  }
}
