import Scheduling
import TaskGraph
import Testing

private func attempt(_ task: String, _ number: Int = 1) -> AttemptIdentifier {
  AttemptIdentifier(TaskIdentifier(task), number)
}

@Suite("The worker's half of the protocol")
struct WorkerCoreTests {
  private let result = AttemptResult(outputs: [], seconds: 1, peakMemory: 1)

  private func ready() -> WorkerCore {
    var core = WorkerCore()
    _ = core.handle(.tick, now: .zero)
    _ = core.handle(.welcomed(epoch: 3), now: .zero)
    _ = core.handle(.computeReady, now: .zero)
    return core
  }

  @Test("it says hello until it is welcome")
  func hello() {
    var core = WorkerCore()
    #expect(core.handle(.tick, now: .zero) == [.hello(held: [])])
    #expect(core.handle(.tick, now: .seconds(1)).isEmpty)
    #expect(core.handle(.tick, now: .seconds(3)) == [.hello(held: [])])
    #expect(core.handle(.welcomed(epoch: 1), now: .seconds(3)) == [.startCompute])
    #expect(core.handle(.tick, now: .seconds(6)) == [.heartbeat(held: [], running: nil)])
  }

  @Test("the next attempt starts the moment the one before has ended")
  func queue() {
    var core = ready()
    #expect(core.handle(.granted(attempt("a")), now: .zero) == [.run(attempt("a")), .sayStarted(attempt("a"))])
    #expect(core.handle(.granted(attempt("b")), now: .zero).isEmpty)
    #expect(
      core.handle(.computeFinished(attempt("a"), result), now: .zero) == [
        .report(attempt("a"), .finished(result)), .run(attempt("b")), .sayStarted(attempt("b")),
      ])
    #expect(core.held == [attempt("b"), attempt("a")])
  }

  @Test("a report is repeated until it is acknowledged, then never again")
  func resend() {
    var core = ready()
    _ = core.handle(.granted(attempt("a")), now: .zero)
    _ = core.handle(.computeFinished(attempt("a"), result), now: .zero)
    let report = WorkerEffect.report(attempt("a"), .finished(result))
    #expect(core.handle(.tick, now: .seconds(2)).contains(report))
    #expect(core.handle(.granted(attempt("a")), now: .seconds(3)) == [report])
    _ = core.handle(.acknowledged(attempt("a")), now: .seconds(3))
    #expect(!core.handle(.tick, now: .seconds(6)).contains(report))
    #expect(core.handle(.granted(attempt("a")), now: .seconds(6)).isEmpty)
  }

  @Test("a queued attempt is given back on request, a running one only if that is said")
  func revoke() {
    var core = ready()
    _ = core.handle(.granted(attempt("a")), now: .zero)
    _ = core.handle(.granted(attempt("b")), now: .zero)
    #expect(
      core.handle(.revoked(attempt("b"), evenIfRunning: false), now: .zero) == [.report(attempt("b"), .released)])
    #expect(core.handle(.revoked(attempt("a"), evenIfRunning: false), now: .zero).isEmpty)
    #expect(core.handle(.revoked(attempt("a"), evenIfRunning: true), now: .zero) == [.stopRunning])
    #expect(core.handle(.computeLeft(attempt("a")), now: .zero) == [.report(attempt("a"), .released)])
  }

  @Test("when the compute process dies the running attempt fails and the queued one waits for the next process")
  func crash() {
    var core = ready()
    _ = core.handle(.granted(attempt("a")), now: .zero)
    _ = core.handle(.granted(attempt("b")), now: .zero)
    let cause = FailureCause(.programError, "crashed")
    #expect(
      core.handle(.computeDied(cause), now: .zero) == [.report(attempt("a"), .failed(cause)), .startCompute])
    #expect(core.handle(.computeReady, now: .zero) == [.run(attempt("b")), .sayStarted(attempt("b"))])
  }

  @Test("after a drain it gives everything back and ends with code 99 once that is known")
  func drain() {
    var core = ready()
    _ = core.handle(.granted(attempt("a")), now: .zero)
    _ = core.handle(.granted(attempt("b")), now: .zero)
    #expect(core.handle(.drain, now: .zero) == [.sayLeaving, .report(attempt("b"), .released), .stopRunning])
    #expect(core.handle(.computeLeft(attempt("a")), now: .zero) == [.report(attempt("a"), .released)])
    #expect(core.handle(.acknowledged(attempt("a")), now: .zero).isEmpty)
    #expect(core.handle(.acknowledged(attempt("b")), now: .zero) == [.exit(99)])
  }

  @Test("a coordinator that was replaced is not obeyed")
  func epoch() {
    let core = ready()
    #expect(!core.accepts(epoch: 2))
    #expect(core.accepts(epoch: 3) && core.accepts(epoch: 4))
  }

  @Test("without any coordinator it ends after the time for orphans, counted from its start")
  func orphan() {
    var core = WorkerCore(orphanSeconds: 100)
    let start = Duration.seconds(1_000_000)
    #expect(!core.handle(.tick, now: start).contains(.exit(99)))
    #expect(!core.handle(.tick, now: start + .seconds(99)).contains(.exit(99)))
    #expect(core.handle(.tick, now: start + .seconds(101)).contains(.exit(99)))
  }
}
