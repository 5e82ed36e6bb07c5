internal import TaskGraph

extension Scheduler {
  mutating func lease(_ attempt: Attempt, to index: Int) {
    let seconds = predictedSeconds(attempt.task)
    let request = request(attempt.task)
    tasks[attempt.task].leases.append(
      Lease(number: attempt.number, worker: index, seconds: seconds, request: request, granted: now))
    tasks[attempt.task].grants.append((attempt.number, index))
    tasks[attempt.task].state = .leased(isRunning: false)
    tasks[attempt.task].openAttempt = nil
    workers[index].held.append(attempt)
    workers[index].heldSeconds += seconds
    setRequest(index, max(workers[index].request, request))
    leaseCount += 1
    unstartedCount += 1
    offer(index)
  }

  @discardableResult
  mutating func dropLease(_ attempt: Attempt) -> Lease? {
    guard leaseIndex(attempt) != nil else { return nil }
    clearRevocation(attempt)
    guard let place = leaseIndex(attempt) else { return nil }
    if tasks[attempt.task].leases[place].isRunning { setRunning(attempt, false) }
    let lease = tasks[attempt.task].leases.remove(at: place)
    leaseCount -= 1
    unstartedCount -= 1
    let index = lease.worker
    workers[index].held.removeAll { $0 == attempt }
    workers[index].heldSeconds -= lease.seconds
    if workers[index].held.isEmpty { workers[index].heldSeconds = 0 }
    if workers[index].request > 0 {
      let left = workers[index].held.map { other in
        leaseIndex(other).map { tasks[other.task].leases[$0].request } ?? 0
      }
      setRequest(index, left.max() ?? 0)
    }
    offer(index)
    return lease
  }

  mutating func setRunning(_ attempt: Attempt, _ isRunning: Bool) {
    guard let place = leaseIndex(attempt) else { return }
    let index = tasks[attempt.task].leases[place].worker
    tasks[attempt.task].leases[place].isRunning = isRunning
    workers[index].running = isRunning ? attempt : nil
    if workers[index].isHere { idleCount += isRunning ? -1 : 1 }
    unstartedCount += isRunning ? -1 : 1
  }

  mutating func clearRevocation(_ attempt: Attempt) {
    guard let place = leaseIndex(attempt), tasks[attempt.task].leases[place].isRevoked else { return }
    tasks[attempt.task].leases[place].isRevoked = false
    pendingRevocations -= 1
  }

  private mutating func setRequest(_ index: Int, _ bytes: Int) {
    if workers[index].isHere { rooms[workers[index].room].used += bytes - workers[index].request }
    workers[index].request = bytes
  }
}
