import Essentials
import Fleet
import Foundation
import Storage
import TaskGraph
import TestSupport
import Testing

@Suite(
  "A task that is helped by idle slots", .serialized,
  .enabled(if: ProcessInfo.processInfo.activeProcessorCount > 1, "one processor leaves nothing to lend"))
struct SlotLendingRunTests {
  private func plan(_ steps: Int) -> [TaskDescription] { [TestRun.task("team/a", "team", steps: steps)] }

  private func helped(_ run: TestRun) -> Int { run.logs("team/a").components(separatedBy: "helped by 1").count - 1 }

  @Test("one task on two slots uses both, and gives the same bytes as without lending and on one slot")
  func sameBytes() throws {
    let lent = try TestRun(plan(1200)), alone = try TestRun(plan(1200)), single = try TestRun(plan(1200))
    let log = EventLog()
    let outcome = try lent.run(workers: 2, log: log)
    #expect(outcome.status == .done)
    #expect(helped(lent) == 1)
    #expect((outcome.statistics.tasks.first?.borrowedSeconds ?? 0) > 0.1)
    #expect(
      log.count { if case .taskProgress(_, _, _, _, let progress) = $0 { progress.slots == 2 } else { false } } > 0)
    let record = try String(contentsOfFile: "\(lent.directory.path)/tasks/team_a/a1/exit.json", encoding: .utf8)
    #expect(record.contains("\"slots\" : 2"))
    let without = try alone.run(workers: 2) { $0.lendsSlots = false }
    #expect(helped(alone) == 0 && without.statistics.tasks.first?.borrowedSeconds == nil)
    let one = try single.run(workers: 1)
    #expect(helped(single) == 0)
    #expect(digests(outcome) == digests(without) && digests(outcome) == digests(one))
  }

  @Test("a slot that gets work of its own is not waited for, and is lent again afterwards")
  func takenBack() throws {
    // The short ones need each other, so that one slot is busy with them and the other one with the long task.
    let chain = (0..<6).map { index in
      TestRun.task("mix/\(index)", "mix", seconds: 0.1, inputs: index == 0 ? [] : ["mix/\(index - 1)"])
    }
    let run = try TestRun(plan(1500) + chain)
    let outcome = try run.run(workers: 2)
    #expect(outcome.status == .done)
    #expect(helped(run) == 1)
    let reference = try TestRun(plan(1500) + chain)
    let without = try reference.run(workers: 2) { $0.lendsSlots = false }
    #expect(digests(outcome) == digests(without))
    let seconds = try #require(outcome.statistics.tasks.first { $0.id.name == "team/a" })
    #expect((seconds.borrowedSeconds ?? 0) > 0 && (seconds.borrowedSeconds ?? 0) < seconds.seconds)
  }

  @Test("compute processes that lend or borrow and are killed change no byte, and lending goes on")
  func killed() throws {
    let expected = digests(try TestRun(plan(2000)).run(workers: 1))
    let run = try TestRun(plan(2000)), log = EventLog()
    meanwhile {
      for round in 0..<4 {
        usleep(350_000)
        guard log.count(where: { if case .finished = $0 { true } else { false } }) == 0 else { return }
        let workers = Array(log.workers.prefix(2))
        guard workers.indices.contains(round % 2) else { continue }
        for process in Processes.children(of: workers[round % 2]) { kill(pid_t(process), SIGKILL) }
      }
    }
    let outcome = try run.run(workers: 2, log: log)
    #expect(outcome.status == .done)
    #expect(digests(outcome) == expected)
    #expect(helped(run) >= 1)
  }

  @Test("workers of another machine's kind, without the run folder, lend as well and leave no file behind")
  func distant() throws {
    let expected = digests(try TestRun(plan(300)).run(workers: 1))
    let run = try TestRun(plan(300)), work = try TemporaryFolder()
    let outcome = try run.run(workers: 2, distant: DistantWorkers(workdir: work.path))
    #expect(outcome.status == .done && digests(outcome) == expected)
    #expect((outcome.statistics.tasks.first?.borrowedSeconds ?? 0) > 0)
  }
}
