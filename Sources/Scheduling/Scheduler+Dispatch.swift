internal import TaskGraph

extension Scheduler {
  /// Puts a worker into the heap of those that can take a task, as it stands now.
  mutating func offer(_ index: Int) {
    workers[index].stamp += 1
    guard workers[index].isHere, !workers[index].isLeaving, hasRoom(index) else { return }
    candidates.insert(Candidate(load: workers[index].held.count, worker: index, stamp: workers[index].stamp))
  }

  /// Whether a worker can be given one more task: an empty slot always, a busy one only beside short work, so that
  /// it never waits for the coordinator and yet nothing waits long behind it.
  private func hasRoom(_ index: Int) -> Bool {
    let worker = workers[index]
    if worker.held.isEmpty { return true }
    return worker.held.count < settings.leaseAhead && worker.heldSeconds < settings.leaseAheadSeconds
  }

  /// Gives ready tasks, the longest remaining path first, to the least loaded workers; then takes queued ones back
  /// for slots that would stay idle.
  mutating func dispatch() {
    guard !isStopping else { return }
    while readyCount > 0, let worker = bestWorker(), let task = bestTask() {
      readyCount -= 1
      tasks[task].lastAttempt += 1
      let attempt = AttemptIdentifier(identifiers[task], tasks[task].lastAttempt)
      lease(attempt, task, to: worker)
      statistics.grants += 1
      effects.append(.grant(worker: workers[worker].name, attempt))
    }
    if readyCount == 0 { takeBack() }
  }

  private mutating func bestWorker() -> Int? {
    while let candidate = candidates.first {
      if workers[candidate.worker].stamp == candidate.stamp { return candidate.worker }
      candidates.removeFirst()
    }
    return nil
  }

  private mutating func bestTask() -> Int? {
    while let rank = ready.removeFirst() {
      let task = taskOfRank[rank]
      if tasks[task].state == .ready { return task }
    }
    return nil
  }

  /// Asks busy slots to give back what they have not begun, one attempt for each slot without any work.
  private mutating func takeBack() {
    // The heap knows whether any worker holds nothing; only then are the others looked through.
    guard let first = bestWorker(), workers[first].held.isEmpty, unstartedCount > pendingRevocations else { return }
    var wanted = workers.count { $0.isHere && !$0.isLeaving && $0.held.isEmpty } - pendingRevocations
    guard wanted > 0 else { return }
    let loaded = workers.indices.filter { workers[$0].isHere && workers[$0].held.count > 1 }
      .sorted { (-workers[$0].heldSeconds, $0) < (-workers[$1].heldSeconds, $1) }
    for index in loaded where wanted > 0 {
      let running = workers[index].running ?? workers[index].held.first
      guard
        let attempt = workers[index].held.last(where: { $0 != running && leases[$0]?.isRevoked == false })
      else { continue }
      leases[attempt]?.isRevoked = true
      pendingRevocations += 1
      statistics.revocations += 1
      wanted -= 1
      effects.append(.revoke(worker: workers[index].name, attempt, evenIfRunning: false))
    }
  }
}
