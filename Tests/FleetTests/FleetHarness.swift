import Essentials
import Fleet
import Foundation
import Storage
import Synchronization
import TaskGraph
import TestSupport

/// The program beside the tests whose processes they start and kill.
enum TestProgram {
  static let path: String = {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let beside = (own as NSString).deletingLastPathComponent + "/FleetTestProgram"
    // Under some test runners the tests are a library that another program loads.
    let bundle = (Bundle.main.bundlePath as NSString).appendingPathComponent("FleetTestProgram")
    return FileManager.default.isExecutableFile(atPath: beside) ? beside : bundle
  }()

  static func worker(_ run: String) -> @Sendable (String, Int) -> [String] {
    { endpoint, slot in [path, "worker", endpoint, run, "\(slot)"] }
  }
}

/// Workers that are not told where the run folder is and would not look there.
struct DistantWorkers {
  var workdir: String
  var cacheBytes = 1 << 30

  var command: @Sendable (String, Int) -> [String] {
    let (workdir, cacheBytes) = (workdir, cacheBytes)
    return { endpoint, slot in
      [TestProgram.path, "worker", endpoint, "-", "\(slot)", workdir, "\(cacheBytes)"]
    }
  }
}

/// Processes of this machine, by their parents.
enum Processes {
  /// How many times slower than usual processes start: sanitizers set it.
  static let slowness =
    ProcessInfo.processInfo.environment["CLAVA_TEST_SLOWNESS"].flatMap { UInt32($0) } ?? 1

  static func children(of parent: Int) -> [Int] {
    FileSystem.list("/proc").compactMap { Int($0) }.filter { process in
      guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
        let end = text.lastIndex(of: ")")
      else { return false }
      let fields = text[text.index(after: end)...].split(separator: " ")
      return fields.count > 1 && fields[0] != "Z" && Int(fields[1]) == parent
    }
  }

  static func isAlive(_ process: Int) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return false }
    return text[text.index(after: end)...].split(separator: " ").first != "Z"
  }
}

/// What an observer saw, from any thread.
final class EventLog: Sendable {
  private let list = Guarded<[FleetEvent]>([])

  func append(_ event: FleetEvent) { list.withLock { $0.append(event) } }

  /// In memory of its own: ThreadSanitizer does not see that reference counts order what two threads do with a shared one.
  var events: [FleetEvent] { list.withLock { events in events.map { $0 } } }

  /// Process numbers of the workers that joined, in order.
  var workers: [Int] {
    events.compactMap { if case .workerJoined(_, let process) = $0 { process } else { nil } }
  }

  func count(where predicate: (FleetEvent) -> Bool) -> Int { list.withLock { $0.count(where: predicate) } }
}

/// A run directory with a plan.
struct TestRun {
  let folder: TemporaryFolder
  let directory: RunDirectory
  let plan: Plan

  init(_ tasks: [TaskDescription]) throws {
    folder = try TemporaryFolder()
    directory = try RunDirectory(path: folder.file("run"), create: true)
    plan = try Plan(tasks: tasks, results: [], numericProfile: "test")
    try FileSystem.writeAtomically(CanonicalJSON.encode(plan), to: directory.plan)
  }

  func run(
    workers: Int, stop: StopFlag = StopFlag(), log: EventLog = EventLog(),
    distant: DistantWorkers? = nil, adjust: (inout FleetSettings) -> Void = { _ in }
  ) throws -> RunOutcome {
    var settings = FleetSettings(workers: workers)
    settings.checkpointSeconds = 0.1
    settings.heartbeatSeconds = 0.5
    settings.servesFiles = distant != nil
    adjust(&settings)
    return try LocalFleet.run(
      plan: plan, directory: directory, settings: settings,
      workerCommand: distant?.command ?? TestProgram.worker(directory.path),
      stop: stop, observe: { log.append($0) })
  }

  /// Text of every log of a task's attempts.
  func logs(_ task: String) -> String {
    let folder = directory.task(TaskIdentifier(task).folderName)
    return FileSystem.list(folder).compactMap {
      try? String(contentsOfFile: "\(folder)/\($0)/stderr", encoding: .utf8)
    }
    .joined()
  }

  static func task(
    _ id: String, _ kind: String, seconds: Double = 0, steps: Int = 0, marker: String? = nil, inputs: [String] = [],
    memory: Int = 1
  ) -> TaskDescription {
    var parameters: [String: JSONValue] = ["salt": .integer(Int64(id.utf8.reduce(0) { $0 * 31 + Int($1) & 0xffff }))]
    if seconds > 0 { parameters["seconds"] = .number(seconds) }
    if steps > 0 { parameters["steps"] = .integer(Int64(steps)) }
    if let marker { parameters["marker"] = .string(marker) }
    if kind == "grow" { parameters["megabytes"] = .integer(Int64(steps)) }
    func output(_ id: String) -> String { id.hasPrefix("chain") ? "value" : "value.txt" }
    return TaskDescription(
      id: TaskIdentifier(id), kind: kind, codeVersion: 1, parameters: .object(parameters),
      inputs: inputs.map { TaskInput("x", from: TaskIdentifier($0), output: output($0)) }, outputs: [output(id)],
      stage: kind, cost: TaskCost(seconds: max(seconds, Double(steps) * 0.002, 0.001), memory: memory))
  }

  /// Three long tasks, many short ones that need them, and one that needs all.
  static func usualTasks() -> [TaskDescription] {
    let chains = (0..<3).map { task("chain/\($0)", "chain", steps: 200 + 40 * $0) }
    let mixes = (0..<9).map { task("mix/\($0)", "mix", seconds: 0.01, inputs: $0 < 3 ? [] : ["chain/\($0 % 3)"]) }
    return chains + mixes + [task("mix/all", "mix", inputs: mixes.map(\.id.name))]
  }
}

/// Content of all outputs, by task.
func digests(_ outcome: RunOutcome) -> [String: [Digest]] {
  Dictionary(uniqueKeysWithValues: outcome.outputs.map { ($0.key.name, $0.value.map(\.digest)) })
}

/// Does something to a running fleet from another thread.
func meanwhile(_ work: @escaping @Sendable () -> Void) {
  let thread = Thread { work() }
  thread.start()
}

/// Waits until something holds, at most ten seconds.
@discardableResult
func eventually(_ condition: () -> Bool) -> Bool {
  for _ in 0..<1000 {
    if condition() { return true }
    usleep(10_000)
  }
  return condition()
}

/// A task that takes long enough to be disturbed.
enum LongTask {
  static let plan = [TestRun.task("chain/a", "chain", steps: 700)]
  /// What it gives if nobody disturbs it; computed once for all tests.
  private static let reference = Result { digests(try TestRun(plan).run(workers: 1)) }

  static func undisturbed() throws -> [String: [Digest]] { try reference.get() }
}

extension EventLog {
  /// Why workers were lost.
  var losses: [String] { events.compactMap { if case .workerLost(_, let cause) = $0 { cause } else { nil } } }

  /// Whether the worker that joined in this place has told of progress.
  func hasProgress(ofWorker place: Int) -> Bool {
    let names = events.compactMap { if case .workerJoined(let worker, _) = $0 { worker } else { nil } }
    guard names.indices.contains(place) else { return false }
    return events.contains { if case .taskProgress(_, _, _, names[place], _) = $0 { true } else { false } }
  }

  /// Why workers left.
  var departures: [String] { events.compactMap { if case .workerLeft(_, let cause) = $0 { cause } else { nil } } }
}
