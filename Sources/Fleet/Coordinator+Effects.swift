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
  }

  private func lookUp(_ id: TaskIdentifier) throws -> SchedulerEvent {
    guard let task = results.task(id), let entry = try results.lookUp(task, removesBroken: true) else {
      return .notFound(id)
    }
    statistics[id] = TaskStatistics(
      id: id, stage: task.stage, seconds: entry.seconds, isCached: true, attempts: 0, worker: nil,
      peakMemory: entry.peakMemory)
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
      // A released attempt ends here; one that is done or failed has ended already.
      noteEnd(attempt.task, attempt.number)
      connection?.transfer?.permits.end(attempt.name)
    case .drain(let worker): send(.drain, to: worker)
    case .done(let id, let cached): try done(id, cached)
    case .failed(let worker, let attempt, let cause, let willRetry):
      try failed(attempt, cause, willRetry, worker)
    case .blocked(let id, let by):
      if let stage = results.task(id)?.stage { stages.add(stage, failed: 1) }
      if let place = failurePlaces[by] { failures[place].blocked.append(id) }
      overviewIsDue = true
    case .lost(let worker, let cause): try lost(worker, cause)
    case .finished: isFinished = true
    }
  }

  private func grant(_ attempt: AttemptIdentifier, to worker: String) throws {
    guard let task = results.task(attempt.task), let inputs = results.inputs(of: task) else { return }
    attemptCounts[task.id, default: 0] += 1
    let order = WorkOrder(
      task: task, attempt: attempt.number, inputs: inputs.map { .init(digest: $0.digest, size: $0.size) },
      checkpointSeconds: settings.checkpointSeconds)
    let work = try CanonicalJSON.encode(ComputeCommand.run(order))
    permitFiles(of: attempt, to: worker)
    try journal.append(JournalRecord(.granted, attempt, worker: worker))
    send(.grant(Grant(attempt: attempt.name, folder: "tasks/\(task.id.folderName)"), work: work), to: worker)
  }

  private func done(_ id: TaskIdentifier, _ cached: Bool) throws {
    guard let task = results.task(id) else { return }
    noteEnd(id)
    stages.add(task.stage, done: 1)
    overviewIsDue = true
    if let place = failurePlaces.removeValue(forKey: id) {
      failures.remove(at: place)
      for (other, index) in failurePlaces where index > place { failurePlaces[other] = index - 1 }
      stages.add(task.stage, failed: -1)
    }
    guard isAnnounced else { return }
    observe(.taskFinished(task: id, stage: task.stage, seconds: statistics[id]?.seconds ?? 0, cached: cached))
  }

  private func failed(
    _ attempt: AttemptIdentifier, _ cause: FailureCause, _ willRetry: Bool, _ worker: String
  ) throws {
    let stage = results.task(attempt.task)?.stage ?? ""
    noteEnd(attempt.task, attempt.number)
    let log = cause.log.map { "\(directory.path)/\($0)" }
    try journal.append(
      JournalRecord(.failed, attempt, worker: worker, cause: cause, willRetry: willRetry))
    mustSync = true
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
      try tell(.gone(worker: peer.name, cause: "\(peer.name) \(ending.sentence)"))
      try lost(peer.name, "\(peer.name)\(place) \(ending.sentence)")
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
    guard peers[worker]?.left == nil else { return }
    peers[worker]?.left = MonotonicClock.now
    if let identity = peers[worker]?.identity { connection?.transfer?.permits.revokeAll(of: identity) }
    connection?.launcher.noteLoss(launch: peers[worker]?.launch)
    // Should it speak again after all, it has to introduce itself first.
    if let address = peers[worker]?.address { namesByAddress[address] = nil }
    // After a stop workers are expected to go.
    guard stopDeadline == nil else { return }
    lostWorkers.append(cause)
    try journal.append(JournalRecord(.lost, worker: worker, cause: FailureCause(.lostWorker, cause)))
    observe(.workerLost(worker: worker, cause: cause))
  }
}
