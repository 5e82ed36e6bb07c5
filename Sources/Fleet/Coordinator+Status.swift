internal import Essentials
internal import Foundation
internal import Scheduling
internal import Storage
internal import TaskGraph

extension Coordinator {
  /// Tells the observer and the status file how far the run is.
  func publish(_ now: Duration) {
    if overviewIsDue, (now - lastOverview).inSeconds >= 0.25 {
      lastOverview = now
      overviewIsDue = false
      observe(
        .overview(
          done: stages.done, total: plan.tasks.count, remainingSeconds: remainingSeconds(now), stages: stages.list))
    }
    if (now - lastStatus).inSeconds >= 1 {
      lastStatus = now
      writeStatus(now)
      // History that nobody was promised: a second of it may be lost in a power cut.
      journal.syncInBackground()
    }
  }

  /// Predicted seconds to the end: the work left, corrected by how predictions have compared with reality, over the
  /// slots, but not less than the longest running task needs.
  private func remainingSeconds(_ now: Duration) -> Double? {
    var predicted = 0.0, measured = 0.0, left = 0.0
    for task in plan.tasks {
      if let record = statistics[task.id] {
        predicted += task.cost.seconds
        measured += record.seconds
      } else {
        var share = 1.0
        if let entry = running[task.id] {
          let elapsed = (now - entry.began).inSeconds
          share = 1 - (entry.progress?.fraction ?? min(0.9, elapsed / max(task.cost.seconds, 1e-3)))
        }
        left += task.cost.seconds * max(0, share)
      }
    }
    guard predicted > 0, measured > 0 else { return nil }
    let slots = max(1, peers.values.count { $0.left == nil })
    return left * (measured / predicted) / Double(slots)
  }

  /// Without forcing it to disk: it only mirrors what is known elsewhere.
  func writeStatus(_ now: Duration, isOver: Bool = false) {
    let attempts = running.values.sorted { $0.attempt < $1.attempt }.map { entry in
      RunStatus.Running(
        task: entry.attempt.task, attempt: entry.attempt.number, worker: entry.worker,
        seconds: (now - entry.began).inSeconds, progress: entry.progress)
    }
    let workers = peers.values.filter { $0.left == nil }.sorted { $0.name < $1.name }.map {
      RunStatus.Worker(name: $0.name, process: $0.process, residentMemory: $0.memory)
    }
    let snapshot = StatusSnapshot(
      process: Int(getpid()), epoch: journal.epoch, written: Date().timeIntervalSince1970, isOver: isOver,
      running: attempts, workers: workers)
    guard let data = try? CanonicalJSON.encode(snapshot) else { return }
    let path = StatusSnapshot.path(in: directory), temporary = "\(path).tmp-\(getpid())"
    guard FileManager.default.createFile(atPath: temporary, contents: data) else { return }
    rename(temporary, path)
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
    running = [:]
    writeStatus(now, isOver: true)
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
