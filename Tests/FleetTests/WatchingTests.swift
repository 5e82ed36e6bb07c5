import Essentials
import Fleet
import Foundation
import Scheduling
import Storage
import TaskGraph
import TestSupport
import Testing

@Suite("What is told of workers and attempts")
struct WatchingTests {
  private let room = MemoryRoom(total: 1000 << 20, available: 500 << 20, outOfMemoryKills: 3, isGroup: false)

  private func loss(signal: Int32? = nil, exitCode: Int32? = nil, peak: Int = 100 << 20, kills: Int = 3) -> FailureCause
  {
    var after = room
    after.outOfMemoryKills = kills
    return ComputeLoss(
      process: 77, worker: "worker 1", ending: .init(exitCode: exitCode, signal: signal, peakMemory: peak),
      lastMemory: 90 << 20, before: room, after: after
    ).cause
  }

  @Test("every way to die has its kind and one sentence with signal or exit code and memory")
  func causes() {
    let cases: [(FailureCause, FailureCause.Kind, String)] = [
      (loss(signal: SIGKILL), .lostWorker, "signal 9 (SIGKILL)"),
      (loss(signal: SIGKILL, kills: 4), .outOfMemory, "the kernel ended it because memory had run out"),
      (loss(signal: SIGKILL, peak: 950 << 20), .outOfMemory, "most likely ran out of memory"),
      (loss(signal: SIGSEGV, peak: 950 << 20), .programError, "signal 11 (SIGSEGV)"),
      (loss(signal: SIGTERM), .lostWorker, "signal 15 (SIGTERM)"), (loss(exitCode: 3), .programError, "exit code 3"),
      (loss(exitCode: 98), .outOfMemory, "exit code 98"),
    ]
    for (cause, kind, words) in cases {
      #expect(cause.kind == kind, "\(cause.sentence)")
      #expect(cause.sentence.contains(words) && cause.sentence.contains("90 MiB"), "\(cause.sentence)")
      #expect(cause.sentence.contains("process 77") && !cause.sentence.contains("\n"))
    }
  }

  @Test("memory is that of the control group where it has a limit, in both forms of control groups")
  func memoryRoom() throws {
    let folder = try TemporaryFolder()
    func write(_ files: [String: String], _ place: String) throws {
      try FileSystem.createFolder(folder.file(place))
      for (name, text) in files {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder.file(place))/\(name)"))
      }
    }
    let meminfo = "MemTotal:  8000000 kB\nMemFree: 1 kB\nMemAvailable:  4000000 kB\n"
    try write(
      [
        "memory.max": "1073741824\n", "memory.current": "900000000\n",
        "memory.stat": "anon 5\ninactive_file 100000000\n",
        "memory.events": "low 0\noom 2\noom_kill 2\n",
      ], "two/job")
    let two = MemoryRoom.read(meminfo: meminfo, membership: "0::/job\n", groups: folder.file("two"))
    #expect(two == MemoryRoom(total: 1 << 30, available: 273_741_824, outOfMemoryKills: 2, isGroup: true))
    try write(
      [
        "memory.limit_in_bytes": "9223372036854771712\n", "memory.usage_in_bytes": "5\n",
        "memory.oom_control": "oom_kill_disable 0\noom_kill 7\n",
      ], "one/memory/job")
    let one = MemoryRoom.read(meminfo: meminfo, membership: "4:memory:/job\n1:cpu:/\n", groups: folder.file("one"))
    #expect(one == MemoryRoom(total: 8_192_000_000, available: 4_096_000_000, outOfMemoryKills: 7, isGroup: false))
    let none = MemoryRoom.read(meminfo: meminfo, membership: "", groups: "/nowhere")
    #expect(none.outOfMemoryKills == 0 && none.total == 8_192_000_000)
  }

  @Test("the guard acts at nine tenths of the request, by default only where memory is short")
  func memoryGuard() {
    let request = 1 << 30
    var short = room
    short.available = 50 << 20
    #expect(!MemoryGuard.off.isOver(resident: 2 * request, request: request, room: short))
    #expect(MemoryGuard.always.isOver(resident: 967 << 20, request: request, room: room))
    #expect(!MemoryGuard.always.isOver(resident: 921 << 20, request: request, room: short))
    #expect(!MemoryGuard.whenShort.isOver(resident: 2 * request, request: request, room: room))
    #expect(MemoryGuard.whenShort.isOver(resident: 2 * request, request: request, room: short))
    #expect(!MemoryGuard.whenShort.isOver(resident: 40 << 20, request: 1, room: short))
  }

  @Test("a step that takes five times as long as predicted is an alarm, once, until it goes on")
  func progressAlarm() {
    var alarm = ProgressAlarm(shortest: 10)
    let attempt = AttemptIdentifier(TaskIdentifier("train/a"), 1)
    func stalls(_ seconds: Int) -> [ProgressAlarm.Stall] { alarm.stalls(now: .seconds(seconds)) { _ in 1000 } }
    func heard(_ step: Int, at seconds: Int) -> Bool {
      alarm.heard(attempt, TaskProgress(fraction: Double(step) / 200, step: step), now: .seconds(seconds))
    }
    let goesOn = alarm.heard(attempt, nil, now: .zero)
    #expect(!goesOn)
    #expect(stalls(4000).isEmpty, "the whole task may take five times as long as predicted")
    #expect(stalls(5001).count == 1)
    #expect(heard(1, at: 5002) && !heard(2, at: 5010))
    // A step takes 1000 / 200 = 5 s.
    #expect(!heard(2, at: 5030) && stalls(5034).isEmpty)
    let found = stalls(5036)
    #expect(found.count == 1 && found[0].predicted == 5 && found[0].seconds == 26)
    #expect(stalls(6000).isEmpty, "once is enough")
    #expect(heard(3, at: 6001) && stalls(6020).isEmpty)
    alarm.stoodStill(.seconds(100))
    #expect(stalls(6110).isEmpty && stalls(6127).count == 1)
    alarm.ended(attempt.task)
    #expect(stalls(9000).isEmpty)
  }

  @Test("one request to terminate drains, two end it; SIGUSR1 is no hurry; whoever waits in vain for an answer goes")
  func departure() {
    var departure = Departure(end: .seconds(100))
    func passed(_ seconds: Int, isDraining: Bool = false, isIdle: Bool = false) -> Departure.Decision {
      departure.passed(.seconds(seconds), isDraining: isDraining, isIdle: isIdle)
    }
    func signalled(_ number: Int32) -> Departure.Decision { departure.signalled(number) }
    #expect(passed(99) == .stay)
    #expect(passed(100) == .drain(reason: "the end of its lifetime"))
    #expect(signalled(SIGUSR1) == .drain(reason: "signal SIGUSR1"))
    #expect(signalled(SIGTERM) == .drain(reason: "signal SIGTERM"))
    #expect(signalled(SIGTERM) == .end(143))
    departure = Departure(end: nil)
    #expect(passed(1, isDraining: true) == .stay)
    #expect(passed(50, isDraining: true, isIdle: true) == .stay)
    #expect(passed(59, isDraining: true, isIdle: true) == .stay)
    #expect(passed(61, isDraining: true, isIdle: true) == .end(99))
  }

  @Test("lifetimes are read as people write them")
  func lifetimes() throws {
    let lifecycle = try WorkerLifecycle(lifetime: "55m", stagger: "4m")
    #expect(lifecycle == WorkerLifecycle(lifetimeSeconds: 3300, staggerSeconds: 240))
    #expect(try WorkerLifecycle(lifetime: "90", stagger: nil).lifetimeSeconds == 90)
    #expect(try WorkerLifecycle(lifetime: "1.5h", stagger: nil).lifetimeSeconds == 5400)
    for text in ["", "m", "-5s", "soon", "nan"] {
      #expect(throws: ClavaError.self) { try WorkerLifecycle(lifetime: text, stagger: nil) }
    }
  }

  @Test("the trace keeps odd names, and its page holds every attempt")
  func trace() throws {
    let line = AttemptTrace.Line(
      task: "train/a,\"b\"", stage: "train", attempt: 2, worker: "worker 1", machine: "m", began: 5, seconds: 1.5,
      outcome: .failed, peakMemory: 9, cause: "two\nlines </script>, and more")
    let text = AttemptTrace.text(line)
    #expect(!text.contains("\n"))
    let fields = AttemptTrace.fields(text[...])
    #expect(fields.count == AttemptTrace.header.split(separator: ",").count)
    #expect(fields[0] == "train/a,\"b\"" && fields[9] == "two lines </script>, and more")
    let page = try #require(TraceReport.page("\(AttemptTrace.header)\n\(text)\n\(text)\n"))
    #expect(page.components(separatedBy: "</script>").count == 2, "nothing in the data ends the script")
    #expect(page.components(separatedBy: "\"t\":").count == 3)
    #expect(!page.contains("@CONTENT@") && !page.contains("http"))
    #expect(TraceReport.page(AttemptTrace.header + "\n") == nil)
  }

  @Test("a run leaves a trace, a page and metrics that say what happened")
  func leftBehind() throws {
    let run = try TestRun([TestRun.task("mix/a", "mix"), TestRun.task("fail/b", "fail")])
    _ = try run.run(workers: 1)
    let trace = try String(contentsOfFile: "\(run.directory.path)/trace.csv", encoding: .utf8)
    let outcomes = trace.split(separator: "\n").dropFirst().map { AttemptTrace.fields($0)[7] }.sorted()
    #expect(outcomes == ["done", "failed", "failed", "failed"])
    #expect(FileSystem.exists("\(run.directory.path)/trace.html"))
    let metrics = try String(contentsOfFile: PrometheusText.path(in: run.directory), encoding: .utf8)
    #expect(metrics.contains("clava_stage_tasks{stage=\"mix\",state=\"done\"} 1\n"))
    #expect(metrics.contains("clava_attempt_failures_total{kind=\"programError\"} 3\n"))
    #expect(metrics.contains("clava_failed_tasks 1\n"))
    for line in metrics.split(separator: "\n") where !line.hasPrefix("#") {
      #expect(line.split(separator: " ").count >= 2 && Double(line.split(separator: " ").last ?? "") != nil, "\(line)")
    }
    let status = try RunStatus.read(directory: run.directory)
    #expect(status.failed.count == 1 && status.failed[0].lastLines?.isEmpty == false)
    let log = try String(contentsOfFile: "\(run.directory.logs)/run.log", encoding: .utf8)
    #expect(log.contains("fail/b, attempt 3") && log.contains("it is given up"))
  }

  @Test("a process killed while it saves checkpoints always leaves a good one")
  func killedWhileSaving() throws {
    let folder = try TemporaryFolder()
    var saved = 0
    for _ in 0..<25 {
      let pipe = Pipe(), process = Process()
      process.executableURL = URL(fileURLWithPath: TestProgram.path)
      process.arguments = ["save", folder.file("task"), "400000"]
      process.standardOutput = pipe
      try process.run()
      usleep(UInt32.random(in: 60_000...160_000))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
      #expect(!text.contains("damaged") && !text.contains("wrong"), "\(text)")
      if let loaded = lines.first(where: { $0.first == "loaded" }) { #expect(Int(loaded[1]) ?? -1 >= saved) }
      if let last = lines.last(where: { $0.first == "saved" && $0.count == 2 }) {
        saved = max(saved, Int(last[1]) ?? 0)
      }
    }
    #expect(saved > 0)
  }
}
