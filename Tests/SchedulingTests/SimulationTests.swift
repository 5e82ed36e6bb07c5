import FleetSimulation
import Foundation
import Scheduling
import TaskGraph
import Testing

@Suite("Scheduler, worker, commits, network and disk in a simulated world")
struct SimulationTests {
  /// Budgets so large that trouble alone never poisons a task.
  private var patient: SchedulerSettings {
    var settings = SchedulerSettings()
    settings.lostWorkerRetries = 100_000
    return settings
  }

  private func check(_ seeds: Range<UInt64>, _ troubles: Troubles) throws {
    for seed in seeds {
      let plan = try SimulatedPlans.random(tasks: 16, seed: seed, longest: 15)
      var fleet = SimulatedFleet(
        plan: plan, workers: 1 + Int(seed % 4), seed: seed, troubles: troubles, settings: patient)
      fleet.run(untilSeconds: 5000)
      #expect(fleet.isFinished && fleet.violations.isEmpty, "seed \(seed): \(fleet.violations.prefix(3))")
    }
  }

  @Test("without trouble every task runs exactly once")
  func calm() throws {
    for seed in 0..<UInt64(100) {
      let plan = try SimulatedPlans.random(tasks: 40, seed: seed)
      var fleet = SimulatedFleet(plan: plan, workers: 3, seed: seed, troubles: Troubles())
      fleet.run()
      #expect(fleet.isFinished && fleet.violations.isEmpty, "seed \(seed): \(fleet.violations.prefix(3))")
      #expect(fleet.executions == plan.tasks.count, "seed \(seed)")
    }
  }

  @Test("messages that are lost, doubled and reordered, and links that are cut, lose no task and commit none twice")
  func badNetwork() throws {
    try check(
      0..<100,
      Troubles {
        $0.drop = 0.2
        $0.duplicate = 0.2
        $0.longestDelay = 1
        $0.partitions = 0.03
      })
  }

  @Test("workers that die, crash and freeze lose no task")
  func badWorkers() throws {
    try check(
      1000..<1100,
      Troubles {
        $0.workerDeaths = 0.03
        $0.computeCrashes = 0.05
        $0.freezes = 0.02
      })
  }

  @Test("a coordinator that dies, loses its power or wakes up again finds everything that was committed")
  func badCoordinator() throws {
    try check(
      2000..<2100,
      Troubles {
        $0.coordinatorDeaths = 0.1
        $0.powerCuts = 0.1
        $0.thaws = 0.05
      })
  }

  @Test("a disk whose fsync fails ends the coordinator and loses nothing that was promised")
  func badDisk() throws {
    try check(
      3000..<3100,
      Troubles {
        $0.syncFailures = 0.05
        $0.powerCuts = 0.05
      })
  }

  @Test("all troubles in random mixtures: no lost commit, no double commit, no hang")
  func everything() throws {
    // scripts/faults/simulate runs ten thousand.
    for seed in 0..<UInt64(300) {
      var fleet = try SimulatedFleet.world(seed: seed)
      fleet.run()
      #expect(
        fleet.violations.isEmpty,
        "seed \(seed): \(fleet.violations.prefix(3)); replay: scripts/faults/simulate 1 --first \(seed)")
    }
  }

  @Test("slots are idle for less than two percent of their time while there are tasks")
  func idleShare() throws {
    // Tasks of 20 ms behind messages of a millisecond: the worst case for whoever waits for the coordinator.
    let tasks = (0..<400).map { SimulatedPlans.task("t/\($0)", seconds: 0.02, inputs: $0 < 20 ? [] : ["t/\($0 - 20)"]) }
    var fleet = SimulatedFleet(
      plan: try SimulatedPlans.make(tasks), workers: 4, seed: 7, troubles: Troubles { $0.endSeconds = 0 })
    fleet.run()
    #expect(fleet.isFinished)
    let share = fleet.statistics.idleWhileReadyShare
    // The compute processes take 0.1 s to start, once.
    let start = 0.1 * 4 / fleet.statistics.slotSeconds
    #expect(share - start < 0.02, "idle while ready \(share), of it \(start) at the start")
  }

  @Test("a hundred thousand tasks are dispatched to a thousand workers at five thousand a second or more")
  func throughput() throws {
    let count = 100_000
    let plan = try SimulatedPlans.make((0..<count).map { SimulatedPlans.task("t/\($0)", seconds: 0.01) })
    var scheduler = Scheduler(plan: plan)
    let began = ContinuousClock.now
    var now = Duration.zero
    var open: [(String, AttemptIdentifier)] = []
    var done = 0
    func take(_ effects: [SchedulerEffect], _ scheduler: inout Scheduler) {
      var queue = effects
      while let effect = queue.popLast() {
        switch effect {
        case .lookUp(let task): queue += scheduler.handle(.notFound(task), now: now)
        case .grant(let worker, let attempt): open.append((worker, attempt))
        case .done: done += 1
        default: break
        }
      }
    }
    take(scheduler.begin(now: now), &scheduler)
    for worker in 0..<1000 { take(scheduler.handle(.joined(worker: "w\(worker)", held: []), now: now), &scheduler) }
    while !open.isEmpty {
      let batch = open
      open = []
      for (worker, attempt) in batch {
        now += .microseconds(10)
        take(scheduler.handle(.started(worker: worker, attempt), now: now), &scheduler)
        take(scheduler.handle(.committed(worker: worker, attempt), now: now), &scheduler)
      }
    }
    let seconds = ContinuousClock.now - began
    #expect(done == count)
    #expect(seconds < .seconds(20), "100,000 tasks took \(seconds)")
    print("scheduler alone: \(count) tasks in \(seconds)")
  }
}
