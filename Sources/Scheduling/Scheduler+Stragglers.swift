internal import TaskGraph

extension Scheduler {
  /// Gives out second attempts at tasks that take far longer than predicted, when a slot is free that has nothing else
  /// to do. The predicted time of each task counts, not that of its neighbours: tables differ.
  mutating func duplicateStragglers() {
    guard !isStopping, readyCount == 0, awaited.isEmpty, leaseCount > 0, hasIdleWorker() else { return }
    var late: [(attempt: Attempt, excess: Double)] = []
    for worker in workers.indices where workers[worker].isHere {
      guard let attempt = workers[worker].running, tasks[attempt.task].leases.count == 1,
        let began = tasks[attempt.task].leases[0].began
      else { continue }
      let kind = kinds[tasks[attempt.task].kind]
      guard Double(kind.done) >= settings.speculationShare * Double(kind.total) else { continue }
      let elapsed = (now - began).inSeconds
      let limit = settings.speculationFactor * predictedSeconds(attempt.task)
      if elapsed > max(limit, settings.speculationSeconds) { late.append((attempt, elapsed - limit)) }
    }
    for entry in late.sorted(by: { ($1.excess, $0.attempt.task) < ($0.excess, $1.attempt.task) }) {
      guard let original = tasks[entry.attempt.task].leases.first,
        let worker = idleWorker(for: entry.attempt.task, awayFrom: original.worker)
      else { continue }
      let twin = grant(entry.attempt.task, to: worker)
      statistics.speculations = (statistics.speculations ?? 0) + 1
      effects.append(.speculated(twin, besides: identifier(entry.attempt)))
    }
  }

  /// An idle worker with room for a task, on another machine if there is one: what slows the first attempt may be its
  /// machine.
  private func idleWorker(for task: Int, awayFrom worker: Int) -> Int? {
    let idle = workers.indices.filter {
      $0 != worker && workers[$0].held.isEmpty && isUsable($0) && fits(task, $0, reserved: 0)
    }
    let host = workers[worker].host
    return idle.min { left, right in
      let leftIsNear = host != nil && workers[left].host == host
      let rightIsNear = host != nil && workers[right].host == host
      if leftIsNear != rightIsNear { return rightIsNear }
      return (slowness(left), left) < (slowness(right), right)
    }
  }
}
