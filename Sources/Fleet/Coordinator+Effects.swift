internal import Essentials
internal import Foundation
internal import Messaging
internal import Scheduling
internal import Storage
internal import TaskGraph

extension Coordinator {
  /// Does what the scheduler wants, and what that leads to.
  func carryOut(_ effects: [SchedulerEffect]) throws {
    var queue = effects
    var next = 0
    while next < queue.count {
      let effect = queue[next]
      next += 1
      if case .lookUp(let task) = effect {
        queue += scheduler.handle(try lookUp(task), now: MonotonicClock.now)
      } else {
        try carryOut(effect)
      }
    }
    for attempt in acknowledged { noteEnd(attempt.task, attempt.number) }
    acknowledged = []
  }

  private func lookUp(_ id: TaskIdentifier) throws -> SchedulerEvent {
    guard let task = results.task(id), let entry = try results.lookUp(task, removesBroken: true) else {
      return .notFound(id)
    }
    commitLog.note(id, outputs: entry.outputs)
    record(
      TaskStatistics(
        id: id, stage: task.stage, seconds: entry.seconds, isCached: true, attempts: 0, worker: nil,
        peakMemory: entry.peakMemory), of: task)
    return .found(id)
  }

  private func carryOut(_ effect: SchedulerEffect) throws {
    switch effect {
    case .lookUp: break
    case .grant(let worker, let attempt): try grant(attempt, to: worker)
    case .revoke(let worker, let attempt, let evenIfRunning):
      send(.revoke(Revoke(attempt: attempt.name, evenIfRunning: evenIfRunning)), to: worker)
    case .acknowledge(let worker, let attempt):
      send(.committed(AttemptNotice(attempt: attempt.name)), to: worker)
      // A released attempt ends here; one that is done or failed says so in another effect of the same batch.
      acknowledged.append(attempt)
      connection?.transfer?.permits.end(attempt.name)
    case .drain(let worker): send(.drain, to: worker)
    case .done(let id, let cached): try done(id, cached)
    case .failed(let worker, let attempt, let cause, let willRetry):
      try failed(attempt, cause, willRetry, worker)
    case .blocked(let id, let by):
      if let stage = results.task(id)?.stage { stages.add(stage, failed: 1) }
      if let place = failurePlaces[by] { failures[place].blocked.append(id) }
      overviewIsDue = true
    case .reopened(let id): reopen(id)
    case .speculated(let attempt, let original):
      observe(.warning(message: "\(original) takes far longer than predicted; \(attempt) is started beside it"))
    case .hostDrained(let host, let cause):
      observe(.warning(message: "\(host) gets no more work while other machines are there: \(cause)"))
    case .lost(let worker, let cause): try lost(worker, cause)
    case .finished: isFinished = true
    }
  }

  private func grant(_ attempt: AttemptIdentifier, to worker: String) throws {
    guard let task = results.task(attempt.task), let inputs = results.inputs(of: task) else { return }
    attemptCounts[task.id, default: 0] += 1
    let order = WorkOrder(
      task: task, attempt: attempt.number, inputs: inputs.map { .init(digest: $0.digest, size: $0.size) },
      checkpointSeconds: settings.checkpointSeconds, retention: settings.checkpointRetention, worker: worker,
      rank: scheduler.rank(of: task.id), memory: scheduler.memoryRequest(of: task.id), memoryGuard: settings.memoryGuard
    )
    let work = try ComputeCommand.run(order).encoded()
    permitFiles(of: attempt, to: worker)
    // A number that was given out must never be given out again: the grant leaves once it is on disk.
    let record = try note(JournalRecord(.granted, attempt, worker: worker))
    send(
      .grant(Grant(attempt: attempt.name, folder: "tasks/\(task.id.folderName)"), work: work), to: worker, after: record
    )
  }

  private func done(_ id: TaskIdentifier, _ cached: Bool) throws {
    guard let task = results.task(id) else { return }
    noteEnd(id, outcome: .done)
    if isAnnounced, !cached { rate.committed(MonotonicClock.now) }
    stages.add(task.stage, done: 1)
    overviewIsDue = true
    forgetFailure(id)
    guard isAnnounced else { return }
    observe(.taskFinished(task: id, stage: task.stage, seconds: statistics[id]?.seconds ?? 0, cached: cached))
  }

  /// Takes a task out of the list of those that failed for good.
  private func forgetFailure(_ id: TaskIdentifier) {
    guard let place = failurePlaces.removeValue(forKey: id) else { return }
    failures.remove(at: place)
    for (other, index) in failurePlaces where index > place { failurePlaces[other] = index - 1 }
    if let stage = results.task(id)?.stage { stages.add(stage, failed: -1) }
  }

  /// A task that had failed, or was blocked by one that had, is open again.
  private func reopen(_ id: TaskIdentifier) {
    if failurePlaces[id] != nil {
      forgetFailure(id)
    } else if let stage = results.task(id)?.stage {
      stages.add(stage, failed: -1)
      for place in failures.indices { failures[place].blocked.removeAll { $0 == id } }
    }
    overviewIsDue = true
  }

  private func failed(
    _ attempt: AttemptIdentifier, _ cause: FailureCause, _ willRetry: Bool, _ worker: String
  ) throws {
    let stage = results.task(attempt.task)?.stage ?? ""
    noteEnd(attempt.task, attempt.number, outcome: .failed, cause: cause.sentence)
    failureCounts[cause.kind, default: 0] += 1
    let log = cause.log.map { "\(directory.path)/\($0)" }
    let record = try note(
      JournalRecord(.failed, attempt, worker: worker, cause: cause, willRetry: willRetry))
    barrier = max(barrier, record)
    observe(
      .taskFailed(
        task: attempt.task, stage: stage, attempt: attempt.number, cause: cause.sentence, willRetry: willRetry,
        log: log))
    if !willRetry {
      stages.add(stage, failed: 1)
      failurePlaces[attempt.task] = failures.count
      failures.append(
        FailedTask(
          id: attempt.task, kind: cause.kind, cause: cause.sentence, log: log, lastLines: cause.lastLines,
          blocked: []))
    }
    // With a full disk nothing else will succeed: save what can be saved and say so.
    if cause.kind == .storage, stopDeadline == nil { try beginStop(MonotonicClock.now) }
  }

  /// A worker process that a launcher watches ended.
  func workerEnded(_ ending: LaunchEnding) throws {
    let isHeard = peers.values.first { peer in
      // Process numbers tell workers of this machine apart, launches those of others.
      let isSame = ending.launch == nil ? peer.process == ending.process : true
      return peer.launch == ending.launch && isSame && peer.left == nil
    }
    if let peer = isHeard {
      let place = ending.launch == nil ? " (process \(ending.process))" : ""
      let sentence = "\(peer.name)\(place) \(ending.sentence)"
      try lost(peer.name, sentence)
      try tell(.gone(worker: peer.name, cause: sentence))
    }
    guard ending.isGivenUp else { return }
    givenUpSlots.insert(ending.slot)
    let said = ending.lastLines.last.map { "; the last line of its log: \($0)" } ?? ""
    startProblem = "worker \(ending.slot + 1) \(ending.sentence)\(said)"
    observe(.warning(message: "worker \(ending.slot + 1) is not started again: it \(ending.sentence)\(said)"))
    if connection?.launcher.runningCount == 0, stopDeadline == nil {
      throw ClavaError(
        .internal, "no worker can be started: \(startProblem)",
        remedy: "look into \(directory.logs), then give the same command again: finished tasks are kept")
    }
  }

  func lost(_ worker: String, _ cause: String) throws {
    guard let peer = peers[worker], peer.left == nil else { return }
    peers[worker]?.left = MonotonicClock.now
    if let identity = peers[worker]?.identity { connection?.transfer?.permits.revokeAll(of: identity) }
    connection?.launcher.noteLoss(launch: peers[worker]?.launch)
    // Should it speak again after all, it has to introduce itself first.
    namesByAddress[peer.address] = nil
    // After a stop workers are expected to go.
    guard stopDeadline == nil else { return }
    let attempt = running.values.first { $0.worker == worker }?.attempt
    if peer.isLeaving, attempt == nil {
      try note(JournalRecord(.left, worker: worker))
      observe(.workerLeft(worker: worker, cause: "\(cause), after giving its work back"))
      return
    }
    let loss = describe(peer, cause, attempt)
    lost = Array((lost + [loss]).suffix(RunStatus.mostLostWorkers))
    lostWorkers.append(loss.cause)
    try note(
      JournalRecord(.lost, worker: worker, cause: FailureCause(.lostWorker, loss.cause, lastLines: loss.lastLines)))
    observe(.workerLost(worker: worker, cause: loss.cause))
  }
}
