import Essentials
import Fleet
import Foundation
import Scheduling
import Storage
import TaskGraph
import TestSupport
import Testing

/// Does something to a running fleet from another thread.
private func meanwhile(_ work: @escaping @Sendable () -> Void) {
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

@Suite("Workers that leave, freeze or outgrow their memory", .serialized)
struct LifecycleTests {
  private static let chain = [TestRun.task("chain/a", "chain", steps: 400)]
  /// What a run of it gives that nobody disturbs; computed once for all tests.
  private static let undisturbed = Result { digests(try TestRun(chain).run(workers: 1)) }

  private var chain: [TaskDescription] { Self.chain }

  private func reference() throws -> [String: [Digest]] { try Self.undisturbed.get() }

  private func losses(_ log: EventLog) -> [String] {
    log.events.compactMap { if case .workerLost(_, let cause) = $0 { cause } else { nil } }
  }

  private func departures(_ log: EventLog) -> [String] {
    log.events.compactMap { if case .workerLeft(_, let cause) = $0 { cause } else { nil } }
  }

  @Test(
    "asked to leave, a worker saves its work and ends with 99; another goes on there", arguments: [SIGTERM, SIGUSR1])
  func drainedBySignal(signal: Int32) throws {
    let run = try TestRun(chain), log = EventLog()
    meanwhile {
      guard eventually({ log.count { if case .taskProgress = $0 { true } else { false } } > 0 }) else { return }
      kill(pid_t(log.workers[0]), signal)
    }
    let outcome = try run.run(workers: 1, log: log)
    #expect(try outcome.status == .done && digests(outcome) == reference())
    #expect(log.workers.count == 2)
    #expect(losses(log) == [])
    #expect(departures(log).count == 1 && departures(log)[0].contains("exit code 99"))
    #expect(run.logs("chain/a").contains("resumed at step"))
    let folder = run.directory.attempt(1, of: TaskIdentifier("chain/a").folderName)
    let ending = try CanonicalJSON.decode(JSONValue.self, from: FileSystem.read("\(folder)/exit.json"), source: "exit")
    #expect(ending["outcome"] == .string("returned") && ending["worker"] == .string("worker 1"))
  }

  @Test("the end of its lifetime drains a worker")
  func lifetime() throws {
    let run = try TestRun(chain), log = EventLog(), path = run.directory.path
    var settings = FleetSettings(workers: 1)
    settings.heartbeatSeconds = 0.5
    let outcome = try LocalFleet.run(
      plan: run.plan, directory: run.directory, settings: settings,
      workerCommand: { endpoint, slot in [TestProgram.path, "worker", endpoint, path, "\(slot)", "0.8"] },
      stop: StopFlag(), observe: { log.append($0) })
    #expect(try outcome.status == .done && digests(outcome) == reference())
    #expect(log.workers.count > 1 && losses(log) == [])
    #expect(run.logs("chain/a").contains("resumed at step"))
  }

  @Test("asked twice, a worker ends at once, whatever it does")
  func secondSignal() throws {
    let run = try TestRun([TestRun.task("mix/a", "mix", seconds: 1.6)]), log = EventLog()
    meanwhile {
      guard eventually({ log.count { if case .taskStarted = $0 { true } else { false } } > 0 }) else { return }
      kill(pid_t(log.workers[0]), SIGTERM)
      usleep(300_000)
      kill(pid_t(log.workers[0]), SIGTERM)
      usleep(500_000)
      if Processes.isAlive(log.workers[0]) { log.append(.warning(message: "still there")) }
    }
    let outcome = try run.run(workers: 1, log: log)
    #expect(outcome.status == .done)
    #expect(losses(log).count == 1 && losses(log).first?.contains("exit code 143") == true, "\(losses(log))")
    #expect(log.events.allSatisfy { $0 != .warning(message: "still there") })
  }

  @Test("a worker that stands still longer than a lease is lost and comes back; nothing is lost with it")
  func frozenWorker() throws {
    let tasks = TestRun.usualTasks(), log = EventLog()
    let expected = digests(try TestRun(tasks).run(workers: 2))
    let run = try TestRun(tasks)
    meanwhile {
      guard eventually({ log.count { if case .taskProgress = $0 { true } else { false } } > 0 }) else { return }
      kill(pid_t(log.workers[0]), SIGSTOP)
      sleep(2)
      kill(pid_t(log.workers[0]), SIGCONT)
    }
    let outcome = try run.run(workers: 2, log: log) { $0.leaseSeconds = 1 }
    #expect(outcome.status == .done && digests(outcome) == expected)
    #expect(losses(log).count == 1)
    let cause = losses(log).first ?? ""
    #expect(cause.contains("not been heard of") && cause.contains("process \(log.workers[0])"), "\(cause)")
    #expect(cause.contains("it was running chain/") && cause.contains("MiB"), "\(cause)")
  }

  @Test("a compute process that stands still raises one alarm, which ends when it goes on")
  func frozenCompute() throws {
    let run = try TestRun([TestRun.task("chain/a", "chain", steps: 1200)]), log = EventLog()
    meanwhile {
      guard eventually({ log.count { if case .taskProgress = $0 { true } else { false } } > 0 }),
        let compute = Processes.children(of: log.workers[0]).first
      else { return }
      kill(pid_t(compute), SIGSTOP)
      sleep(3)
      kill(pid_t(compute), SIGCONT)
    }
    let outcome = try run.run(workers: 1, log: log) { $0.alarmSeconds = 1 }
    #expect(outcome.status == .done)
    let warnings = log.events.compactMap { if case .warning(let message) = $0 { message } else { nil } }
    #expect(warnings.count { $0.contains("has made no progress for") } == 1, "\(warnings)")
    #expect(warnings.count { $0.contains("makes progress again") } == 1, "\(warnings)")
  }

  @Test("a coordinator that stands still longer than a lease loses no worker")
  func frozenCoordinator() throws {
    let run = try TestRun([
      TestRun.task("chain/a", "chain", steps: 1000), TestRun.task("chain/b", "chain", steps: 1000),
    ])
    let process = Process()
    process.executableURL = URL(fileURLWithPath: TestProgram.path)
    process.arguments = ["coordinator", run.directory.path, "2", "1"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let log = "\(run.directory.logs)/run.log"
    func text() -> String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
    #expect(eventually { text().contains("worker 2 is there") })
    usleep(500_000)
    kill(process.processIdentifier, SIGSTOP)
    usleep(2_500_000)
    #expect(try RunStatus.read(directory: run.directory).ageSeconds ?? 0 > 1)
    kill(process.processIdentifier, SIGCONT)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(!text().contains("lost:"), "\(text())")
    #expect(try RunStatus.read(directory: run.directory).done == 2)
  }

  @Test("an attempt that outgrows its memory saves, leaves with 98 and gets more the next time")
  func memoryGuard() throws {
    let run = try TestRun([TestRun.task("grow/a", "grow", steps: 150, memory: 130 << 20)]), log = EventLog()
    let outcome = try run.run(workers: 1, log: log) { $0.memoryGuard = .always }
    #expect(outcome.status == .done)
    let causes = log.events.compactMap { event -> String? in
      if case .taskFailed(_, _, 1, let cause, true, _) = event { cause } else { nil }
    }
    #expect(causes.count == 1 && causes[0].contains("of the 130 MiB of memory predicted"), "\(causes)")
    #expect(log.workers.count == 1, "the supervisor lives on")
    #expect(run.logs("grow/a").contains("memory is short"))
    let folder = run.directory.attempt(1, of: TaskIdentifier("grow/a").folderName)
    let ending = try CanonicalJSON.decode(JSONValue.self, from: FileSystem.read("\(folder)/exit.json"), source: "exit")
    #expect(ending["outcome"] == .string("outOfMemory") && ending["exitCode"] == .integer(98))
    #expect(try RunStatus.read(directory: run.directory).failed.isEmpty)
  }

  @Test("a checkpoint that cannot be saved, and one that is damaged, are reported; the work goes on")
  func checkpointTroubles() throws {
    let run = try TestRun([TestRun.task("unsaved/a", "unsaved")]), log = EventLog()
    #expect(try run.run(workers: 1, log: log).status == .done)
    let warnings = log.events.compactMap { if case .warning(let message) = $0 { message } else { nil } }
    #expect(warnings.count == 1 && warnings[0].contains("was not saved, the work goes on"), "\(warnings)")

    let second = try TestRun(chain), stop = StopFlag(), before = EventLog(), after = EventLog()
    meanwhile {
      guard eventually({ before.count { if case .taskProgress = $0 { true } else { false } } > 1 }) else { return }
      stop.raise()
    }
    #expect(try second.run(workers: 1, stop: stop, log: before).status == .interrupted)
    let folder = second.directory.attempt(1, of: TaskIdentifier("chain/a").folderName)
    let steps = FileSystem.list(folder).filter { $0.hasSuffix(".h5") }.compactMap { Int($0.dropFirst(3).dropLast(3)) }
    let newest = "\(folder)/ck-\(steps.max() ?? 0).h5"
    var bytes = try FileSystem.read(newest)
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: newest))
    let outcome = try second.run(workers: 1, log: after)
    #expect(try outcome.status == .done && digests(outcome) == reference())
    let reports = after.events.compactMap { if case .warning(let message) = $0 { message } else { nil } }
    #expect(reports.count == 1 && reports[0].contains("put aside"), "\(reports)")
  }

  @Test("a compute process that cannot start says why in the run's own output")
  func speechless() throws {
    let run = try TestRun(chain), path = run.directory.path, log = EventLog()
    let error = #expect(throws: ClavaError.self) {
      _ = try LocalFleet.run(
        plan: run.plan, directory: run.directory, settings: FleetSettings(workers: 1),
        workerCommand: { endpoint, slot in [TestProgram.path, "speechless", endpoint, path, "\(slot)"] },
        stop: StopFlag(), observe: { log.append($0) })
    }
    #expect(error?.description.contains("a library is missing here") == true, "\(String(describing: error))")
    #expect(error?.description.contains("exit code 3") == true)
  }
}
