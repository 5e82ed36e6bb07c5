internal import TaskGraph

extension Scheduler {
  mutating func hear(_ worker: String) {
    guard let index = workerIndexes[worker], workers[index].isHere else { return }
    workers[index].lastHeard = max(now, workers[index].lastHeard)
  }

  /// A worker is there, for the first time or again. What it holds is adopted where nobody else has it.
  mutating func join(_ name: String, _ facts: WorkerFacts, _ held: [AttemptIdentifier]) {
    let index: Int
    if let known = workerIndexes[name] {
      index = known
      if !workers[index].isHere {
        workers[index].isHere = true
        arrive(index, facts)
      } else if workers[index].facts != facts {
        depart(index)
        arrive(index, facts)
      }
    } else {
      index = workers.count
      workers.append(WorkerRecord(name: name, facts: facts, lastHeard: now))
      workerIndexes[name] = index
      arrive(index, facts)
    }
    workers[index].lastHeard = now
    workers[index].isLeaving = false
    reviewHosts()
    reconcile(index, held)
    offer(index)
    if isStopping { effects.append(.drain(worker: name)) }
  }

  mutating func leave(_ name: String) {
    guard let index = workerIndexes[name] else { return }
    workers[index].isLeaving = true
    workers[index].stamp += 1
    reviewHosts()
  }

  mutating func drain(_ name: String) {
    guard let index = workerIndexes[name], workers[index].isHere else { return }
    leave(name)
    effects.append(.drain(worker: name))
  }

  /// A heartbeat: attempts it leaves out twice are lost, attempts it should not hold are taken away.
  mutating func beat(_ name: String, _ held: [AttemptIdentifier], _ running: AttemptIdentifier?) {
    guard let index = workerIndexes[name], workers[index].isHere else { return }
    workers[index].lastHeard = max(now, workers[index].lastHeard)
    reconcile(index, held)
    if let running { start(running, on: name) }
    for attempt in workers[index].held {
      guard !held.contains(where: { $0.number == attempt.number && $0.task == identifiers[attempt.task] }),
        let place = leaseIndex(attempt)
      else { continue }
      tasks[attempt.task].leases[place].missedBeats += 1
      let lease = tasks[attempt.task].leases[place]
      guard lease.missedBeats >= settings.missedBeats else { continue }
      if lease.isConfirmed {
        fail(attempt, FailureCause(.lostWorker, "\(name) no longer holds it"))
      } else if (now - lease.granted).inSeconds >= settings.grantSeconds {
        // The grant never arrived: nobody's fault, no budget touched.
        giveBack(attempt)
      }
    }
    if isStopping { effects.append(.drain(worker: name)) }
  }

  private mutating func reconcile(_ index: Int, _ held: [AttemptIdentifier]) {
    let name = workers[index].name
    for identifier in held {
      guard let task = indexes[identifier.task] else {
        effects.append(.acknowledge(worker: name, identifier))
        continue
      }
      let attempt = Attempt(task: task, number: identifier.number)
      let place = leaseIndex(attempt)
      if let place, tasks[task].leases[place].worker == index {
        tasks[task].leases[place].missedBeats = 0
        tasks[task].leases[place].isConfirmed = true
        if tasks[task].leases[place].isRevoked {
          // The revocation may have been lost on the way.
          effects.append(.revoke(worker: name, identifier, evenIfRunning: false))
        }
        continue
      }
      tasks[task].lastAttempt = max(tasks[task].lastAttempt, attempt.number)
      switch tasks[task].state {
      case .ready where !isStopping && place == nil:
        withdraw(task)
        lease(attempt, to: index)
        if let place = leaseIndex(attempt) { tasks[task].leases[place].isConfirmed = true }
      case .done: effects.append(.acknowledge(worker: name, identifier))
      default: effects.append(.revoke(worker: name, identifier, evenIfRunning: true))
      }
      // A held attempt may finish before it is taken away; its result is as good as any.
      if !tasks[task].grants.contains(where: { $0.number == attempt.number }) {
        tasks[task].grants.append((attempt.number, index))
      }
    }
  }

  mutating func start(_ identifier: AttemptIdentifier, on name: String) {
    guard let attempt = place(identifier, of: name), let lease = leaseIndex(attempt),
      !tasks[attempt.task].leases[lease].isRunning
    else { return }
    let index = tasks[attempt.task].leases[lease].worker
    if let before = workers[index].running { setRunning(before, false) }
    tasks[attempt.task].leases[lease].isConfirmed = true
    tasks[attempt.task].leases[lease].began = now
    tasks[attempt.task].startCount += 1
    clearRevocation(attempt)
    setRunning(attempt, true)
  }

  mutating func commit(_ identifier: AttemptIdentifier, by name: String, seconds: Double, bytes: Int) {
    effects.append(.acknowledge(worker: name, identifier))
    guard let task = indexes[identifier.task] else { return }
    let isFirst = tasks[task].state != .done
    dropLease(Attempt(task: task, number: identifier.number))
    takeBackAll(task)
    if isFirst, let worker = workerIndexes[name] {
      measure(task, seconds, on: worker)
      note(outputBytes: bytes, of: task, on: worker)
    }
    complete(task, cached: false)
    rankIfDue()
  }

  mutating func giveBack(_ attempt: Attempt) {
    guard dropLease(attempt) != nil else { return }
    if tasks[attempt.task].leases.isEmpty, case .leased = tasks[attempt.task].state { makeReady(attempt.task) }
  }

  mutating func tick() {
    for index in workers.indices where workers[index].isHere {
      let silent = (now - workers[index].lastHeard).inSeconds
      guard silent > settings.leaseSeconds else { continue }
      let cause = "\(workers[index].name) has not been heard of for \(Int(silent)) s"
      effects.append(.lost(worker: workers[index].name, cause: cause))
      remove(index, because: cause)
    }
    releaseAwaited()
  }

  mutating func remove(_ index: Int, because cause: String) {
    for attempt in workers[index].held {
      guard let place = leaseIndex(attempt) else { continue }
      // Only what it was running is held against a task; what waited there just goes elsewhere.
      if tasks[attempt.task].leases[place].isRunning {
        fail(attempt, FailureCause(.lostWorker, cause))
      } else {
        giveBack(attempt)
      }
    }
    let wasLeaving = workers[index].isLeaving
    workers[index].isHere = false
    workers[index].stamp += 1
    depart(index)
    // Whoever was on its way out is no loss to blame its machine for.
    if !wasLeaving, let host = workers[index].host { noteLoss(host, cause) }
    reviewHosts()
  }

  // MARK: Presence

  private mutating func arrive(_ index: Int, _ facts: WorkerFacts) {
    workers[index].facts = facts
    hereCount += 1
    if workers[index].running == nil { idleCount += 1 }
    if !facts.sharesFolder { separateCount += 1 }
    workers[index].room = room(of: index)
    workers[index].host = facts.host.isEmpty ? nil : host(facts.host)
    rooms[workers[index].room].hereCount += 1
    rooms[workers[index].room].used += workers[index].request
    if let host = workers[index].host { hosts[host].hereCount += 1 }
  }

  private mutating func depart(_ index: Int) {
    hereCount -= 1
    if workers[index].running == nil { idleCount -= 1 }
    if !workers[index].facts.sharesFolder { separateCount -= 1 }
    rooms[workers[index].room].hereCount -= 1
    rooms[workers[index].room].used -= workers[index].request
    if let host = workers[index].host { hosts[host].hereCount -= 1 }
  }
}
