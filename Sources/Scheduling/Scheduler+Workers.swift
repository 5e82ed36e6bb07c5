internal import TaskGraph

extension Scheduler {
  mutating func hear(_ worker: String, _ now: Duration) {
    guard let index = workerIndexes[worker], workers[index].isHere else { return }
    workers[index].lastHeard = max(now, workers[index].lastHeard)
  }

  /// A worker is there, for the first time or again. What it holds is adopted where nobody else has it.
  mutating func join(_ name: String, _ held: [AttemptIdentifier], _ now: Duration) {
    let index: Int
    if let known = workerIndexes[name] {
      index = known
      if !workers[index].isHere {
        workers[index].isHere = true
        hereCount += 1
        idleCount += 1
      }
    } else {
      index = workers.count
      workers.append(WorkerRecord(name: name, lastHeard: now))
      workerIndexes[name] = index
      hereCount += 1
      idleCount += 1
    }
    workers[index].lastHeard = now
    workers[index].isLeaving = false
    reconcile(index, held)
    offer(index)
    if isStopping { effects.append(.drain(worker: name)) }
  }

  mutating func leave(_ name: String) {
    guard let index = workerIndexes[name] else { return }
    workers[index].isLeaving = true
    workers[index].stamp += 1
  }

  /// A heartbeat: attempts it leaves out twice are lost, attempts it should not hold are taken away.
  mutating func beat(_ name: String, _ held: [AttemptIdentifier], _ running: AttemptIdentifier?, _ now: Duration) {
    guard let index = workerIndexes[name], workers[index].isHere else { return }
    workers[index].lastHeard = max(now, workers[index].lastHeard)
    reconcile(index, held)
    if let running { start(running, on: name) }
    let named = Set(held)
    for attempt in workers[index].held where !named.contains(attempt) {
      leases[attempt]?.missedBeats += 1
      guard let lease = leases[attempt], lease.missedBeats >= settings.missedBeats else { continue }
      if lease.isConfirmed {
        fail(attempt, FailureCause(.lostWorker, "\(name) no longer holds it"))
      } else {
        // The grant never arrived: nobody's fault, no budget touched.
        giveBack(attempt)
      }
    }
    if isStopping { effects.append(.drain(worker: name)) }
  }

  private mutating func reconcile(_ index: Int, _ held: [AttemptIdentifier]) {
    let name = workers[index].name
    for attempt in held {
      guard let task = indexes[attempt.task] else {
        effects.append(.acknowledge(worker: name, attempt))
        continue
      }
      if leases[attempt]?.worker == index {
        leases[attempt]?.missedBeats = 0
        leases[attempt]?.isConfirmed = true
        if leases[attempt]?.isRevoked == true {
          // The revocation may have been lost on the way.
          effects.append(.revoke(worker: name, attempt, evenIfRunning: false))
        }
        continue
      }
      tasks[task].lastAttempt = max(tasks[task].lastAttempt, attempt.number)
      switch tasks[task].state {
      case .ready where !isStopping && leases[attempt] == nil:
        readyCount -= 1
        lease(attempt, task, to: index)
        leases[attempt]?.isConfirmed = true
      case .done: effects.append(.acknowledge(worker: name, attempt))
      default: effects.append(.revoke(worker: name, attempt, evenIfRunning: true))
      }
      // A held attempt may finish before it is taken away; its result is as good as any.
      if grantedTo[attempt] == nil { grantedTo[attempt] = name }
    }
  }

  mutating func start(_ attempt: AttemptIdentifier, on name: String) {
    guard let index = workerIndexes[name], leases[attempt]?.worker == index, leases[attempt]?.isRunning == false
    else { return }
    if let before = workers[index].running { setRunning(before, false) }
    leases[attempt]?.isConfirmed = true
    clearRevocation(attempt)
    setRunning(attempt, true)
  }

  mutating func commit(_ attempt: AttemptIdentifier, by name: String) {
    effects.append(.acknowledge(worker: name, attempt))
    guard let task = indexes[attempt.task] else { return }
    dropLease(attempt)
    for other in tasks[task].active {
      let twin = AttemptIdentifier(attempt.task, other)
      if let lease = dropLease(twin) {
        effects.append(.revoke(worker: workers[lease.worker].name, twin, evenIfRunning: true))
      }
    }
    complete(task, cached: false)
  }

  mutating func giveBack(_ attempt: AttemptIdentifier) {
    guard dropLease(attempt) != nil, let task = indexes[attempt.task] else { return }
    if tasks[task].active.isEmpty, case .leased = tasks[task].state { makeReady(task) }
  }

  mutating func expire(_ now: Duration) {
    for index in workers.indices where workers[index].isHere {
      let silent = (now - workers[index].lastHeard).inSeconds
      guard silent > settings.leaseSeconds else { continue }
      let cause = "\(workers[index].name) has not been heard of for \(Int(silent)) s"
      effects.append(.lost(worker: workers[index].name, cause: cause))
      remove(index, because: cause)
    }
  }

  mutating func remove(_ index: Int, because cause: String) {
    for attempt in workers[index].held {
      // Only what it was running is held against a task; what waited there just goes elsewhere.
      if leases[attempt]?.isRunning == true {
        fail(attempt, FailureCause(.lostWorker, cause))
      } else {
        giveBack(attempt)
      }
    }
    workers[index].isHere = false
    workers[index].stamp += 1
    hereCount -= 1
    idleCount -= 1
  }

  // MARK: Leases

  mutating func lease(_ attempt: AttemptIdentifier, _ task: Int, to index: Int) {
    leases[attempt] = Lease(worker: index)
    grantedTo[attempt] = workers[index].name
    tasks[task].state = .leased(isRunning: false)
    tasks[task].active.append(attempt.number)
    workers[index].held.append(attempt)
    workers[index].heldSeconds += tasks[task].seconds
    unstartedCount += 1
    offer(index)
  }

  @discardableResult
  mutating func dropLease(_ attempt: AttemptIdentifier) -> Lease? {
    clearRevocation(attempt)
    if leases[attempt]?.isRunning == true { setRunning(attempt, false) }
    guard let lease = leases.removeValue(forKey: attempt), let task = indexes[attempt.task] else { return nil }
    unstartedCount -= 1
    tasks[task].active.removeAll { $0 == attempt.number }
    workers[lease.worker].held.removeAll { $0 == attempt }
    workers[lease.worker].heldSeconds -= tasks[task].seconds
    if workers[lease.worker].held.isEmpty { workers[lease.worker].heldSeconds = 0 }
    offer(lease.worker)
    return lease
  }

  private mutating func setRunning(_ attempt: AttemptIdentifier, _ isRunning: Bool) {
    guard let index = leases[attempt]?.worker else { return }
    leases[attempt]?.isRunning = isRunning
    workers[index].running = isRunning ? attempt : nil
    idleCount += isRunning ? -1 : 1
    unstartedCount += isRunning ? -1 : 1
  }

  private mutating func clearRevocation(_ attempt: AttemptIdentifier) {
    guard let lease = leases[attempt], lease.isRevoked else { return }
    leases[attempt]?.isRevoked = false
    pendingRevocations -= 1
  }
}
