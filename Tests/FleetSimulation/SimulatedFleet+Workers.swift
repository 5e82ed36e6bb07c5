import Essentials
import Scheduling
import TaskGraph

extension SimulatedFleet {
  static func name(_ index: Int) -> String { "worker \(index)" }

  static func index(_ name: String) -> Int { Int(name.dropFirst(7)) ?? 0 }

  mutating func startWorker() {
    startedWorkers += 1
    let core = WorkerCore(beatSeconds: 1, resendSeconds: 1, orphanSeconds: 1800)
    workers[startedWorkers] = Worker(core: core, name: Self.name(startedWorkers))
    agenda.add(.workerTick(startedWorkers), at: now)
  }

  mutating func receive(_ event: WorkerEvent, from sender: Int, _ index: Int, _ what: Occurrence) {
    guard let worker = workers[index], worker.deafUntil <= now else { return }
    if worker.frozenUntil > now { return agenda.add(what, at: worker.frozenUntil) }
    guard worker.core.accepts(epoch: UInt64(sender)) else { return }
    if sender < worker.highestEpoch { violate("\(worker.name) obeyed a coordinator that was replaced") }
    if case .welcomed = event { workers[index]?.highestEpoch = max(sender, worker.highestEpoch) }
    tell(index, event)
  }

  mutating func tell(_ index: Int, _ event: WorkerEvent) {
    let time = clock
    guard let effects = workers[index]?.core.handle(event, now: time) else { return }
    for effect in effects {
      switch effect {
      case .hello(let held): transmit(.toCoordinator(worker: index, .hello(held), epoch: epoch))
      case .heartbeat(let held, let running):
        transmit(.toCoordinator(worker: index, .heartbeat(held, running), epoch: epoch))
      case .run(let attempt):
        if workers[index]?.ran.insert(attempt).inserted == false { violate("\(attempt) ran twice on one worker") }
        let generation = workers[index]?.generation ?? 0
        agenda.add(.computeEnds(index, attempt, generation: generation), at: now + seconds(attempt.task))
      case .stopRunning:
        workers[index]?.generation += 1
        if let running = workers[index]?.core.running { tell(index, .computeLeft(running)) }
      case .startCompute:
        agenda.add(.computeReady(index, generation: workers[index]?.generation ?? 0), at: now + 0.1)
      case .report(let attempt, let report):
        transmit(.toCoordinator(worker: index, .report(attempt, report), epoch: epoch))
      case .sayStarted(let attempt): transmit(.toCoordinator(worker: index, .started(attempt), epoch: epoch))
      case .sayLeaving: transmit(.toCoordinator(worker: index, .leaving, epoch: epoch))
      case .exit:
        workers[index] = nil
        agenda.add(.workerStarts, at: now + 1)
      }
    }
  }

  /// How long a task takes this time.
  private mutating func seconds(_ task: TaskIdentifier) -> Double {
    durations?[task] ?? (tasks[task]?.cost.seconds ?? 1) * (0.5 + dice.uniform())
  }

  /// What a body delivers: it follows from the task alone.
  func result(of attempt: AttemptIdentifier) -> AttemptResult {
    let seconds = durations?[attempt.task] ?? tasks[attempt.task]?.cost.seconds ?? 1
    return AttemptResult(outputs: outputs(of: attempt.task), seconds: seconds, peakMemory: 1)
  }

  private func outputs(of task: TaskIdentifier, variant: String = "") -> [TaskOutput] {
    (tasks[task]?.outputs ?? []).map { name in
      let digest = Digest.of("content of \(task) \(name)\(variant)")
      return TaskOutput(name: name, digest: digest, contentDigest: digest, size: 1)
    }
  }

  // MARK: Troubles

  mutating func trouble() {
    // Rates are per second, this happens twice a second.
    for index in workers.keys.sorted() {
      if dice.chance(troubles.workerDeaths / 2) {
        kill(index)
      } else if dice.chance(troubles.computeCrashes / 2) {
        workers[index]?.generation += 1
        tell(index, .computeDied(FailureCause(.lostWorker, "crashed")))
      } else if dice.chance(troubles.freezes / 2) {
        workers[index]?.frozenUntil = now + dice.uniform() * 2 * settings.leaseSeconds
      } else if dice.chance(troubles.partitions / 2) {
        let until = now + dice.uniform() * 2 * settings.leaseSeconds
        let kind = dice.below(3)
        if kind != 0 { workers[index]?.deafUntil = until }
        if kind != 1 { workers[index]?.muteUntil = until }
      }
    }
    if dice.chance(troubles.strangers / 2) { strangerCommits() }
    if dice.chance(troubles.coordinatorDeaths / 2) {
      // Half of them were just about to fsync: what they had written is in the system's memory.
      if dice.chance(0.5) { _ = disk.write() }
      endCoordinator(restartAfter: 0.2 + dice.uniform())
    }
    if dice.chance(troubles.powerCuts / 2) {
      if dice.chance(0.5) { _ = disk.write() }
      endCoordinator(restartAfter: 1 + dice.uniform())
      disk.cutPower(&dice)
    }
    if dice.chance(troubles.thaws / 2) { replaceCoordinator() }
  }

  private mutating func kill(_ index: Int) {
    workers[index] = nil
    // Half of the deaths are seen by the launcher, the others only by the lease.
    if dice.chance(0.5), coordinator?.known.remove(index) != nil {
      tell(.gone(worker: Self.name(index), cause: "\(Self.name(index)) was killed"))
    }
    agenda.add(.workerStarts, at: now + 1)
  }

  /// The coordinator stands still, another one is started, and the first wakes up and goes on giving orders.
  private mutating func replaceCoordinator() {
    guard coordinator != nil else { return }
    let old = epoch
    endCoordinator(restartAfter: 0)
    for index in workers.keys.sorted() {
      let time = now + 0.5 + dice.uniform() * 10
      for attempt in workers[index]?.core.held ?? [] {
        agenda.add(.toWorker(index, .revoked(attempt, evenIfRunning: true), epoch: old), at: time)
      }
      if dice.chance(0.2) { agenda.add(.toWorker(index, .dismissed, epoch: old), at: time) }
    }
  }

  /// Another process runs a task whose inputs are there and commits it by itself.
  private mutating func strangerCommits() {
    let open = plan.tasks.filter { coordinator?.done.contains($0.id) == false && key(of: $0.id) != nil }
    guard !open.isEmpty else { return }
    let task = open[dice.below(open.count)].id
    guard let key = key(of: task) else { return }
    let variant = dice.chance(troubles.unequalResults) ? " made otherwise" : ""
    disk.commitDurably(outputs(of: task, variant: variant), key: key)
  }
}
