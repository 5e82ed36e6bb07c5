import Essentials
import Fleet
import Foundation
import Scheduling
import Storage
import TaskGraph
import TestSupport
import Testing

@Suite("Workers that do not see the run folder", .serialized)
struct DistantWorkerTests {
  private let workdir: TemporaryFolder

  init() throws { workdir = try TemporaryFolder() }

  private func run(
    _ run: TestRun, workers: Int = 2, log: EventLog = EventLog(), stop: StopFlag = StopFlag(),
    cacheBytes: Int = 1 << 30
  ) throws -> RunOutcome {
    try run.run(
      workers: workers, stop: stop, log: log,
      distant: DistantWorkers(workdir: workdir.path, cacheBytes: cacheBytes))
  }

  /// Bytes of objects that a worker keeps.
  private func cached(_ worker: Int) -> Int {
    let objects = "\(workdir.path)/worker-\(worker)/run/objects"
    return FileSystem.list(objects).filter { $0.utf8.count == 2 }.flatMap { name in
      FileSystem.list("\(objects)/\(name)").map { "\(objects)/\(name)/\($0)" }
    }
    .reduce(0) { $0 + (((try? FileManager.default.attributesOfItem(atPath: $1))?[.size] as? Int) ?? 0) }
  }

  @Test("they give the same files as workers that do")
  func sameBytes() throws {
    let expected = digests(try TestRun(TestRun.usualTasks()).run(workers: 2))
    let run = try TestRun(TestRun.usualTasks()), log = EventLog()
    let outcome = try self.run(run, log: log)
    #expect(outcome.status == .done)
    #expect(digests(outcome) == expected)
    #expect(log.count { if case .warning = $0 { true } else { false } } == 0)
    #expect(FileSystem.exists("\(workdir.path)/worker-1/run/objects"))
    let left =
      FileSystem.list("\(run.directory.objects)/tmp") + FileSystem.list("\(workdir.path)/worker-1/run/objects/tmp")
    #expect(left.isEmpty, "no file stays in the making")
  }

  @Test("source files are fetched by their digest, and a changed one ends its task with a reason")
  func sources() throws {
    let folder = try TemporaryFolder(), path = folder.file("source.csv")
    // Larger than a chunk, and not a multiple of one.
    let data = Data((0..<3_500_001).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 9) })
    try data.write(to: URL(fileURLWithPath: path))
    var task = TestRun.task("copy/a", "copy")
    task.sources = [SourceInput("source", path: path, digest: Digest.of(data))]
    task.outputs = ["value.txt"]
    let outcome = try run(try TestRun([task]), workers: 1)
    #expect(outcome.status == .done)
    #expect(outcome.outputs[task.id]?.map(\.digest) == [Digest.of(data)])

    try Data("changed".utf8).write(to: URL(fileURLWithPath: path))
    FileSystem.removeIfPresent("\(workdir.path)/worker-1")
    guard case .failed(let failed) = try run(try TestRun([task]), workers: 1).status else {
      Issue.record("expected a failure")
      return
    }
    #expect(failed.count == 1 && failed[0].cause.contains("SHA-256"), "\(failed)")
  }

  @Test("a worker that is killed leaves checkpoints behind with which another one goes on")
  func killed() throws {
    let task = TestRun.task("chain/a", "chain", steps: 600)
    let expected = digests(try TestRun([task]).run(workers: 1))
    let run = try TestRun([task]), log = EventLog()
    let folder = run.directory.task(task.id.folderName)
    let thread = Thread {
      for _ in 0..<1000 {
        usleep(10_000)
        guard let worker = log.workers.last, FileSystem.list("\(folder)/a1").contains(where: { $0.hasSuffix(".json") })
        else { continue }
        let compute = Processes.children(of: worker)
        for process in [worker] + compute { kill(pid_t(process), SIGKILL) }
        return
      }
    }
    thread.start()
    let outcome = try self.run(run, workers: 1, log: log)
    #expect(outcome.status == .done)
    #expect(digests(outcome) == expected)
    #expect(run.logs("chain/a").contains("resumed at step"))
  }

  @Test("a stop hands in what runs, and the next run resumes there on a machine that has nothing")
  func stop() throws {
    let task = TestRun.task("chain/a", "chain", steps: 500)
    let run = try TestRun([task]), stop = StopFlag(), log = EventLog()
    let thread = Thread {
      for _ in 0..<2000 where log.count(where: { if case .taskProgress = $0 { true } else { false } }) == 0 {
        usleep(5000)
      }
      stop.raise()
    }
    thread.start()
    #expect(try self.run(run, workers: 1, log: log, stop: stop).status == .interrupted)
    FileSystem.removeIfPresent("\(workdir.path)/worker-1")
    let again = try self.run(run, workers: 1)
    #expect(again.status == .done)
    #expect(run.logs("chain/a").contains("resumed at step"))
    #expect(digests(again) == digests(try TestRun([task]).run(workers: 1)))
  }

  @Test("workers and compute processes killed at random change no byte")
  func kills() throws {
    let expected = digests(try TestRun(TestRun.usualTasks()).run(workers: 2))
    let run = try TestRun(TestRun.usualTasks()), log = EventLog()
    let thread = Thread {
      var generator = SystemRandomNumberGenerator()
      for round in 0..<6 {
        usleep(UInt32.random(in: 60_000...300_000, using: &generator))
        guard let worker = log.workers.suffix(2).randomElement(using: &generator) else { continue }
        let victims = round % 2 == 0 ? [worker] : Processes.children(of: worker)
        for process in victims { kill(pid_t(process), SIGKILL) }
      }
    }
    thread.start()
    let outcome = try self.run(run, log: log)
    #expect(outcome.status == .done)
    #expect(digests(outcome) == expected)
  }

  @Test("the limit of the cache holds, and what a worker kept serves the one after it")
  func cacheLimit() throws {
    func copies(_ count: Int) throws -> (tasks: [TaskDescription], folder: TemporaryFolder) {
      let folder = try TemporaryFolder()
      let tasks = try (0..<count).map { number in
        let data = Data(repeating: UInt8(number), count: 300_000), path = folder.file("\(number).csv")
        try data.write(to: URL(fileURLWithPath: path))
        var task = TestRun.task("copy/\(number)", "copy")
        task.sources = [SourceInput("source", path: path, digest: Digest.of(data))]
        return task
      }
      return (tasks, folder)
    }
    let (tasks, folder) = try copies(12)
    let outcome = try run(try TestRun(tasks), workers: 1, cacheBytes: 1_000_000)
    #expect(outcome.status == .done)
    #expect(cached(1) <= 1_000_000 && cached(1) > 0)
    let (others, second) = try copies(2)
    #expect(try run(try TestRun(others), workers: 1).status == .done)
    #expect(cached(1) >= 600_000)
    // The sources are gone; the worker has kept them.
    for number in 0..<2 { FileSystem.removeIfPresent(second.file("\(number).csv")) }
    #expect(try run(try TestRun(others), workers: 1).status == .done)
    withExtendedLifetime((folder, second)) {}
  }

  @Test("a full disk of one worker's machine is reported, that worker leaves, and the run goes on elsewhere")
  func fullDisk() throws {
    let shared = TestRun.task("full/a", "full")
    let run = try TestRun([shared]), log = EventLog()
    // No file can be written on a machine whose disk is full; the only worker here leaves and the run says why.
    let error = #expect(throws: ClavaError.self) { _ = try self.run(run, workers: 1, log: log) }
    #expect(error?.description.contains("no worker can be started") == true, "\(String(describing: error))")
    let causes = log.events.compactMap { event -> String? in
      if case .taskFailed(_, _, _, let cause, true, _) = event { cause } else { nil }
    }
    #expect(causes.count == 1 && causes[0].contains("the disk of"), "\(causes)")
  }

  @Test("speed of large files", .enabled(if: ProcessInfo.processInfo.environment["CLAVA_MEASURE"] != nil))
  func speed() throws {
    let folder = try TemporaryFolder(), path = folder.file("large.csv")
    let data = Data(
      (0..<(256 << 20) / 8).flatMap { number in withUnsafeBytes(of: number &* 0x9e37_79b9) { Array($0) } })
    try data.write(to: URL(fileURLWithPath: path))
    var task = TestRun.task("copy/a", "copy")
    task.sources = [SourceInput("source", path: path, digest: Digest.of(data))]
    let run = try TestRun([task]), began = Date()
    let outcome = try self.run(run, workers: 1)
    print("256 MiB fetched, copied and handed in: \(Date().timeIntervalSince(began)) s in all")
    #expect(outcome.status == .done)
  }
}
