internal import Essentials
internal import Foundation
internal import Messaging
internal import Scheduling
internal import Storage
internal import TaskGraph

extension Coordinator {
  /// Takes messages as they came from the socket.
  ///
  /// Commits touch the disk; what has begun meanwhile is noted first, so that no slot looks idle that is not.
  func take(batch: [FleetEndpoint.Arrival]) throws {
    var commits: [(Data, Envelope)] = []
    for arrival in batch {
      guard let envelope = admit(arrival) else { continue }
      let address = arrival.address
      if case .commit = envelope.message { commits.append((address, envelope)) } else { try take(envelope, address) }
    }
    for (address, envelope) in commits { try take(envelope, address) }
  }

  private func take(_ envelope: Envelope, _ address: Data) throws {
    if case .hello(let hello) = envelope.message { return try welcome(hello, address) }
    guard let worker = namesByAddress[address] else {
      enqueue(.rehello, to: address)
      return
    }
    peers[worker]?.lastHeard = MonotonicClock.now
    switch envelope.message {
    case .heartbeat(let beat): try take(beat, worker)
    case .started(let notice): try started(AttemptIdentifier(notice.attempt), worker)
    case .commit(let commit): try self.commit(commit, worker)
    case .failed(let failure):
      let cause = FailureCause(
        FailureCause.Kind(rawValue: failure.kind) ?? .programError, failure.sentence, log: failure.log,
        lastLines: failure.lastLines)
      let attempt = AttemptIdentifier(failure.attempt)
      if cause.kind == .storage, try withdraw(worker, from: attempt, cause.sentence) { return }
      try tell(.failed(worker: worker, attempt, cause))
    case .release(let notice): try released(AttemptIdentifier(notice.attempt), worker)
    case .leaving:
      peers[worker]?.isLeaving = true
      try tell(.leaving(worker: worker))
    case .unknown(let kind): enqueue(.unsupported(Unsupported(kind: kind.rawValue)), to: address)
    default: try tell(.heard(worker: worker))
    }
  }

  func released(_ attempt: AttemptIdentifier, _ worker: String) throws {
    if scheduler.hasGranted(attempt, to: worker), case .leased = scheduler.state(of: attempt.task) {
      try note(JournalRecord(.returned, attempt, worker: worker))
    }
    try tell(.released(worker: worker, attempt))
  }

  private func welcome(_ hello: Hello, _ address: Data) throws {
    guard hello.versions.contains(1) else {
      let sentence = "it speaks protocol versions \(hello.versions), this coordinator version 1"
      enqueue(.reject(Reject(code: "version", sentence: sentence)), to: address)
      return
    }
    let process = hello.labels["process"].flatMap { Int($0) } ?? 0
    let name = namesByIdentity[hello.worker] ?? freeName(hello.name)
    let isNew = peers[name] == nil
    if let old = peers[name]?.address { namesByAddress[old] = nil }
    namesByIdentity[hello.worker] = name
    namesByAddress[address] = name
    if isNew {
      peers[name] = Peer(
        identity: hello.worker, name: name, process: process, launch: hello.labels["launch"], address: address,
        joined: MonotonicClock.now, machine: hello.labels["machine"] ?? "", lastHeard: MonotonicClock.now)
      connection?.launcher.confirm(launch: hello.labels["launch"], process: process)
      try note(JournalRecord(.joined, worker: name))
      observe(.workerJoined(worker: name, process: process))
    }
    peers[name]?.address = address
    if let arrival = arrivals.removeValue(forKey: address) {
      peers[name]?.key = arrival.key
      peers[name]?.descriptor = arrival.descriptor
      peers[name]?.remote = arrival.remote
    }
    peers[name]?.left = nil
    peers[name]?.isLeaving = false
    peers[name]?.lastHeard = MonotonicClock.now
    let welcome = Welcome(
      heartbeatSeconds: settings.heartbeatSeconds, checkpointSeconds: settings.checkpointSeconds,
      orphanSeconds: settings.orphanSeconds, keepCheckpoints: settings.keepCheckpoints,
      environment: settings.computeEnvironment, store: connection?.transfer == nil ? nil : probe,
      dataEndpoint: connection?.transfer?.endpoint, numericProfile: plan.numericProfile,
      lendsSlots: settings.lendsSlots)
    send(.welcome(welcome), to: name)
    try tell(.joined(worker: name, facts: WorkerFacts(hello), held: hello.held.map(AttemptIdentifier.init)))
    if peers[name]?.isAskedToLeave == true { send(.drain, to: name) }
    for attempt in hello.held.map(AttemptIdentifier.init) where scheduler.hasGranted(attempt, to: name) {
      permitFiles(of: attempt, to: name)
    }
  }

  /// The worker's own name, with a number if an earlier process had it.
  private func freeName(_ wanted: String) -> String {
    guard peers[wanted] != nil else { return wanted }
    return (2...).lazy.map { "\(wanted) (\($0))" }.first { self.peers[$0] == nil } ?? wanted
  }

  private func take(_ beat: Heartbeat, _ worker: String) throws {
    peers[worker]?.memory = beat.residentMemory
    noteTroubles(beat.troubles ?? [], of: worker)
    if peers[worker]?.isAskedToLeave == true { send(.drain, to: worker) }
    let held = beat.held.map { AttemptIdentifier($0.attempt) }
    let runningNow = beat.held.first { $0.isRunning }
    try tell(.heartbeat(worker: worker, held: held, running: runningNow.map { AttemptIdentifier($0.attempt) }))
    if let entry = runningNow {
      let attempt = AttemptIdentifier(entry.attempt)
      if running[attempt.task]?.attempt != attempt { noteStart(attempt, worker) }
      if let fraction = entry.fraction, let task = results.task(attempt.task) {
        let progress = TaskProgress(fraction: fraction, step: entry.step, loss: entry.loss, slots: entry.slots)
        running[attempt.task]?.progress = progress
        if progressAlarm.heard(attempt, progress, now: MonotonicClock.now) { goesOnAgain(attempt) }
        observe(
          .taskProgress(
            task: attempt.task, stage: task.stage, attempt: attempt.number, worker: worker, progress: progress))
      }
    }
    send(.alive, to: worker)
  }

  private func started(_ attempt: AttemptIdentifier, _ worker: String) throws {
    try tell(.started(worker: worker, attempt))
    noteStart(attempt, worker)
  }

  private func noteStart(_ attempt: AttemptIdentifier, _ worker: String) {
    guard let task = results.task(attempt.task), case .leased = scheduler.state(of: attempt.task),
      running[attempt.task]?.attempt != attempt
    else { return }
    if running[attempt.task] == nil { stages.add(task.stage, running: 1) }
    running[attempt.task] = RunningAttempt(attempt: attempt, worker: worker, began: MonotonicClock.now)
    _ = progressAlarm.heard(attempt, nil, now: MonotonicClock.now)
    overviewIsDue = true
    observe(.taskStarted(task: attempt.task, stage: task.stage, attempt: attempt.number, worker: worker))
  }

  /// An attempt has ended; `outcome` is for the trace.
  func noteEnd(
    _ task: TaskIdentifier, _ number: Int? = nil, outcome: AttemptTrace.Outcome = .returned, cause: String? = nil
  ) {
    guard let entry = running[task], number == nil || entry.attempt.number == number else { return }
    running[task] = nil
    progressAlarm.ended(task)
    alarms.removeAll { $0.task == task && $0.worker == entry.worker && outcome != .returned }
    noteTrace(entry, outcome, cause)
    if let stage = results.task(task)?.stage { stages.add(stage, running: -1) }
    overviewIsDue = true
  }

  /// The one act that makes a task done: its key's entry appears in the cache. Doing it twice is harmless.
  private func commit(_ commit: Commit, _ worker: String) throws {
    let attempt = AttemptIdentifier(commit.attempt)
    guard let task = results.task(attempt.task), scheduler.hasGranted(attempt, to: worker) else {
      observe(.warning(message: "\(worker) delivered \(attempt), which it was never given"))
      send(.committed(AttemptNotice(attempt: commit.attempt)), to: worker)
      return
    }
    let outputs = commit.outputs.compactMap { output -> TaskOutput? in
      guard let digest = Digest(hexadecimal: output.digest),
        let content = Digest(hexadecimal: output.contentDigest)
      else { return nil }
      return TaskOutput(name: output.name, digest: digest, contentDigest: content, size: output.size)
    }
    let isDone = scheduler.state(of: attempt.task) == .done
    guard isDone || outputs.map(\.name) == task.outputs,
      isDone || outputs.allSatisfy({ objects.holds(CommittedResults.object($0)) }),
      let key = try results.key(of: task)
    else {
      let cause = FailureCause(.programError, "\(worker) delivered outputs that are not in the object store")
      return try tell(.failed(worker: worker, attempt, cause))
    }
    disk.worker = worker
    disk.entry = CacheEntry(
      task: task.id, kind: task.kind, outputs: outputs, seconds: commit.seconds, peakMemory: commit.peakMemory)
    let result = CommittedResult(attempt: attempt, key: key, outputs: outputs)
    let verdict = try commitLog.commit(result, to: &disk)
    if !verdict.different.isEmpty { report(verdict, attempt, outputs, worker) }
    if !isDone {
      results.note(task.id, verdict.outputs)
      results.forgetKey(of: task.id)
      peers[worker]?.busySeconds += commit.seconds
      record(
        TaskStatistics(
          id: task.id, stage: task.stage, seconds: commit.seconds, isCached: false,
          attempts: attemptCounts[task.id] ?? 1, worker: worker, peakMemory: commit.peakMemory,
          borrowedSeconds: commit.borrowedSeconds), of: task)
    }
    // Neither the worker nor anyone else is told before the journal is on disk.
    barrier = verdict.record
    defer { barrier = 0 }
    // How long a task takes with lent slots says nothing about the next one of its kind.
    let seconds = commit.borrowedSeconds == nil ? commit.seconds : 0
    try tell(.committed(worker: worker, attempt, seconds: seconds, bytes: outputs.reduce(0) { $0 + $1.size }))
    if !isDone, !settings.keepCheckpoints { removeCheckpoints(of: task) }
  }

  /// Two finished attempts must agree, or the program is not as deterministic as it promises.
  private func report(
    _ verdict: CommitLog.Verdict, _ attempt: AttemptIdentifier, _ outputs: [TaskOutput], _ worker: String
  ) {
    for name in verdict.different {
      let first = verdict.outputs.first { $0.name == name }?.contentDigest.hexadecimal ?? ""
      let second = outputs.first { $0.name == name }?.contentDigest.hexadecimal ?? ""
      observe(
        .warning(
          message: "two attempts at \(attempt.task) gave different content for '\(name)' (\(first.prefix(12)) and "
            + "\(second.prefix(12)), the latter by \(worker)); the first is kept"))
    }
  }

  private func removeCheckpoints(of task: TaskDescription) {
    let folder = directory.task(task.id.folderName)
    for attempt in FileSystem.list(folder) where attempt.hasPrefix("a") {
      for name in FileSystem.list("\(folder)/\(attempt)") where name.hasPrefix("ck-") {
        unlink("\(folder)/\(attempt)/\(name)")
      }
    }
  }
}
