import Essentials
import Fleet
import Foundation
import Scheduling
import Storage
import TaskGraph
import TestSupport
import Testing

@Suite("A fleet of processes", .serialized)
struct FleetTests {
  @Test("one, two and three workers give the same files, and a second run needs no worker")
  func sameBytes() throws {
    let tasks = (0..<6).map { TestRun.task("mix/\($0)", "mix", seconds: 0.01) }
    let all = tasks + [TestRun.task("mix/all", "mix", inputs: tasks.map(\.id.name))]
    var seen: [[String: [Digest]]] = []
    for workers in 1...3 {
      let run = try TestRun(all)
      let outcome = try run.run(workers: workers)
      #expect(outcome.status == .done)
      #expect(outcome.statistics.tasks.count == all.count)
      seen.append(digests(outcome))
      let socketFolder = "clava-\(Digest.of(run.directory.path).hexadecimal.prefix(8))"
      #expect(FileSystem.list(NSTemporaryDirectory()).allSatisfy { !$0.hasPrefix(socketFolder) })
      guard workers == 2 else { continue }
      let log = EventLog()
      let again = try run.run(workers: 2, log: log)
      #expect(again.status == .done && digests(again) == seen[1])
      #expect(log.workers.isEmpty)
      #expect(again.statistics.tasks.allSatisfy { $0.isCached })
      guard case .started(all.count, all.count, _) = log.events.first else {
        Issue.record("expected everything to be cached")
        return
      }
      let status = try RunStatus.read(directory: run.directory)
      #expect(status.done == all.count && !status.isAlive && status.starts == 2)
    }
    #expect(seen[0] == seen[1] && seen[1] == seen[2])
  }

  @Test("small tasks keep the slots busy")
  func busySlots() throws {
    let run = try TestRun((0..<100).map { TestRun.task("mix/\($0)", "mix", seconds: 0.03) })
    let outcome = try run.run(workers: 2)
    let statistics = outcome.statistics.scheduling
    print("idle while ready: \(statistics.idleWhileReadySeconds) s of \(statistics.slotSeconds) s slot time")
    #expect(outcome.status == .done)
    // Of the little time here the start of the compute processes is a good part; in a real run it vanishes.
    #expect(statistics.idleWhileReadySeconds < 0.5 + 0.05 * statistics.slotSeconds)
  }

  @Test("a body that crashes is run again, and its last words are kept")
  func crash() throws {
    let folder = try TemporaryFolder()
    let run = try TestRun([TestRun.task("crash/a", "crash", marker: folder.file("marker"))])
    let log = EventLog()
    let outcome = try run.run(workers: 1, log: log)
    #expect(outcome.status == .done)
    #expect(outcome.statistics.tasks.first?.attempts == 2)
    let causes = log.events.compactMap { event -> String? in
      if case .taskFailed(_, _, 1, let cause, true, _) = event { cause } else { nil }
    }
    #expect(causes.count == 1 && causes[0].contains("signal 6 (SIGABRT)"), "\(causes)")
    #expect(run.logs("crash/a").contains("about to crash"))
  }

  @Test("a body that refuses its input is not run again; what does not need it is finished, and the status tells")
  func failures() throws {
    let run = try TestRun([
      TestRun.task("reject/a", "reject"), TestRun.task("fail/b", "fail"), TestRun.task("mix/c", "mix"),
      TestRun.task("mix/d", "mix", inputs: ["reject/a"]), TestRun.task("mix/e", "mix", inputs: ["mix/d", "mix/c"]),
    ])
    let log = EventLog()
    let outcome = try run.run(workers: 2, log: log)
    guard case .failed(let failed) = outcome.status else {
      Issue.record("expected failed tasks")
      return
    }
    #expect(Set(failed.map(\.id.name)) == ["reject/a", "fail/b"])
    let rejected = try #require(failed.first { $0.id.name == "reject/a" })
    #expect(rejected.kind == .rejectedInput && rejected.cause.contains("this body always fails"))
    #expect(Set(rejected.blocked.map(\.name)) == ["mix/d", "mix/e"])
    #expect(rejected.log.map(FileSystem.exists) == true)
    func attempts(_ name: String) -> Int {
      log.count { if case .taskFailed(let task, _, _, _, _, _) = $0 { task.name == name } else { false } }
    }
    #expect(attempts("reject/a") == 1 && attempts("fail/b") == 3)
    #expect(outcome.outputs.keys.map(\.name) == ["mix/c"])
    let status = try RunStatus.read(directory: run.directory)
    #expect(status.done == 1 && status.failed.count == 2 && status.blocked.count == 2)
    // A command given again deserves fresh budgets.
    let second = EventLog()
    _ = try run.run(workers: 2, log: second)
    #expect(second.count { if case .taskFailed = $0 { true } else { false } } == 4)
  }

  @Test("a full disk stops the run and keeps what is committed")
  func fullDisk() throws {
    let run = try TestRun([
      TestRun.task("mix/a", "mix"), TestRun.task("full/b", "full", inputs: ["mix/a"]),
      TestRun.task("chain/c", "chain", steps: 5000),
    ])
    let outcome = try run.run(workers: 2)
    guard case .failed(let failed) = outcome.status else {
      Issue.record("expected a failure")
      return
    }
    #expect(failed.map(\.kind) == [.storage])
    #expect(outcome.outputs.keys.map(\.name) == ["mix/a"])
    #expect(outcome.statistics.seconds < 8)
  }

  @Test("a stop saves what runs, and the next run resumes there")
  func stop() throws {
    let run = try TestRun([TestRun.task("chain/a", "chain", steps: 500)])
    let stop = StopFlag(), log = EventLog()
    let thread = Thread {
      while log.workers.isEmpty { usleep(10_000) }
      usleep(300_000)
      stop.raise()
    }
    thread.start()
    let outcome = try run.run(workers: 1, stop: stop, log: log)
    #expect(outcome.status == .interrupted)
    #expect(outcome.statistics.seconds < 5)
    let again = try run.run(workers: 1)
    #expect(again.status == .done)
    #expect(run.logs("chain/a").contains("resumed at step"))
    let undisturbed = try TestRun([TestRun.task("chain/a", "chain", steps: 500)])
    #expect(digests(try undisturbed.run(workers: 1)) == digests(again))
    let folder = run.directory.task(TaskIdentifier("chain/a").folderName)
    let left = FileSystem.list(folder).flatMap { FileSystem.list("\(folder)/\($0)") }
    #expect(Set(left) == ["exit.json", "stderr", "stdout"], "checkpoints of a committed task are removed")
  }

  @Test("a program that cannot be a worker ends the run with a reason")
  func noWorker() throws {
    let run = try TestRun([TestRun.task("mix/a", "mix")])
    for command in [["/bin/false"], ["/nowhere/at/all"]] {
      let error = #expect(throws: ClavaError.self) {
        _ = try LocalFleet.run(
          plan: run.plan, directory: run.directory, settings: FleetSettings(workers: 1),
          workerCommand: { _, _ in command }, stop: StopFlag(), observe: { _ in })
      }
      #expect(
        error?.description.contains("cannot be started") == true || error?.description.contains("no worker") == true)
    }
  }
}

@Suite("Events as JSON")
struct FleetEventTests {
  @Test("every event comes back as it went, in one object with a type")
  func roundTrip() throws {
    let task = TaskIdentifier("train/a")
    let stages = [StageProgress]()
    let events: [FleetEvent] = [
      .started(total: 3, cached: 1, stages: stages),
      .taskStarted(task: task, stage: "train", attempt: 1, worker: "worker 1"),
      .taskProgress(
        task: task, stage: "train", attempt: 1, worker: "worker 1",
        progress: TaskProgress(fraction: 0.5, step: 5, loss: 0.1)),
      .taskFinished(task: task, stage: "train", seconds: 1.5, cached: true),
      .taskFailed(task: task, stage: "train", attempt: 2, cause: "c", willRetry: true, log: nil),
      .workerJoined(worker: "worker 1", process: 5), .workerLost(worker: "worker 1", cause: "c"),
      .workerLeft(worker: "worker 1", cause: "c"), .warning(message: "m"),
      .overview(done: 1, total: 2, remainingSeconds: nil, stages: stages),
      .finished(status: "done", done: 3, failed: 0, blocked: 0, seconds: 2),
    ]
    for event in events {
      let data = try CanonicalJSON.encode(event)
      #expect(String(decoding: data, as: UTF8.self).contains("\"type\":\""))
      #expect(try CanonicalJSON.decode(FleetEvent.self, from: data, source: "test") == event)
    }
  }
}
