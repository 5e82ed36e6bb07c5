internal import TaskGraph

extension Scheduler {
  mutating func lookUp(_ index: Int) {
    tasks[index].state = .lookingUp
    effects.append(.lookUp(identifiers[index]))
  }

  /// Makes a task ready: at once, or, if a worker of an earlier coordinator may still be at it, after the time that
  /// one has to come back.
  mutating func makeReady(_ index: Int) {
    tasks[index].state = .ready
    if tasks[index].openAttempt != nil, now < awaitedUntil {
      awaited.insert(index)
    } else {
      enqueue(index)
    }
  }

  private mutating func enqueue(_ index: Int) {
    readyCount += 1
    ready.insert(tasks[index].rank)
  }

  /// Takes a ready task out of those that wait for a worker.
  mutating func withdraw(_ index: Int) {
    if awaited.remove(index) == nil { readyCount -= 1 }
  }

  /// Gives up waiting for workers of earlier coordinators.
  mutating func releaseAwaited() {
    guard !awaited.isEmpty, now >= awaitedUntil else { return }
    for index in awaited.sorted() { enqueue(index) }
    awaited = []
  }

  mutating func found(_ index: Int) {
    guard tasks[index].state == .lookingUp else { return }
    complete(index, cached: true)
  }

  /// Marks a task as done and looks at those that waited for it.
  mutating func complete(_ index: Int, cached: Bool) {
    switch tasks[index].state {
    case .done: return
    case .ready: withdraw(index)
    // A result that comes after all from an attempt that was given up: the task counts as done, but what it blocked
    // stays blocked, as the user has been told.
    case .failed, .blocked: openCount += 1
    default: break
    }
    tasks[index].state = .done
    kinds[tasks[index].kind].done += 1
    openCount -= 1
    effects.append(.done(identifiers[index], cached: cached))
    for dependant in tasks[index].dependants {
      tasks[dependant].missingInputs -= 1
      if tasks[dependant].missingInputs == 0, tasks[dependant].state == .waiting { lookUp(dependant) }
    }
  }

  /// Counts a failure; the task becomes ready again, or is given up together with all that need it.
  mutating func fail(_ attempt: Attempt, _ cause: FailureCause) {
    guard let lease = dropLease(attempt) else { return }
    let index = attempt.task
    let used = tasks[index].failures[cause.kind, default: 0] + 1
    tasks[index].failures[cause.kind] = used
    // While another attempt is under way nothing is decided.
    let isAlone = tasks[index].leases.isEmpty
    let willRetry = !isAlone || (settings.budget(cause.kind).map { used <= $0 } ?? true)
    effects.append(
      .failed(worker: workers[lease.worker].name, identifier(attempt), cause, willRetry: willRetry))
    guard isAlone, case .leased = tasks[index].state else { return }
    if willRetry {
      makeReady(index)
    } else {
      giveUp(index, cause)
    }
  }

  private mutating func giveUp(_ index: Int, _ cause: FailureCause) {
    tasks[index].state = .failed(cause)
    openCount -= 1
    block(dependantsOf: index)
  }

  private mutating func block(dependantsOf failed: Int, isNews: Bool = true) {
    var queue = tasks[failed].dependants
    while let index = queue.popLast() {
      guard tasks[index].state == .waiting else { continue }
      tasks[index].state = .blocked(by: identifiers[failed])
      openCount -= 1
      if isNews { effects.append(.blocked(identifiers[index], by: identifiers[failed])) }
      queue += tasks[index].dependants
    }
  }

  /// Opens tasks that failed for good once more, with fresh budgets, and with them what was blocked by nothing else.
  mutating func retry(_ name: TaskIdentifier?) {
    let wanted = name.map { indexes[$0].map { [$0] } ?? [] } ?? Array(tasks.indices)
    var reopened: [Int] = []
    for index in wanted {
      guard case .failed = tasks[index].state else { continue }
      tasks[index].failures = [:]
      tasks[index].state = .waiting
      openCount += 1
      reopened.append(index)
    }
    guard !reopened.isEmpty else { return }
    for index in reopened { effects.append(.reopened(identifiers[index])) }
    // All that is blocked is opened, then what other failures block is closed again.
    var before: [Int: TaskIdentifier] = [:]
    for index in tasks.indices {
      guard case .blocked(let other) = tasks[index].state else { continue }
      before[index] = other
      tasks[index].state = .waiting
      openCount += 1
    }
    for index in tasks.indices {
      if case .failed = tasks[index].state { block(dependantsOf: index, isNews: false) }
    }
    for (index, other) in before.sorted(by: { $0.key < $1.key }) {
      if case .blocked(let present) = tasks[index].state {
        guard present != other else { continue }
        effects.append(.reopened(identifiers[index]))
        effects.append(.blocked(identifiers[index], by: present))
      } else {
        effects.append(.reopened(identifiers[index]))
      }
    }
    for index in tasks.indices where tasks[index].state == .waiting && tasks[index].missingInputs == 0 {
      lookUp(index)
    }
    saidFinished = false
  }

  /// Gives tasks up on request.
  mutating func cancel(_ names: [TaskIdentifier]) {
    for name in names {
      guard let index = indexes[name] else { continue }
      switch tasks[index].state {
      case .done, .failed, .blocked: continue
      case .ready: withdraw(index)
      default: break
      }
      let cause = FailureCause(.cancelled, "it was cancelled on request")
      let number = tasks[index].leases.last?.number ?? tasks[index].lastAttempt
      let worker = tasks[index].leases.last.map { workers[$0.worker].name } ?? ""
      takeBackAll(index)
      effects.append(.failed(worker: worker, AttemptIdentifier(name, number), cause, willRetry: false))
      giveUp(index, cause)
    }
  }

  /// Takes every attempt at a task back from its worker, begun or not.
  mutating func takeBackAll(_ index: Int) {
    for number in tasks[index].leases.map(\.number) {
      let attempt = Attempt(task: index, number: number)
      guard let lease = dropLease(attempt) else { continue }
      effects.append(.revoke(worker: workers[lease.worker].name, identifier(attempt), evenIfRunning: true))
    }
  }

  mutating func stop() {
    guard !isStopping else { return }
    isStopping = true
    for worker in workers where worker.isHere { effects.append(.drain(worker: worker.name)) }
  }

  mutating func finishIfDone() {
    guard !saidFinished, isFinished || (isStopping && leaseCount == 0) else { return }
    saidFinished = true
    effects.append(.finished)
  }
}
