import Essentials
import Fleet
import Foundation
import Storage
import TaskGraph
import TestSupport
import Testing

@Suite("Workers that leave, and attempts that outgrow their memory", .serialized)
struct LeavingTests {
  @Test(
    "asked to leave, a worker saves its work and ends with 99; another goes on there", arguments: [SIGTERM, SIGUSR1])
  func drainedBySignal(signal: Int32) throws {
    let run = try TestRun(LongTask.plan), log = EventLog()
    meanwhile {
      guard eventually({ log.count { if case .taskProgress = $0 { true } else { false } } > 0 }) else { return }
      kill(pid_t(log.workers[0]), signal)
    }
    let outcome = try run.run(workers: 1, log: log)
    #expect(try outcome.status == .done && digests(outcome) == LongTask.undisturbed())
    #expect(log.workers.count == 2)
    #expect(log.losses == [])
    #expect(log.departures.count == 1 && log.departures[0].contains("exit code 99"))
    #expect(run.logs("chain/a").contains("resumed at step"))
    let folder = run.directory.attempt(1, of: TaskIdentifier("chain/a").folderName)
    let ending = try CanonicalJSON.decode(JSONValue.self, from: FileSystem.read("\(folder)/exit.json"), source: "exit")
    #expect(ending["outcome"] == .string("returned") && ending["worker"] == .string("worker 1"))
  }

  @Test("the end of its lifetime drains a worker")
  func lifetime() throws {
    let run = try TestRun(LongTask.plan), log = EventLog(), path = run.directory.path
    var settings = FleetSettings(workers: 1)
    settings.heartbeatSeconds = 0.5
    let outcome = try LocalFleet.run(
      plan: run.plan, directory: run.directory, settings: settings,
      workerCommand: { endpoint, slot in [TestProgram.path, "worker", endpoint, path, "\(slot)", "0.8"] },
      stop: StopFlag(), observe: { log.append($0) })
    #expect(try outcome.status == .done && digests(outcome) == LongTask.undisturbed())
    #expect(log.workers.count > 1 && log.losses == [])
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
    #expect(log.losses.count == 1 && log.losses.first?.contains("exit code 143") == true, "\(log.losses)")
    #expect(log.events.allSatisfy { $0 != .warning(message: "still there") })
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
}
