import Essentials
import Fleet
import Foundation
import Scheduling
import Storage
import TaskGraph
import TestSupport
import Testing

@Suite("Workers, compute processes and coordinators that stand still or cannot save", .serialized)
struct LifecycleTests {
  @Test("a worker that stands still longer than a lease is lost and comes back; nothing is lost with it")
  func frozenWorker() throws {
    let tasks = TestRun.usualTasks(), log = EventLog()
    let expected = digests(try TestRun(tasks).run(workers: 2))
    let run = try TestRun(tasks)
    meanwhile {
      // Only of what it has told of itself can its loss tell.
      guard eventually({ log.hasProgress(ofWorker: 0) }) else { return }
      kill(pid_t(log.workers[0]), SIGSTOP)
      sleep(2)
      kill(pid_t(log.workers[0]), SIGCONT)
    }
    let outcome = try run.run(workers: 2, log: log) { $0.leaseSeconds = 1 }
    #expect(outcome.status == .done && digests(outcome) == expected)
    #expect(log.losses.count == 1)
    let cause = log.losses.first ?? ""
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

  @Test("a checkpoint that cannot be saved, and one that is damaged, are reported; the work goes on")
  func checkpointTroubles() throws {
    let run = try TestRun([TestRun.task("unsaved/a", "unsaved")]), log = EventLog()
    #expect(try run.run(workers: 1, log: log).status == .done)
    let warnings = log.events.compactMap { if case .warning(let message) = $0 { message } else { nil } }
    #expect(warnings.count == 1 && warnings[0].contains("was not saved, the work goes on"), "\(warnings)")

    let second = try TestRun(LongTask.plan), stop = StopFlag(), before = EventLog(), after = EventLog()
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
    #expect(try outcome.status == .done && digests(outcome) == LongTask.undisturbed())
    let reports = after.events.compactMap { if case .warning(let message) = $0 { message } else { nil } }
    #expect(reports.count == 1 && reports[0].contains("put aside"), "\(reports)")
  }

  @Test("a compute process that cannot start says why in the run's own output")
  func speechless() throws {
    let run = try TestRun(LongTask.plan), path = run.directory.path, log = EventLog()
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
