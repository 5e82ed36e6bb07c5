import Essentials
import Fleet
import Foundation
import Messaging
import Storage
import TaskGraph
import TestSupport
import Testing

@Suite("Workers that join over TCP", .serialized)
struct NetworkTests {
  private func tasks(_ steps: Int = 60) -> [TaskDescription] {
    let chains = (0..<2).map { TestRun.task("chain/\($0)", "chain", steps: steps) }
    let mixes = (0..<4).map { TestRun.task("mix/\($0)", "mix", seconds: 0.01, inputs: ["chain/\($0 % 2)"]) }
    return chains + mixes + [TestRun.task("mix/all", "mix", inputs: mixes.map(\.id.name))]
  }

  private func reference() throws -> [String: [Digest]] { digests(try TestRun(tasks()).run(workers: 2)) }

  @Test("two workers over TCP give the same files as over ipc, and are let go at the end")
  func sameBytes() throws {
    let plan = tasks(300)
    let expected = try digests(TestRun(plan).run(workers: 2))
    let run = try NetworkRun(plan)
    let workers = try [run.worker("slot-0"), run.worker("pool")]
    let outcome = try run.outcome()
    #expect(outcome.status == .done && digests(outcome) == expected)
    for worker in workers {
      worker.waitUntilExit()
      #expect(worker.terminationStatus == 0)
    }
    #expect(run.log.workers.count == 2)
    #expect(try run.join().isOver)
    #expect(run.warnings.allSatisfy { !$0.hasPrefix("refused") }, "\(run.warnings)")
  }

  @Test("whoever has no business here is refused with one line each, and the fleet goes on")
  func refused() throws {
    let expected = try reference()
    let run = try NetworkRun(tasks())
    let context = try MessagingContext()
    let known = try run.keys.worker("known"), revoked = try run.keys.worker("gone")
    try run.keys.revoke("gone")
    let elsewhere = try TemporaryFolder()
    let stranger = try KeyFolder(runPath: elsewhere.path).worker("stranger")
    var alien = stranger
    alien.serverKey = known.serverKey
    let join = try run.join()
    // Unknown key, revoked key, key of another run's coordinator.
    var sockets = try [run.dial(alien, context), run.dial(revoked, context)]
    var lost = known
    lost.serverKey = stranger.serverKey
    sockets.append(try run.dial(lost, context))
    #expect(run.refusals("not enrolled").count == 1)
    #expect(run.refusals("'gone', which is revoked").count == 1)
    #expect(run.refusals("used a wrong key").count == 1)
    sockets = []
    // With a good key: too long, too many frames, no message, replayed, for others.
    let peer = try run.dial(known, context)
    #expect(run.send([Data("no message".utf8), Data()], on: peer))
    #expect(run.refusals("header has 10 bytes").count == 1)
    #expect(run.send((0..<20).map { Data([UInt8($0)]) }, on: peer))
    #expect(run.refusals("too many").count == 1)
    let hello = Hello(worker: "W", name: "evil\u{1b}[2J", labels: ["machine": "m\n", "process": "1"])
    #expect(try run.send(.hello(hello), sequence: 5, on: peer))
    guard case .welcome? = try run.receive(peer) else {
      Issue.record("expected a welcome")
      return
    }
    #expect(try run.send(.hello(hello), sequence: 5, on: peer))
    #expect(run.refusals("a second time (replay)").count == 1)
    let attempt = AttemptName(task: "mix/all", number: 1)
    let commit = Commit(attempt: attempt, outputs: [], seconds: 1, peakMemory: 1)
    #expect(try run.send(.commit(commit), sequence: 6, on: peer))
    #expect(run.refusals("was never given: mix/all").count == 1)
    // Another key cannot speak for that worker.
    let second = try run.dial(run.keys.worker("second"), context)
    #expect(try run.send(.hello(hello), sequence: 50, on: second))
    #expect(run.refusals("speaks for a worker that has another key").count == 1)
    #expect(run.send([Data(count: SocketLimits.control.frameBytes + 1)], on: second))
    #expect(run.refusals("too long").count == 1)
    #expect(try run.send(.leaving, sequence: 7, on: peer))
    // It holds what it was granted until its key is revoked; then the fleet finishes without it.
    try run.keys.revoke("known")
    let workers = try [run.worker("slot-0"), run.worker("slot-1")]
    let outcome = try run.outcome()
    #expect(outcome.status == .done && digests(outcome) == expected)
    for worker in workers { worker.waitUntilExit() }
    #expect(run.warnings.filter { $0.contains("replay") }.allSatisfy { $0.contains("127.0.0.1:") })
    #expect(run.log.events.allSatisfy { !"\($0)".contains("\u{1b}") }, "names cannot reach the terminal")
    #expect(join.endpoint.hasPrefix("tcp://127.0.0.1:"))
    withExtendedLifetime((peer, second)) {}
  }

  @Test("a worker whose key is revoked in the middle of its work is shut out, and others finish it")
  func revokedMeanwhile() throws {
    let run = try NetworkRun(tasks(400)) { $0.leaseSeconds = 20 }
    let first = try run.worker("slot-0")
    for _ in 0..<1000 where run.log.count(where: { if case .taskStarted = $0 { true } else { false } }) == 0 {
      usleep(10_000)
    }
    try run.keys.revoke("slot-0")
    first.waitUntilExit()
    #expect(first.terminationStatus == 42)
    let second = try run.worker("slot-1")
    let outcome = try run.outcome()
    second.waitUntilExit()
    #expect(outcome.status == .done && second.terminationStatus == 0)
    #expect(outcome.statistics.lostWorkers.count == 1)
    #expect(outcome.statistics.lostWorkers.first?.contains("its key 'slot-0' was revoked") == true)
    #expect(run.run.logs("chain/0").contains("resumed") || run.run.logs("chain/1").contains("resumed"))
  }

  @Test("a worker without a coordinator, with a strange key, or drained says so by its exit code")
  func exitCodes() throws {
    let empty = try TestRun([TestRun.task("mix/a", "mix")])
    let keys = KeyFolder(runPath: empty.directory.path)
    try keys.worker("pool")
    let early = Process()
    early.executableURL = URL(fileURLWithPath: TestProgram.path)
    early.arguments = ["join", empty.directory.path, "pool", "0.5"]
    early.standardError = FileHandle.nullDevice
    try early.run()
    early.waitUntilExit()
    #expect(early.terminationStatus == 75)
    let run = try NetworkRun(tasks(2000))
    let join = try run.join()
    let foreign = try keys.worker("foreign")
    try FileSystem.writeAtomically(CanonicalJSON.encode(foreign), to: run.keys.file(of: "foreign"))
    #expect(join.serverKey != foreign.serverKey)
    let stranger = try run.worker("foreign", ["30", "0.5"])
    let drained = try run.worker("slot-3")
    stranger.waitUntilExit()
    #expect(stranger.terminationStatus == 42)
    for _ in 0..<1000 where run.log.count(where: { if case .taskStarted = $0 { true } else { false } }) == 0 {
      usleep(10_000)
    }
    drained.terminate()
    drained.waitUntilExit()
    #expect(drained.terminationStatus == 99)
    let rest = try [run.worker("slot-4"), run.worker("slot-5")]
    #expect(try run.outcome().status == .done)
    for worker in rest { worker.waitUntilExit() }
  }

  @Test("after the coordinator was killed, a worker finds the next one at its new address and keeps its task")
  func redial() throws {
    let run = try TestRun(tasks(700))
    func coordinator() throws -> Process {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: TestProgram.path)
      process.arguments = ["listen", run.directory.path]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      return process
    }
    let first = try coordinator()
    let keys = KeyFolder(runPath: run.directory.path)
    for _ in 0..<500 where (try? JoinFile.read(run.directory)) == nil { usleep(10_000) }
    let before = try JoinFile.read(run.directory)
    try keys.worker("slot-0")
    let worker = Process()
    worker.executableURL = URL(fileURLWithPath: TestProgram.path)
    worker.arguments = ["join", run.directory.path, "slot-0"]
    worker.standardError = FileHandle.nullDevice
    try worker.run()
    usleep(1_000_000)
    kill(first.processIdentifier, SIGKILL)
    first.waitUntilExit()
    let second = try coordinator()
    second.waitUntilExit()
    worker.waitUntilExit()
    #expect(second.terminationStatus == 0 && worker.terminationStatus == 0)
    let after = try JoinFile.read(run.directory)
    #expect(after.epoch == before.epoch + 1 && after.run == before.run && after.serverKey == before.serverKey)
    #expect(after.isOver && after.endpoint != before.endpoint)
  }
}
