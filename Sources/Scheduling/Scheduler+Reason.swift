public import TaskGraph

extension Scheduler {
  /// Why a task is not done yet, as one sentence without a final full stop; where it runs, if it does.
  public func reason(for task: TaskIdentifier) -> String {
    guard let index = indexes[task] else { return "the plan has no task of this name" }
    switch tasks[index].state {
    case .waiting: return waitingReason(index)
    case .lookingUp: return "its result is being looked up in the cache"
    case .ready: return readyReason(index)
    case .leased:
      let places = tasks[index].leases.map { lease -> String in
        let worker = workers[lease.worker]
        if lease.isRunning { return "runs on \(worker.name)" }
        guard let running = worker.running else { return "is on its way to \(worker.name)" }
        return "is next on \(worker.name), which runs \(identifiers[running.task])"
      }
      return places.joined(separator: " and ")
    case .done: return "it is done"
    case .failed(let cause): return "it failed: \(cause.sentence)"
    case .blocked(let other): return "it needs \(other), which failed"
    }
  }

  private func waitingReason(_ index: Int) -> String {
    let missing = tasks[index].inputs.filter { tasks[$0].state != .done }
    // The input that will keep it waiting longest: the one at the head of the longest path.
    guard let worst = missing.min(by: { tasks[$0].rank < tasks[$1].rank }) else { return "it waits for its inputs" }
    let others = missing.count > 1 ? " and \(missing.count - 1) other \(missing.count == 2 ? "task" : "tasks")" : ""
    return "it waits for \(identifiers[worst])\(others)"
  }

  private func readyReason(_ index: Int) -> String {
    if isStopping { return "the run is being stopped" }
    if awaited.contains(index) {
      let seconds = max(0, Int((awaitedUntil - now).inSeconds.rounded(.up)))
      return "a worker of the coordinator before may still be at it; it is given out again in \(seconds) s"
    }
    let usable = workers.indices.filter { isUsable($0) }
    guard !usable.isEmpty else {
      return hereCount == 0 ? "no worker is there" : "every worker that is there is leaving"
    }
    let wanted = request(index)
    let open = usable.filter { rooms[workers[$0].room].capacity != nil }
    let idle = usable.filter { workers[$0].held.isEmpty }
    if open.count == usable.count, !idle.isEmpty, !idle.contains(where: { fits(index, $0, reserved: 0) }) {
      let free = idle.map { worker -> Int in
        let room = rooms[workers[worker].room]
        return (room.capacity ?? 0) - room.used
      }
      let most = open.compactMap { rooms[workers[$0].room].capacity }.max() ?? 0
      let advice = wanted > most ? "; it will run alone on the largest machine (\(Self.gibibytes(most)))" : ""
      return
        "it needs \(Self.gibibytes(wanted)) of memory, at most \(Self.gibibytes(free.max() ?? 0)) are free\(advice)"
    }
    let before = tasks.count { $0.state == .ready && $0.rank < tasks[index].rank }
    let busy = usable.count { workers[$0].running != nil }
    let others = before == 0 ? "it is the next" : "\(before) \(before == 1 ? "task goes" : "tasks go") first"
    return "\(busy) of \(usable.count) slots are busy; \(others)"
  }

  private static func gibibytes(_ bytes: Int) -> String {
    let tenths = (Double(bytes) / Double(1 << 30) * 10).rounded() / 10
    return "\(tenths) GiB"
  }
}
