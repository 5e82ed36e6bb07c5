import Essentials
import Fleet
import Foundation
import Storage
import TaskGraph
import TestSupport
import Testing

@Suite("Steering a run through its folder", .serialized)
struct ControlTests {
  private func ask(_ request: ControlRequest, _ run: TestRun) -> ControlAnswer? {
    try? RunControl(directory: run.directory).ask(request, seconds: 5)
  }

  private func coordinator(_ run: TestRun, workers: Int) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: TestProgram.path)
    process.arguments = ["coordinator", run.directory.path, "\(workers)"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  private func temporaries(_ folder: String) -> [String] {
    (FileManager.default.enumerator(atPath: folder)?.allObjects ?? []).compactMap { $0 as? String }
      .filter { $0.contains(".tmp") || $0.contains("/tmp/") }
  }

  @Test("cancelled, a run ends within five seconds and leaves no process and no temporary file")
  func cancel() throws {
    let run = try TestRun([
      TestRun.task("chain/a", "chain", steps: 20_000), TestRun.task("mix/b", "mix", seconds: 60),
      TestRun.task("mix/c", "mix", inputs: ["chain/a"]),
    ])
    let process = try coordinator(run, workers: 2)
    #expect(eventually { (try? RunStatus.read(directory: run.directory).running.count) == 2 })
    let status = try RunStatus.read(directory: run.directory)
    #expect(status.isAlive && status.workers.allSatisfy { $0.machine != nil && $0.task != nil })
    #expect(status.waiting.map(\.task.name) == ["mix/c"] && status.waiting[0].reason.contains("chain/a"))
    let family = status.workers.map(\.process) + status.workers.flatMap { Processes.children(of: $0.process) }
    let start = Date()
    #expect(ask(ControlRequest(.cancel), run)?.isAccepted == true)
    process.waitUntilExit()
    #expect(Date().timeIntervalSince(start) < 5)
    #expect(family.count == 4 && !family.contains(where: Processes.isAlive))
    #expect(temporaries(run.directory.path) == [])
    #expect(FileSystem.list("\(run.directory.path)/control").isEmpty)
    #expect(try RunStatus.read(directory: run.directory).isAlive == false)
  }

  @Test("a drained worker leaves for good; others finish its work")
  func drain() throws {
    let tasks = (0..<3).map { TestRun.task("chain/\($0)", "chain", steps: 700) }
    let run = try TestRun(tasks), log = EventLog()
    let thread = Thread {
      guard eventually({ log.count { if case .taskProgress = $0 { true } else { false } } > 1 }) else { return }
      _ = ask(ControlRequest(.drain, worker: "nobody"), run)
      _ = ask(ControlRequest(.drain, worker: "1"), run)
    }
    thread.start()
    let outcome = try run.run(workers: 2, log: log)
    #expect(outcome.status == .done)
    #expect(log.workers.count == 2, "nobody takes its place")
    let left = log.events.compactMap { if case .workerLeft(let worker, _) = $0 { worker } else { nil } }
    #expect(left == ["worker 1"])
    let warnings = log.events.compactMap { if case .warning(let message) = $0 { message } else { nil } }
    #expect(warnings.contains { $0.contains("no worker 'nobody'") })
  }

  @Test("a task that was given up is tried again on request, and what needs it with it")
  func retryLive() throws {
    let folder = try TemporaryFolder(), marker = folder.file("marker")
    let run = try TestRun([
      TestRun.task("fragile/a", "fragile", marker: marker), TestRun.task("mix/b", "mix", inputs: ["fragile/a"]),
      TestRun.task("chain/c", "chain", steps: 1200),
    ])
    let log = EventLog()
    let thread = Thread {
      guard eventually({ log.count { if case .taskFailed = $0 { true } else { false } } > 0 }) else { return }
      let failed = try? RunStatus.read(directory: run.directory)
      if failed?.failed.count == 1, failed?.blocked.count == 1 { log.append(.warning(message: "seen failed")) }
      _ = ask(ControlRequest(.retry, task: TaskIdentifier("chain/c")), run)
      try? FileSystem.writeAtomically(Data(), to: marker)
      _ = ask(ControlRequest(.retry), run)
    }
    thread.start()
    let outcome = try run.run(workers: 2, log: log)
    #expect(outcome.status == .done, "\(outcome.status)")
    #expect(outcome.outputs.count == 3)
    let status = try RunStatus.read(directory: run.directory)
    #expect(status.done == 3 && status.failed.isEmpty && status.stages.allSatisfy { $0.failed == 0 })
  }

  @Test("after the end, a retry forgets what failed")
  func retryDead() throws {
    let folder = try TemporaryFolder()
    let run = try TestRun([TestRun.task("fragile/a", "fragile", marker: folder.file("marker"))])
    _ = try run.run(workers: 1)
    #expect(try RunStatus.read(directory: run.directory).failed.count == 1)
    #expect(throws: ClavaError.self) {
      try RunRetry.forgetFailures(of: TaskIdentifier("mix/none"), in: run.directory)
    }
    #expect(try RunRetry.forgetFailures(of: nil, in: run.directory).map(\.name) == ["fragile/a"])
    let status = try RunStatus.read(directory: run.directory)
    #expect(status.failed.isEmpty && status.starts == 1)
    try FileSystem.writeAtomically(Data(), to: folder.file("marker"))
    #expect(try run.run(workers: 1).status == .done)
    #expect(ask(ControlRequest(.cancel), run) == nil, "nobody is there to answer")
    #expect(FileSystem.list("\(run.directory.path)/control").isEmpty)
  }
}
