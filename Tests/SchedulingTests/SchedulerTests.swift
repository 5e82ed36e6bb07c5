import FleetSimulation
import Scheduling
import TaskGraph
import Testing

/// A scheduler whose lookups find nothing, driven by hand.
struct Bench {
  var scheduler: Scheduler
  var now = Duration.zero
  var effects: [SchedulerEffect] = []

  init(_ tasks: [TaskDescription], settings: SchedulerSettings = .init(), cached: Set<String> = []) throws {
    scheduler = Scheduler(plan: try SimulatedPlans.make(tasks), settings: settings)
    take(scheduler.begin(now: now), cached)
  }

  mutating func take(_ list: [SchedulerEffect], _ cached: Set<String> = []) {
    for effect in list {
      effects.append(effect)
      if case .lookUp(let task) = effect {
        take(scheduler.handle(cached.contains(task.name) ? .found(task) : .notFound(task), now: now), cached)
      }
    }
  }

  /// Tells the scheduler something and returns what it wants because of that.
  @discardableResult
  mutating func tell(_ event: SchedulerEvent, after seconds: Double = 0) -> [SchedulerEffect] {
    now += .milliseconds(Int64(seconds * 1000))
    effects = []
    take(scheduler.handle(event, now: now))
    return effects
  }

  func state(_ task: String) -> TaskState? { scheduler.state(of: TaskIdentifier(task)) }
}

private func attempt(_ task: String, _ number: Int = 1) -> AttemptIdentifier {
  AttemptIdentifier(TaskIdentifier(task), number)
}

@Suite("The scheduler's decisions")
struct SchedulerTests {
  @Test("the task at the head of the longest path goes first, ties by name")
  func priority() throws {
    var bench = try Bench([
      SimulatedPlans.task("b", seconds: 10), SimulatedPlans.task("a", seconds: 10),
      SimulatedPlans.task("head", seconds: 6),
      SimulatedPlans.task("tail", seconds: 9, inputs: ["head"]),
    ])
    #expect(bench.tell(.joined(worker: "w", held: [])) == [.grant(worker: "w", attempt("head"))])
    bench.tell(.started(worker: "w", attempt("head")))
    #expect(bench.tell(.released(worker: "w", attempt("head"))).contains(.grant(worker: "w", attempt("head", 2))))
    #expect(
      bench.tell(.committed(worker: "w", attempt("head", 2))).contains(.grant(worker: "w", attempt("a"))))
  }

  @Test("short tasks are queued beside a running one, long ones are not")
  func leaseAhead() throws {
    var short = try Bench((0..<5).map { SimulatedPlans.task("t\($0)", seconds: 0.1) })
    #expect(short.tell(.joined(worker: "w", held: [])).count == 3)
    var long = try Bench((0..<5).map { SimulatedPlans.task("t\($0)", seconds: 60) })
    #expect(long.tell(.joined(worker: "w", held: [])).count == 1)
  }

  @Test("a queued task is taken back when another slot would stay idle")
  func takeBack() throws {
    var bench = try Bench([SimulatedPlans.task("a", seconds: 0.2), SimulatedPlans.task("b", seconds: 0.2)])
    bench.tell(.joined(worker: "w1", held: []))
    bench.tell(.started(worker: "w1", attempt("a")))
    let wanted = bench.tell(.joined(worker: "w2", held: []))
    #expect(wanted == [.revoke(worker: "w1", attempt("b"), evenIfRunning: false)])
    #expect(bench.tell(.heard(worker: "w2")).isEmpty)
    #expect(bench.tell(.released(worker: "w1", attempt("b"))).contains(.grant(worker: "w2", attempt("b", 2))))
  }

  @Test("a revoked task that has begun meanwhile stays where it is")
  func revokedTooLate() throws {
    var bench = try Bench([SimulatedPlans.task("a", seconds: 2), SimulatedPlans.task("b", seconds: 2)])
    bench.tell(.joined(worker: "w1", held: []))
    bench.tell(.started(worker: "w1", attempt("a")))
    bench.tell(.joined(worker: "w2", held: []))
    bench.tell(.committed(worker: "w1", attempt("a")))
    #expect(bench.tell(.started(worker: "w1", attempt("b"))).isEmpty)
    #expect(bench.tell(.committed(worker: "w1", attempt("b"))).contains(.finished))
  }

  @Test("a task whose result is cached is done without a worker, and so is what follows from it")
  func cached() throws {
    let bench = try Bench(
      [SimulatedPlans.task("a", seconds: 1), SimulatedPlans.task("b", seconds: 1, inputs: ["a"])], cached: ["a", "b"])
    #expect(bench.effects.last == .finished)
    #expect(bench.scheduler.isFinished)
    #expect(bench.effects.contains(.done(TaskIdentifier("b"), cached: true)))
  }

  @Test("a program error is retried twice; then only what needs the task is blocked")
  func poison() throws {
    var bench = try Bench([
      SimulatedPlans.task("a", seconds: 1), SimulatedPlans.task("b", seconds: 1, inputs: ["a"]),
      SimulatedPlans.task("c", seconds: 1, inputs: ["b"]), SimulatedPlans.task("free", seconds: 1),
    ])
    bench.tell(.joined(worker: "w", held: []))
    let cause = FailureCause(.programError, "it broke")
    for number in 1...2 {
      let effects = bench.tell(.failed(worker: "w", attempt("a", number), cause))
      #expect(effects.contains(.failed(worker: "w", attempt("a", number), cause, willRetry: true)))
      #expect(effects.contains(.grant(worker: "w", attempt("a", number + 1))))
    }
    let effects = bench.tell(.failed(worker: "w", attempt("a", 3), cause))
    #expect(effects.contains(.failed(worker: "w", attempt("a", 3), cause, willRetry: false)))
    #expect(bench.state("b") == .blocked(by: TaskIdentifier("a")))
    #expect(bench.state("c") == .blocked(by: TaskIdentifier("a")))
    #expect(!bench.scheduler.isFinished)
    #expect(bench.tell(.committed(worker: "w", attempt("free"))).contains(.finished))
  }

  @Test("each kind of failure has its own budget")
  func budgets() throws {
    let kinds: [(FailureCause.Kind, Int)] = [
      (.programError, 2), (.lostWorker, 5), (.outOfMemory, 2), (.rejectedInput, 0), (.storage, 0),
    ]
    for (kind, retries) in kinds {
      var bench = try Bench([SimulatedPlans.task("a", seconds: 1)])
      bench.tell(.joined(worker: "w", held: []))
      var used = 0
      while case .leased = bench.state("a") {
        used += 1
        bench.tell(.failed(worker: "w", attempt("a", used), FailureCause(kind, "x")))
      }
      #expect(used == retries + 1, "\(kind)")
    }
    var bench = try Bench([SimulatedPlans.task("a", seconds: 1)])
    bench.tell(.joined(worker: "w", held: []))
    for number in 1...50 { bench.tell(.failed(worker: "w", attempt("a", number), FailureCause(.preempted, "x"))) }
    #expect(bench.state("a") == .leased(isRunning: false))
  }

  @Test("a silent worker is lost after its lease, and only what it was running counts as a failure")
  func lease() throws {
    var bench = try Bench([SimulatedPlans.task("a", seconds: 1), SimulatedPlans.task("b", seconds: 1)])
    bench.tell(.joined(worker: "w", held: []))
    bench.tell(.started(worker: "w", attempt("a")))
    #expect(bench.tell(.tick, after: 29).isEmpty)
    let effects = bench.tell(.tick, after: 2)
    #expect(effects.first == .lost(worker: "w", cause: "w has not been heard of for 31 s"))
    #expect(bench.scheduler.failureCount(of: TaskIdentifier("a")) == 1)
    #expect(bench.scheduler.failureCount(of: TaskIdentifier("b")) == 0)
    #expect(bench.state("a") == .ready && bench.state("b") == .ready)
  }

  @Test("leases are extended when the coordinator itself stood still")
  func stoodStill() throws {
    var bench = try Bench([SimulatedPlans.task("a", seconds: 1)])
    bench.tell(.joined(worker: "w", held: []))
    bench.tell(.stoodStill(.seconds(100)), after: 100)
    #expect(bench.tell(.tick).isEmpty)
  }

  @Test("an attempt that two heartbeats leave out is given to somebody else")
  func missedBeats() throws {
    var bench = try Bench([SimulatedPlans.task("a", seconds: 1)])
    bench.tell(.joined(worker: "w", held: []))
    #expect(bench.tell(.heartbeat(worker: "w", held: [], running: nil), after: 2).isEmpty)
    #expect(bench.tell(.heartbeat(worker: "w", held: [], running: nil), after: 2).isEmpty, "it may be on its way")
    let effects = bench.tell(.heartbeat(worker: "w", held: [], running: nil), after: 6)
    #expect(effects == [.grant(worker: "w", attempt("a", 2))])
    #expect(bench.scheduler.failureCount(of: TaskIdentifier("a")) == 0)
  }

  @Test("a worker that says hello with a running attempt keeps it under the same number")
  func adoption() throws {
    var bench = try Bench([SimulatedPlans.task("a", seconds: 1)])
    #expect(bench.tell(.joined(worker: "w", held: [attempt("a", 7)])).isEmpty)
    #expect(bench.tell(.heartbeat(worker: "w", held: [attempt("a", 7)], running: attempt("a", 7))).isEmpty)
    #expect(bench.state("a") == .leased(isRunning: true))
    #expect(bench.scheduler.hasGranted(attempt("a", 7), to: "w"))
    #expect(bench.tell(.committed(worker: "w", attempt("a", 7))).contains(.finished))
  }

  @Test("a commit that comes twice, or after the task went elsewhere, is acknowledged and counts once")
  func lateCommit() throws {
    var bench = try Bench([SimulatedPlans.task("a", seconds: 1), SimulatedPlans.task("z", seconds: 0.5)])
    bench.tell(.joined(worker: "w1", held: []))
    bench.tell(.started(worker: "w1", attempt("a")))
    bench.tell(.gone(worker: "w1", cause: "thought dead"))
    bench.tell(.joined(worker: "w2", held: []))
    #expect(bench.state("a") == .leased(isRunning: false))
    let first = bench.tell(.committed(worker: "w1", attempt("a")))
    #expect(first.contains(.done(TaskIdentifier("a"), cached: false)))
    #expect(first.contains(.revoke(worker: "w2", attempt("a", 2), evenIfRunning: true)))
    #expect(bench.tell(.committed(worker: "w1", attempt("a"))) == [.acknowledge(worker: "w1", attempt("a"))])
    #expect(bench.tell(.committed(worker: "w2", attempt("a", 2))) == [.acknowledge(worker: "w2", attempt("a", 2))])
  }

  @Test("a stop drains the workers and ends when they have given everything back")
  func stop() throws {
    var bench = try Bench([SimulatedPlans.task("a", seconds: 10), SimulatedPlans.task("b", seconds: 10)])
    bench.tell(.joined(worker: "w", held: []))
    #expect(bench.tell(.stop) == [.drain(worker: "w")])
    #expect(bench.tell(.released(worker: "w", attempt("a"))).last == .finished)
    #expect(!bench.scheduler.isFinished)
  }

  @Test("a worker that leaves gets no more work")
  func leaving() throws {
    var bench = try Bench([SimulatedPlans.task("a", seconds: 10)])
    bench.tell(.joined(worker: "w", held: []))
    bench.tell(.leaving(worker: "w"))
    #expect(bench.tell(.released(worker: "w", attempt("a"))) == [.acknowledge(worker: "w", attempt("a"))])
    #expect(bench.tell(.joined(worker: "w2", held: [])) == [.grant(worker: "w2", attempt("a", 2))])
  }
}
