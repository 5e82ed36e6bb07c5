import Essentials
import Fleet
import Foundation
import Storage
import TaskGraph
import TestSupport
import Testing

@Suite("Processes killed at random moments", .serialized)
struct KillTests {
  private func reference() throws -> [String: [Digest]] {
    digests(try TestRun(TestRun.usualTasks()).run(workers: 2))
  }

  /// Kills processes of the run's workers while it goes on.
  private func disturb(_ log: EventLog, kills: Int, victim: @escaping @Sendable (_ worker: Int) -> [Int]) {
    let thread = Thread {
      var generator = SystemRandomNumberGenerator()
      var done = 0
      while done < kills {
        usleep(UInt32.random(in: 30_000...250_000, using: &generator))
        if log.count(where: { if case .finished = $0 { true } else { false } }) > 0 { return }
        guard let worker = log.workers.suffix(2).randomElement(using: &generator) else { continue }
        for process in victim(worker) {
          kill(pid_t(process), SIGKILL)
          done += 1
        }
      }
    }
    thread.start()
  }

  @Test("compute processes that are killed change no byte, and their work is resumed")
  func computeKilled() throws {
    let expected = try reference()
    let run = try TestRun(TestRun.usualTasks()), log = EventLog()
    disturb(log, kills: 4) { Processes.children(of: $0) }
    let outcome = try run.run(workers: 2, log: log)
    #expect(outcome.status == .done)
    #expect(digests(outcome) == expected)
    #expect(log.workers.count == 2, "the supervisors live on")
  }

  @Test("supervisors that are killed change no byte, and leave no process behind")
  func supervisorKilled() throws {
    let expected = try reference()
    let run = try TestRun(TestRun.usualTasks()), log = EventLog()
    disturb(log, kills: 4) { [$0] }
    let outcome = try run.run(workers: 2, log: log)
    #expect(outcome.status == .done)
    #expect(digests(outcome) == expected)
    #expect(outcome.statistics.lostWorkers.allSatisfy { $0.contains("signal 9 (SIGKILL)") })
    for worker in log.workers { #expect(!Processes.isAlive(worker)) }
  }

  @Test("a coordinator that is killed takes its workers along, and the command given again goes on from there")
  func coordinatorKilled() throws {
    let expected = try reference()
    let run = try TestRun(TestRun.usualTasks())
    for round in 0..<3 {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: TestProgram.path)
      process.arguments = ["coordinator", run.directory.path, "2"]
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      let identifier = Int(process.processIdentifier)
      usleep(UInt32(250_000 + 150_000 * round) * Processes.slowness)
      let workers = Processes.children(of: identifier)
      let family = workers + workers.flatMap { Processes.children(of: $0) }
      kill(pid_t(identifier), SIGKILL)
      process.waitUntilExit()
      for _ in 0..<200 where family.contains(where: Processes.isAlive) { usleep(10_000) }
      #expect(!family.contains(where: Processes.isAlive), "no process outlives the coordinator")
    }
    let crashed = try RunStatus.read(directory: run.directory)
    #expect(!crashed.isAlive && crashed.starts == 3)
    let outcome = try run.run(workers: 2)
    #expect(outcome.status == .done)
    #expect(digests(outcome) == expected)
    struct Record: Decodable {
      var kind: String
      var task: String?
      var attempt: Int?
    }
    let granted = try JournalReader.read(folder: run.directory.journal, as: Record.self).flatMap(\.records)
      .filter { $0.kind == "granted" }.map { "\($0.task ?? "") \($0.attempt ?? 0)" }
    #expect(Set(granted).count == granted.count, "attempt numbers are never used twice")
  }
}
