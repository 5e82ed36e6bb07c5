internal import Essentials
internal import Foundation
internal import Scheduling
internal import Storage
internal import TaskGraph

/// Seconds of work in a plan, kept up as tasks end: looking through the plan four times a second would be work too.
struct WorkBalance {
  /// Predicted for all tasks.
  var total = 0.0
  /// Predicted for those that are done.
  var predicted = 0.0
  /// What those took.
  var measured = 0.0

  init(_ plan: Plan) { for task in plan.tasks { total += task.cost.seconds } }
}

extension Coordinator {
  /// Tells the observer and the status file how far the run is.
  func publish(_ now: Duration) {
    if overviewIsDue, (now - lastOverview).inSeconds >= 0.25 {
      lastOverview = now
      overviewIsDue = false
      lastRemaining = remainingSeconds(now)
      observe(
        .overview(
          done: stages.done, total: plan.tasks.count, remainingSeconds: lastRemaining, stages: stages.list))
    }
    // With very many workers the file is large, and nobody reads that fast.
    if (now - lastStatus).inSeconds >= (peers.count > 200 ? 5 : 1) {
      lastStatus = now
      watchProgress(now)
      updateWaiting(now)
      writeStatus(now)
      if (now - lastMetrics).inSeconds >= 5 {
        lastMetrics = now
        writeMetrics(now)
      }
      // History that nobody was promised: a second of it may be lost in a power cut.
      journal.syncInBackground()
    }
  }

  /// Notes what a task took, and takes it out of what is left.
  func record(_ record: TaskStatistics, of task: TaskDescription) {
    if statistics.updateValue(record, forKey: task.id) == nil {
      work.measured += record.seconds
      work.predicted += task.cost.seconds
    }
  }

  /// Predicted seconds to the end: the work left, corrected by how predictions have compared with reality, over the
  /// slots, but not less than the longest running task needs.
  private func remainingSeconds(_ now: Duration) -> Double? {
    guard work.predicted > 0, work.measured > 0 else { return nil }
    var left = max(0, work.total - work.predicted)
    for entry in running.values where statistics[entry.attempt.task] == nil {
      guard let cost = results.task(entry.attempt.task)?.cost.seconds else { continue }
      let elapsed = (now - entry.began).inSeconds
      left -= cost * min(1, max(0, entry.progress?.fraction ?? min(0.9, elapsed / max(cost, 1e-3))))
    }
    predictionFactor = work.measured / work.predicted
    let slots = max(1, peers.values.count { $0.left == nil })
    return max(0, left) * predictionFactor / Double(slots)
  }

  /// Without forcing it to disk: it only mirrors what is known elsewhere.
  func writeStatus(_ now: Duration, isOver: Bool = false) {
    let snapshot = StatusSnapshot(
      epoch: journal.epoch, written: Moment.now, isOver: isOver, status: status(now))
    guard let data = try? CanonicalJSON.encode(snapshot) else { return }
    replace(StatusSnapshot.path(in: directory), with: data)
  }

  /// For a program that collects text files, such as the node exporter of Prometheus.
  func writeMetrics(_ now: Duration) {
    replace(PrometheusText.path(in: directory), with: Data(PrometheusText.text(status(now)).utf8))
  }

  private func replace(_ path: String, with data: Data) {
    let temporary = "\(path).tmp-\(getpid())"
    guard FileManager.default.createFile(atPath: temporary, contents: data) else { return }
    if rename(temporary, path) != 0 { unlink(temporary) }
  }

  /// How the run stands, as far as the coordinator knows.
  private func status(_ now: Duration) -> RunStatus {
    var status = RunStatus(
      isAlive: true, process: Int(getpid()), starts: starts, total: plan.tasks.count, done: stages.done, blocked: [],
      stages: stages.list, running: [], failed: [], workers: [])
    status.machine = Machine.name
    status.elapsedSeconds = (now - began).inSeconds
    status.remainingSeconds = lastRemaining
    status.tasksPerMinute = rate.perMinute(now, elapsed: (now - began).inSeconds)
    status.blocked = failures.flatMap(\.blocked)
    status.running = running.values.sorted { $0.attempt < $1.attempt }.map { entry in
      RunStatus.Running(
        task: entry.attempt.task, attempt: entry.attempt.number, worker: entry.worker,
        seconds: (now - entry.began).inSeconds, progress: entry.progress)
    }
    let entries = Dictionary(running.values.map { ($0.worker, $0) }, uniquingKeysWith: { first, _ in first })
    status.workers = peers.values.filter { $0.left == nil }.sorted { $0.name < $1.name }.map { peer in
      let entry = entries[peer.name]
      return RunStatus.Worker(
        name: peer.name, process: peer.process, machine: peer.machine.isEmpty ? nil : peer.machine,
        residentMemory: peer.memory, lastSeenSeconds: (now - peer.lastHeard).inSeconds,
        isLeaving: peer.isLeaving || peer.isAskedToLeave ? true : nil, task: entry?.attempt.task,
        fraction: entry?.progress?.fraction)
    }
    status.failed = failures.map {
      RunStatus.Failed(
        task: $0.id, cause: $0.cause, log: $0.log, lastLines: $0.lastLines, blocked: $0.blocked.count)
    }
    status.lost = lost
    status.alarms = alarms
    status.waiting = waiting
    status.failures = Dictionary(uniqueKeysWithValues: failureCounts.map { ($0.key.rawValue, $0.value) })
    return status
  }

  /// The end: history, statistics, outcome.
  func conclude() throws -> RunOutcome {
    let now = MonotonicClock.now
    let status: RunOutcome.Status
    if !failures.isEmpty {
      status = .failed(failures)
    } else {
      status = scheduler.isFinished ? .done : .interrupted
    }
    // Entries first: once the journal says that the run ended well, nobody looks after them any more.
    try cache.settle()
    try note(JournalRecord(.end))
    try journal.sync()
    for task in running.keys.sorted() { noteEnd(task) }
    trace.flush()
    waiting = []
    writeStatus(now, isOver: true)
    writeMetrics(now)
    TraceReport.write(from: trace.path, to: TraceReport.path(in: directory))
    var record = RunStatistics()
    record.tasks = plan.tasks.compactMap { statistics[$0.id] }
    record.slots = peers.values.sorted { $0.name < $1.name }.map {
      SlotStatistics(
        worker: $0.name, seconds: (($0.left ?? now) - $0.joined).inSeconds, busySeconds: $0.busySeconds)
    }
    record.scheduling = scheduler.statistics
    record.lostWorkers = lostWorkers
    record.seconds = (now - began).inSeconds
    observe(
      .overview(done: stages.done, total: plan.tasks.count, remainingSeconds: 0, stages: stages.list))
    observe(
      .finished(
        status: status == .done ? "done" : status == .interrupted ? "interrupted" : "failed", done: stages.done,
        failed: failures.count, blocked: failures.reduce(0) { $0 + $1.blocked.count }, seconds: record.seconds))
    return RunOutcome(status: status, outputs: results.outputs, statistics: record)
  }
}
