import Foundation
import Scheduling
package import TaskGraph

/// How long a plan takes on so many slots, compared with what no schedule can beat and with the best found by search.
package struct Makespan {
  /// Seconds the scheduler needs, messages and fsyncs included.
  package var seconds: Double
  /// The longer of the longest chain and the work over the slots.
  package var bound: Double
  /// Of the best list schedule found, without messages.
  package var best: Double
  /// Attempts beyond one a task.
  package var extraAttempts: Int

  /// Runs a plan through the simulated fleet without troubles.
  ///
  /// - Parameters:
  ///   - error: by how much predictions are wrong: each kind by a factor of its own up to `1 + error` or its inverse,
  ///     each task by up to half of that. 0: they are right.
  ///   - searches: list schedules that are tried.
  package static func measure(
    _ plan: Plan, slots: Int, error: Double, seed: UInt64, searches: Int
  ) -> Makespan {
    var dice = Dice(seed)
    var factors: [String: Double] = [:]
    var durations: [TaskIdentifier: Double] = [:]
    for task in plan.tasks {
      let factor = factors[task.kind] ?? pow(1 + error, 2 * dice.uniform() - 1)
      factors[task.kind] = factor
      durations[task.id] = task.cost.seconds * factor * pow(1 + error / 2, 2 * dice.uniform() - 1)
    }
    var fleet = SimulatedFleet(plan: plan, workers: slots, seed: seed, troubles: Troubles { $0.endSeconds = 0 })
    fleet.durations = durations
    fleet.run(untilSeconds: 1e9)
    let graph = Graph(plan, durations)
    let bound = max(graph.longestChain, graph.work / Double(slots))
    var best = graph.schedule(slots: slots, priority: graph.tails)
    for _ in 0..<searches where best > bound * 1.001 {
      let spread = dice.uniform() * 0.3
      best = min(best, graph.schedule(slots: slots, priority: graph.tails.map { $0 * (1 + spread * dice.uniform()) }))
    }
    return Makespan(
      seconds: fleet.now, bound: bound, best: best, extraAttempts: fleet.executions - plan.tasks.count)
  }
}

/// A plan as numbers, for schedules without messages.
private struct Graph {
  var seconds: [Double]
  var inputCounts: [Int]
  var dependants: [[Int]]
  /// Seconds from the start of each task to the end of the plan.
  var tails: [Double]

  init(_ plan: Plan, _ durations: [TaskIdentifier: Double]) {
    let indexes = Dictionary(uniqueKeysWithValues: plan.tasks.enumerated().map { ($1.id, $0) })
    seconds = plan.tasks.map { durations[$0.id] ?? 0 }
    inputCounts = [Int](repeating: 0, count: seconds.count)
    dependants = [[Int]](repeating: [], count: seconds.count)
    for (index, task) in plan.tasks.enumerated() {
      for source in Set(task.inputs.compactMap { indexes[$0.task] }) {
        dependants[source].append(index)
        inputCounts[index] += 1
      }
    }
    tails = seconds
    for index in tails.indices.reversed() {
      tails[index] = seconds[index] + (dependants[index].map { tails[$0] }.max() ?? 0)
    }
  }

  var work: Double { seconds.reduce(0, +) }
  var longestChain: Double { tails.max() ?? 0 }

  /// Length of the list schedule with these priorities.
  func schedule(slots: Int, priority: [Double]) -> Double {
    var missing = inputCounts
    var ready = Agenda<Int>(), running = Agenda<Int>()
    for index in missing.indices where missing[index] == 0 { ready.add(index, at: -priority[index]) }
    var free = slots
    var now = 0.0
    while true {
      while free > 0, let task = ready.next()?.what {
        free -= 1
        running.add(task, at: now + seconds[task])
      }
      guard let (time, task) = running.next() else { return now }
      now = time
      free += 1
      for next in dependants[task] {
        missing[next] -= 1
        if missing[next] == 0 { ready.add(next, at: -priority[next]) }
      }
    }
  }
}
