internal import Essentials
internal import Foundation
internal import Messaging
internal import Scheduling
internal import Storage
internal import Synchronization
internal import TaskGraph

/// How fast a coordinator hands out tasks that take no time.
public struct FleetSpeed: Sendable, Codable {
  /// Tasks in the plan.
  public var tasks: Int
  /// Workers, all on one thread beside the coordinator's.
  public var workers: Int
  /// Seconds from the first grant to the last commit, of the coordinator proper: journal, cache and messages included.
  public var seconds: Double
  /// Tasks handed out, committed and answered in a second.
  public var tasksPerSecond: Double
  /// Processor seconds of the coordinator's thread.
  public var processorSeconds: Double
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
    let directory = try RunDirectory(path: folder, create: true)
    let plan = try plan(tasks)
    let stop = StopFlag()
    // The first coordinator is stopped half way, to see how long the next one takes to go on.
    let half = Counter(limit: tasks / 2) { stop.raise() }
    let first = try pass(plan, directory, workers, stop: stop, counter: half)
    let rest = Counter(limit: .max) {}
    let second = try pass(plan, directory, workers, stop: StopFlag(), counter: rest)
    let seconds = first.seconds + second.seconds
    let committed = first.committed + second.committed
    return FleetSpeed(
      tasks: tasks, workers: workers, seconds: seconds, tasksPerSecond: Double(committed) / seconds,
      processorSeconds: first.processorSeconds + second.processorSeconds, residentEarly: first.resident,
      residentLate: second.resident, restartSeconds: second.start)
  }

  private struct Pass {
    var committed = 0
    /// From the coordinator's start to its first grant.
    var start: Double = 0
    /// From its first grant to its last commit.
    var seconds: Double = 0
    var processorSeconds: Double = 0
    var resident = 0
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
    let context = try MessagingContext(threads: 2)
    let began = MonotonicClock.now
    let start = processorSeconds()
    let coordinator = try Coordinator(
      plan: plan, directory: directory, settings: settings, stop: stop,
      observe: { event in
        switch event {
        case .taskStarted: counter.noteStart()
        case .taskFinished: counter.noteEnd()
        default: break
        }
      })
    let swarm = WorkerSwarm(count: workers, context: context, output: output)
    let outcome = try coordinator.run {
      let socket = try FleetEndpoint(directory: directory, settings: settings, epoch: 1)
      swarm.start(socket.localAddress ?? "")
      return Coordinator.Connection(socket: socket, launcher: SwarmLauncher(swarm), transfer: nil)
    }
    swarm.end()
    _ = outcome
    let times = counter.times
    return Pass(
      committed: times.count, start: (times.first - began).inSeconds, seconds: (times.last - times.first).inSeconds,
      processorSeconds: processorSeconds() - start, resident: ProcessMemory.resident(getpid()))
  }

  private static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// Counts what the coordinator tells of.
private final class Counter: Sendable {
  struct Times: Sendable {
    var count = 0
    var first: Duration = .zero
    var last: Duration = .zero
    var hasStarted = false
  }

  private let state = Mutex(Times())
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
      times.first = MonotonicClock.now
    }
  }

  func noteEnd() {
    let count = state.withLock { times in
      times.count += 1
      times.last = MonotonicClock.now
      return times.count
    }
    if count == limit { reached() }
  }
}
