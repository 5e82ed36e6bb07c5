import FleetSimulation
import Scheduling
import TaskGraph
import Testing

private func attempt(_ task: String, _ number: Int = 1) -> AttemptIdentifier {
  AttemptIdentifier(TaskIdentifier(task), number)
}

private func task(
  _ id: String, kind: String = "k", seconds: Double = 10, memory: Int = 1, inputs: [String] = []
) -> TaskDescription {
  SimulatedPlans.task(id, kind: kind, seconds: seconds, memory: memory, inputs: inputs)
}

/// Attempts given out by effects, by worker.
private func grants(_ effects: [SchedulerEffect]) -> [String] {
  effects.compactMap { if case .grant(let worker, let attempt) = $0 { "\(worker): \(attempt.task)" } else { nil } }
}

@Suite("Memory, locality, speed and machines")
struct PlacementTests {
  @Test("what does not fit beside the other tasks of a machine waits for them, and says so")
  func memory() throws {
    var bench = try Bench([task("a", seconds: 30, memory: 6), task("b", seconds: 20, memory: 6), task("c", memory: 3)])
    let facts = WorkerFacts(host: "h", memory: 10)
    #expect(grants(bench.tell(.joined(worker: "w1", facts: facts, held: []))) == ["w1: a"])
    // `b` has the longer path but no room; a smaller one may run as long as it leaves the place that `b` waits for.
    #expect(grants(bench.tell(.joined(worker: "w2", facts: facts, held: []))).isEmpty)
    #expect(bench.scheduler.reason(for: TaskIdentifier("b")).contains("of memory"))
    #expect(grants(bench.tell(.committed(worker: "w1", attempt("a")))) == ["w1: b", "w2: c"])
  }

  @Test("a task larger than every machine runs alone on the largest")
  func tooLarge() throws {
    var bench = try Bench([task("big", seconds: 30, memory: 50), task("small", memory: 1)])
    bench.tell(.joined(worker: "w1", facts: WorkerFacts(host: "small", memory: 10), held: []))
    #expect(bench.state("big") == .leased(isRunning: false))
    var two = try Bench([task("big", seconds: 30, memory: 50), task("s1", memory: 1), task("s2", memory: 1)])
    two.tell(.joined(worker: "w1", facts: WorkerFacts(host: "small", memory: 10), held: [attempt("s1")]))
    two.tell(.started(worker: "w1", attempt("s1")))
    let effects = two.tell(.joined(worker: "w2", facts: WorkerFacts(host: "large", memory: 20), held: []))
    #expect(grants(effects).first == "w2: big")
    // Nothing else goes to the machine it fills.
    #expect(grants(two.tell(.joined(worker: "w3", facts: WorkerFacts(host: "large", memory: 20), held: []))).isEmpty)
  }

  @Test("after running out of memory a task asks for 1.5 times as much, then for twice as much")
  func memoryFactors() throws {
    var bench = try Bench([task("a", memory: 100)])
    let id = TaskIdentifier("a")
    bench.tell(.joined(worker: "w", facts: WorkerFacts(host: "h", memory: 1000), held: []))
    var requests = [bench.scheduler.memoryRequest(of: id)]
    for number in 1...2 {
      bench.tell(.failed(worker: "w", attempt("a", number), FailureCause(.outOfMemory, "killed")))
      requests.append(bench.scheduler.memoryRequest(of: id))
    }
    #expect(requests == [100, 150, 200])
  }

  @Test("among equally free workers the one that holds most input bytes is preferred")
  func locality() throws {
    var bench = try Bench([
      task("p"), task("q"), task("from-p", inputs: ["p"]), task("from-q", inputs: ["q"]),
    ])
    let apart = WorkerFacts(host: "", sharesFolder: false)
    bench.tell(.joined(worker: "w1", facts: apart, held: []))
    bench.tell(.joined(worker: "w2", facts: apart, held: []))
    #expect(bench.state("p") == .leased(isRunning: false) && bench.state("q") == .leased(isRunning: false))
    bench.tell(.leaving(worker: "w3"))
    // Both are done; whoever made an input gets what needs it, also when the other one is as free.
    bench.tell(.started(worker: "w1", attempt("p")))
    bench.tell(.started(worker: "w2", attempt("q")))
    #expect(grants(bench.tell(.committed(worker: "w2", attempt("q"), seconds: 10, bytes: 500))) == ["w2: from-q"])
    #expect(grants(bench.tell(.committed(worker: "w1", attempt("p"), seconds: 10, bytes: 100))) == ["w1: from-p"])
  }

  @Test("measured times correct the predictions of a kind, and with them the order")
  func measuredSpeed() throws {
    // By prediction `slow` tasks are the longer ones; in truth they take a tenth.
    var tasks = (0..<4).map { task("slow/\($0)", kind: "slow", seconds: 20) }
    tasks += (0..<4).map { task("fast/\($0)", kind: "fast", seconds: 10) }
    var bench = try Bench(tasks)
    #expect(grants(bench.tell(.joined(worker: "w", held: []))) == ["w: slow/0"])
    bench.tell(.started(worker: "w", attempt("slow/0")))
    #expect(grants(bench.tell(.committed(worker: "w", attempt("slow/0"), seconds: 2))) == ["w: fast/0"])
  }

  @Test("a straggler is duplicated once most of its kind are done, and the first to finish counts")
  func speculation() throws {
    var bench = try Bench((0..<4).map { task("k/\($0)", seconds: 10) })
    for number in 0..<4 {
      bench.tell(.joined(worker: "w\(number)", held: []))
      bench.tell(.started(worker: "w\(number)", attempt("k/\(number)")))
    }
    for number in 0..<3 { bench.tell(.committed(worker: "w\(number)", attempt("k/\(number)"), seconds: 10), after: 3) }
    for worker in 0..<4 { bench.tell(.heard(worker: "w\(worker)")) }
    #expect(bench.tell(.tick, after: 5).isEmpty, "14 s of predicted 10 are not late yet")
    let twin = attempt("k/3", 2)
    let effects = bench.tell(.tick, after: 2)
    #expect(effects.contains(.speculated(twin, besides: attempt("k/3"))))
    #expect(effects.contains(.grant(worker: "w0", twin)))
    #expect(bench.tell(.tick, after: 2).isEmpty, "one duplicate is enough")
    bench.tell(.started(worker: "w0", twin))
    let last = bench.tell(.committed(worker: "w0", twin, seconds: 1))
    #expect(last.contains(.revoke(worker: "w3", attempt("k/3"), evenIfRunning: true)))
    #expect(last.contains(.finished))
  }

  @Test("when one of two attempts fails, the other goes on and nothing is given up")
  func speculationFailure() throws {
    var bench = try Bench((0..<4).map { task("k/\($0)", seconds: 1) })
    for number in 0..<4 {
      bench.tell(.joined(worker: "w\(number)", held: []))
      bench.tell(.started(worker: "w\(number)", attempt("k/\(number)")))
    }
    for number in 0..<3 { bench.tell(.committed(worker: "w\(number)", attempt("k/\(number)"), seconds: 1)) }
    bench.tell(.tick, after: 20)
    let cause = FailureCause(.rejectedInput, "no")
    let effects = bench.tell(.failed(worker: "w3", attempt("k/3"), cause))
    #expect(effects.contains(.failed(worker: "w3", attempt("k/3"), cause, willRetry: true)))
    #expect(bench.tell(.committed(worker: "w0", attempt("k/3", 2))).contains(.finished))
  }

  @Test("a machine that loses three workers is drained while others are there, and used when there are none")
  func hostDrain() throws {
    var bench = try Bench((0..<9).map { task("t/\($0)", seconds: 60) })
    let bad = WorkerFacts(host: "bad"), good = WorkerFacts(host: "good")
    for worker in ["b1", "b2", "b3", "b4"] { bench.tell(.joined(worker: worker, facts: bad, held: [])) }
    bench.tell(.joined(worker: "g1", facts: good, held: []))
    bench.tell(.gone(worker: "b1", cause: "b1 was killed"))
    bench.tell(.gone(worker: "b2", cause: "b2 was killed"))
    let effects = bench.tell(.gone(worker: "b3", cause: "b3 was killed"))
    #expect(effects.contains(.hostDrained(host: "bad", cause: "bad lost 3 workers; the last: b3 was killed")))
    #expect(effects.contains(.drain(worker: "b4")))
    #expect(grants(bench.tell(.joined(worker: "b5", facts: bad, held: []))).isEmpty)
    #expect(grants(bench.tell(.gone(worker: "g1", cause: "g1 was killed"))).first?.hasPrefix("b5") == true)
  }

  @Test("attempts of a coordinator before wait for their workers, then go elsewhere")
  func adoptionTime() throws {
    var settings = SchedulerSettings()
    settings.adoptionSeconds = 20
    let plan = try SimulatedPlans.make([task("a"), task("b"), task("c")])
    let history = [
      TaskIdentifier("a"): TaskHistory(lastAttempt: 3, openAttempt: 3),
      TaskIdentifier("b"): TaskHistory(lastAttempt: 1, openAttempt: 1),
    ]
    var scheduler = Scheduler(plan: plan, history: history, settings: settings)
    for case .lookUp(let task) in scheduler.begin(now: .zero) { _ = scheduler.handle(.notFound(task), now: .zero) }
    #expect(grants(scheduler.handle(.joined(worker: "w1", held: []), now: .seconds(1))) == ["w1: c"])
    #expect(grants(scheduler.handle(.joined(worker: "w2", held: [attempt("a", 3)]), now: .seconds(2))).isEmpty)
    #expect(scheduler.state(of: TaskIdentifier("a")) == .leased(isRunning: false))
    #expect(scheduler.reason(for: TaskIdentifier("b")).contains("may still be at it"))
    #expect(grants(scheduler.handle(.joined(worker: "w3", held: []), now: .seconds(3))).isEmpty)
    #expect(grants(scheduler.handle(.tick, now: .seconds(21))) == ["w3: b"])
  }

  @Test("a task that failed for good is tried again on request, and what it blocked with it")
  func retry() throws {
    var bench = try Bench([
      task("a"), task("z"), task("b", inputs: ["a"]), task("both", inputs: ["a", "z"]),
    ])
    bench.tell(.joined(worker: "w1", held: []))
    bench.tell(.joined(worker: "w2", held: []))
    let cause = FailureCause(.rejectedInput, "it has no rows")
    for name in ["a", "z"] {
      let worker = bench.scheduler.hasGranted(attempt(name), to: "w1") ? "w1" : "w2"
      bench.tell(.failed(worker: worker, attempt(name), cause))
    }
    #expect(bench.scheduler.isFinished)
    #expect(bench.scheduler.reason(for: TaskIdentifier("a")) == "it failed: it has no rows")
    let effects = bench.tell(.retry(TaskIdentifier("a")))
    #expect(effects.contains(.reopened(TaskIdentifier("a"))) && effects.contains(.reopened(TaskIdentifier("b"))))
    #expect(grants(effects).count == 1)
    #expect(bench.state("both") == .blocked(by: TaskIdentifier("z")))
    bench.tell(.retry(nil))
    #expect(bench.state("both") == .waiting)
  }

  @Test("a cancelled task is taken back and blocks what needs it")
  func cancel() throws {
    var bench = try Bench([task("a"), task("b", inputs: ["a"]), task("c")])
    bench.tell(.joined(worker: "w", held: []))
    let effects = bench.tell(.cancel([TaskIdentifier("a")]))
    #expect(effects.contains(.revoke(worker: "w", attempt("a"), evenIfRunning: true)))
    #expect(bench.state("b") == .blocked(by: TaskIdentifier("a")))
    #expect(grants(effects) == ["w: c"])
    #expect(bench.tell(.committed(worker: "w", attempt("c"))).contains(.finished))
  }

  @Test("every state has a reason")
  func reasons() throws {
    var bench = try Bench([task("a"), task("b", inputs: ["a"]), task("c", seconds: 5), task("d", seconds: 4)])
    func reason(_ name: String) -> String { bench.scheduler.reason(for: TaskIdentifier(name)) }
    #expect(reason("a") == "no worker is there")
    #expect(reason("b") == "it waits for a")
    bench.tell(.joined(worker: "w", held: []))
    #expect(reason("a") == "is on its way to w")
    bench.tell(.started(worker: "w", attempt("a")))
    #expect(reason("a") == "runs on w")
    #expect(reason("d") == "1 of 1 slots are busy; 1 task goes first")
    #expect(reason("nothing") == "the plan has no task of this name")
  }
}
