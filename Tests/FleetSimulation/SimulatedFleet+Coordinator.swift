import Essentials
import Scheduling
import TaskGraph

extension SimulatedFleet {
  /// A coordinator starts on what the disk holds.
  mutating func startCoordinator() {
    epoch += 1
    let (history, unsettled) = disk.history()
    do {
      _ = try CommitLog.restore(unsettled, to: &disk)
    } catch {
      violate("\(error)")
    }
    disk.settle()
    coordinator = Coordinator(scheduler: Scheduler(plan: plan, history: history, settings: settings))
    _ = disk.append(.begin)
    checkAnswers()
    let time = clock
    let effects = coordinator?.scheduler.begin(now: time) ?? []
    carryOut(effects)
    for task in answered.keys where coordinator?.done.contains(task) != true && !isFinished {
      // Its inputs were done when it was, so it must have been found.
      violate("lost commit: \(task) was answered and is not done after a restart")
    }
    flush()
  }

  /// The coordinator is gone, with all it had in memory.
  mutating func endCoordinator(restartAfter seconds: Double) {
    guard coordinator != nil else { return }
    coordinator = nil
    disk.lose()
    agenda.add(.coordinatorStarts, at: now + seconds)
  }

  mutating func receive(_ message: ToCoordinator, from index: Int) {
    let name = SimulatedFleet.name(index)
    if case .hello(let held) = message {
      coordinator?.known.insert(index)
      enqueue(.welcomed(epoch: UInt64(epoch)), to: index)
      tell(.joined(worker: name, held: held))
    } else if coordinator?.known.contains(index) != true {
      enqueue(.helloWanted, to: index)
    } else {
      switch message {
      case .hello: break
      case .heartbeat(let held, let running):
        tell(.heartbeat(worker: name, held: held, running: running))
        enqueue(.heard, to: index)
      case .started(let attempt): tell(.started(worker: name, attempt))
      case .leaving: tell(.leaving(worker: name))
      case .report(let attempt, .finished(let result)): commit(attempt, result, index)
      case .report(let attempt, .failed(let cause)): tell(.failed(worker: name, attempt, cause))
      case .report(let attempt, .released):
        if coordinator?.scheduler.hasGranted(attempt, to: name) == true { _ = disk.append(.ended(attempt)) }
        tell(.released(worker: name, attempt))
      }
    }
    flush()
  }

  /// As the coordinator proper does it.
  private mutating func commit(_ attempt: AttemptIdentifier, _ result: AttemptResult, _ index: Int) {
    let name = SimulatedFleet.name(index)
    guard coordinator?.scheduler.hasGranted(attempt, to: name) == true, let key = key(of: attempt.task) else {
      return enqueue(.acknowledged(attempt), to: index)
    }
    let wasDone = coordinator?.scheduler.state(of: attempt.task) == .done
    coordinator?.delivered.insert(attempt)
    let delivered = CommittedResult(attempt: attempt, key: key, outputs: result.outputs)
    do {
      guard let verdict = try coordinator?.log.commit(delivered, to: &disk) else { return }
      if !verdict.different.isEmpty { alarms += 1 }
      if !wasDone { coordinator?.outputs[attempt.task] = verdict.outputs }
      coordinator?.barrier = verdict.record
      tell(.committed(worker: name, attempt, seconds: result.seconds))
      coordinator?.barrier = 0
      if coordinator?.scheduler.state(of: attempt.task) != .done { violate("\(attempt) was committed and is not done") }
      // Whoever reads the cache must see what this coordinator believes.
      let seen = disk.outputs(of: key)
      if seen != coordinator?.outputs[attempt.task] {
        violate("double commit: \(attempt.task) is not what the cache says")
      }
    } catch {
      violate("\(error)")
    }
  }

  mutating func tell(_ event: SchedulerEvent) {
    let time = clock
    guard let effects = coordinator?.scheduler.handle(event, now: time) else { return }
    carryOut(effects)
    flush()
  }

  private mutating func carryOut(_ effects: [SchedulerEffect]) {
    for effect in effects {
      switch effect {
      case .lookUp(let task): lookUp(task)
      case .grant(let worker, let attempt):
        enqueue(.granted(attempt), to: Self.index(worker), after: disk.append(.granted(attempt)))
      case .revoke(let worker, let attempt, let evenIfRunning):
        enqueue(.revoked(attempt, evenIfRunning: evenIfRunning), to: Self.index(worker))
      case .acknowledge(let worker, let attempt): enqueue(.acknowledged(attempt), to: Self.index(worker))
      case .drain(let worker): enqueue(.drain, to: Self.index(worker))
      case .done(let task, _):
        if coordinator?.done.insert(task).inserted == false { violate("\(task) was done twice") }
      case .failed(_, let attempt, let cause, let willRetry):
        _ = disk.append(.failed(attempt, cause.kind))
        if !willRetry { violate("\(attempt) was given up: \(cause.sentence)") }
      case .lost(let worker, _): coordinator?.known.remove(Self.index(worker))
      case .blocked(let task, _): violate("\(task) is blocked")
      case .reopened, .speculated, .hostDrained: break
      case .finished: isFinished = true
      }
    }
  }

  private mutating func lookUp(_ task: TaskIdentifier) {
    guard let key = key(of: task), let outputs = disk.outputs(of: key) else { return tell(.notFound(task)) }
    coordinator?.outputs[task] = outputs
    coordinator?.log.note(task, outputs: outputs)
    tell(.found(task))
  }

  mutating func enqueue(_ event: WorkerEvent, to index: Int, after record: Int = 0) {
    guard let barrier = coordinator?.barrier else { return }
    coordinator?.outbox.append((index, event), after: max(record, barrier))
  }

  /// Sends what is durable and has the disk written for the rest.
  mutating func flush() {
    while let (index, event) = coordinator?.outbox.next(durable: disk.durable) {
      noteSent(event)
      transmit(.toWorker(index, event, epoch: epoch))
    }
    guard coordinator?.outbox.firstRecord != nil, coordinator?.isSyncing == false else { return }
    coordinator?.isSyncing = true
    let count = disk.write()
    let isSlow = isUnkind && dice.chance(0.02)
    agenda.add(
      .syncEnds(epoch: epoch, count: count, fails: isUnkind && dice.chance(troubles.syncFailures)),
      at: now + (isSlow ? 3 : 0.001 + 0.01 * dice.uniform()))
  }

  mutating func endSync(_ sender: Int, _ count: Int, _ fails: Bool) {
    guard sender == epoch, coordinator != nil else { return }
    coordinator?.isSyncing = false
    if fails {
      // What an fsync did not write may be gone although a second one would succeed: start again from the disk.
      disk.failSync(&dice)
      return endCoordinator(restartAfter: 1)
    }
    disk.synced(count)
    flush()
  }

  // MARK: What must hold

  private mutating func noteSent(_ event: WorkerEvent) {
    switch event {
    case .granted(let attempt):
      if !granted.insert(attempt).inserted { violate("\(attempt) was granted twice") }
      if answered[attempt.task] != nil { violate("\(attempt) was granted after its task was committed") }
    case .acknowledged(let attempt):
      guard coordinator?.delivered.contains(attempt) == true, answered[attempt.task] == nil,
        let key = key(of: attempt.task), let outputs = coordinator?.outputs[attempt.task]
      else { return }
      answered[attempt.task] = CommittedResult(attempt: attempt, key: key, outputs: outputs)
    default: break
    }
  }

  /// Everything that was answered `COMMITTED` is there, with the content that was answered.
  mutating func checkAnswers() {
    for (task, result) in answered {
      guard let outputs = disk.outputs(of: result.key) else {
        violate("lost commit: \(task) was answered and is not in the cache")
        continue
      }
      if outputs != result.outputs { violate("double commit: \(task) has other outputs than were answered") }
    }
  }

  /// The key of a task whose inputs are known to the coordinator.
  func key(of id: TaskIdentifier) -> Digest? {
    guard let task = tasks[id] else { return nil }
    var text = id.name
    for input in task.inputs {
      guard let outputs = coordinator?.outputs[input.task],
        let output = outputs.first(where: { $0.name == input.output })
      else { return nil }
      text += " " + output.contentDigest.hexadecimal
    }
    return Digest.of(text)
  }
}
