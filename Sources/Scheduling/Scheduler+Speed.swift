internal import Foundation
internal import TaskGraph

extension Scheduler {
  /// Seconds of prediction that count as much as a measurement: a few short tasks do not yet turn the order around.
  private static let priorSeconds = 1.0
  /// A correction that has moved by less leaves the order as it is.
  private static let rankingTolerance = 1.2

  /// Seconds a task is expected to take on an ordinary worker: as predicted, corrected by what others of its kind took.
  func predictedSeconds(_ task: Int) -> Double { tasks[task].seconds * correction(tasks[task].kind) }

  /// How much longer tasks of a kind take than predicted.
  func correction(_ kind: Int) -> Double {
    (kinds[kind].measuredSeconds + Self.priorSeconds) / (kinds[kind].predictedSeconds + Self.priorSeconds)
  }

  /// How much longer tasks take on a worker than on the others.
  func workerFactor(_ worker: Int) -> Double {
    (workers[worker].measuredSeconds + Self.priorSeconds) / (workers[worker].expectedSeconds + Self.priorSeconds)
  }

  /// The factor in steps of about 1.4, so that mere noise leaves workers equal.
  func slowness(_ worker: Int) -> Int { Int((log2(workerFactor(worker)) * 2).rounded()) }

  /// Learns from an attempt. One that resumed from a checkpoint says nothing about the whole.
  mutating func measure(_ task: Int, _ seconds: Double, on worker: Int) {
    guard seconds > 0, seconds.isFinite, tasks[task].startCount <= 1 else { return }
    let kind = tasks[task].kind
    kinds[kind].measuredSeconds += seconds
    kinds[kind].predictedSeconds += tasks[task].seconds
    workers[worker].measuredSeconds += seconds
    workers[worker].expectedSeconds += predictedSeconds(task)
  }

  /// Puts the tasks into a new order when corrections have moved it: at most some sixty times a run, so that its cost
  /// vanishes beside that of the events.
  mutating func rankIfDue() {
    commitsSinceRanking += 1
    guard commitsSinceRanking >= max(1, tasks.count / 64) else { return }
    commitsSinceRanking = 0
    let hasMoved = kinds.indices.contains { index in
      let ratio = correction(index) / kinds[index].rankedCorrection
      return max(ratio, 1 / ratio) > Self.rankingTolerance
    }
    guard hasMoved else { return }
    rank()
    ready = PriorityHeap(tasks.indices.filter { tasks[$0].state == .ready }.map { tasks[$0].rank })
  }

  /// Orders the tasks by the predicted seconds from their start to the end of the plan, longest first.
  mutating func rank() {
    for kind in kinds.indices { kinds[kind].rankedCorrection = correction(kind) }
    var longest = [Double](repeating: 0, count: tasks.count)
    for index in tasks.indices.reversed() {
      longest[index] += tasks[index].seconds * kinds[tasks[index].kind].rankedCorrection
      for input in tasks[index].inputs { longest[input] = max(longest[input], longest[index]) }
    }
    taskOfRank = tasks.indices.sorted { first, second in
      longest[first] != longest[second]
        ? longest[first] > longest[second] : nameOrder[first] < nameOrder[second]
    }
    for (rank, index) in taskOfRank.enumerated() { tasks[index].rank = rank }
  }
}
