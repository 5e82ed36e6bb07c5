internal import Essentials
internal import Foundation
internal import Scheduling
internal import Storage
internal import TaskGraph

/// How fast tasks are committed: counts over the last minute in steps of five seconds.
struct CommitRate {
  private static let step = 5.0
  private static let steps = 12
  private var counts: [(slot: Int, count: Int)] = []

  mutating func committed(_ now: Duration) {
    let slot = Int(now.inSeconds / Self.step)
    if counts.last?.slot == slot { counts[counts.count - 1].count += 1 } else { counts.append((slot, 1)) }
    if counts.count > Self.steps + 1 { counts.removeFirst() }
  }

  /// Commits in a minute.
  ///
  /// - Parameter elapsed: seconds since the first could have come.
  func perMinute(_ now: Duration, elapsed: Double) -> Double {
    let oldest = Int(now.inSeconds / Self.step) - Self.steps
    let count = counts.reduce(0) { $0 + ($1.slot >= oldest ? $1.count : 0) }
    return Double(count) * 60 / max(1, min(elapsed, Self.step * Double(Self.steps)))
  }
}

extension Coordinator {
  /// Notes something that is wrong and stops nothing, and tells the observer.
  func raise(_ alarm: RunStatus.Alarm) {
    guard !alarms.contains(where: { $0.sentence == alarm.sentence }) else { return }
    alarms = Array((alarms + [alarm]).suffix(RunStatus.mostLostWorkers))
    observe(.warning(message: alarm.sentence))
  }

  /// Passes on what a worker tells in its heartbeats, each sentence once.
  func noteTroubles(_ troubles: [String], of worker: String) {
    for sentence in troubles where peers[worker]?.troubles.insert(sentence).inserted == true {
      raise(.init(worker: worker, sentence: "\(worker): \(sentence)"))
    }
  }

  /// Looks for attempts without progress.
  func watchProgress(_ now: Duration) {
    let speed = predictionFactor
    let stalls = progressAlarm.stalls(now: now) { [results] in
      (results.task($0)?.cost.seconds ?? 0) * max(1, speed)
    }
    for stall in stalls {
      guard let entry = running[stall.attempt.task], let peer = peers[entry.worker] else { continue }
      let what = entry.progress?.step == nil ? "the task" : "a step"
      let loss = describe(peer, "", stall.attempt)
      raise(
        .init(
          worker: peer.name, task: stall.attempt.task,
          sentence: "\(stall.attempt) on \(peer.name) (process \(peer.process) on \(peer.machine)) has made no "
            + "progress for \(Int(stall.seconds)) s, \(what) was predicted to take "
            + String(format: "%.2g s", stall.predicted) + "; it uses \(peer.memory >> 20) MiB of memory",
          lastLines: loss.lastLines))
    }
  }

  func goesOnAgain(_ attempt: AttemptIdentifier) {
    alarms.removeAll { $0.task == attempt.task }
    observe(.warning(message: "\(attempt) makes progress again"))
  }

  /// What is known about a worker that is gone.
  func describe(_ peer: Peer, _ cause: String, _ attempt: AttemptIdentifier?) -> RunStatus.LostWorker {
    var sentence = cause
    if !cause.contains("process \(peer.process)") {
      sentence += " (process \(peer.process)" + (peer.machine.isEmpty ? ")" : " on \(peer.machine))")
    }
    if peer.memory > 0 { sentence += "; its compute process last used \(peer.memory >> 20) MiB of memory" }
    var lines: [String] = []
    if let attempt {
      sentence += "; it was running \(attempt)"
      let folder = directory.attempt(attempt.number, of: attempt.task.folderName)
      lines = LogTail.lines(of: "\(folder)/\(AttemptFiles.log)")
    }
    return .init(worker: peer.name, cause: sentence, time: Moment.now, lastLines: lines)
  }

  /// Reasons why tasks wait, for some of them; looking through a large plan is not done every second.
  func updateWaiting(_ now: Duration) {
    let interval = plan.tasks.count > 20_000 ? 10.0 : 1.0
    guard (now - lastWaiting).inSeconds >= interval else { return }
    lastWaiting = now
    waiting = []
    for task in plan.tasks where waiting.count < RunStatus.mostWaiting {
      if let reason = reason(for: task) { waiting.append(.init(task: task.id, reason: reason)) }
    }
  }

  /// Why a task does not run; nil if it does, or never will.
  private func reason(for task: TaskDescription) -> String? {
    switch scheduler.state(of: task.id) {
    case .waiting, .lookingUp, .ready, .leased(isRunning: false): return scheduler.reason(for: task.id)
    default: return nil
    }
  }

  /// Removes what processes of this machine that are gone left in the making. Those of other machines may still write.
  func removeTemporaries() {
    objects.removeStaleTemporaries()
    cache.removeStaleTemporaries()
    let isAlone = peers.values.allSatisfy { $0.machine == Machine.name }
    for entry in running.values {
      let folder = directory.task(entry.attempt.task.folderName)
      CheckpointStore(taskFolder: folder).removeStaleTemporaries(isAlone: isAlone)
    }
  }

  /// Adds an attempt that has ended to the trace.
  func noteTrace(_ entry: RunningAttempt, _ outcome: AttemptTrace.Outcome, _ cause: String?) {
    let task = entry.attempt.task
    let seconds = (MonotonicClock.now - entry.began).inSeconds
    trace.append(
      .init(
        task: task.name, stage: results.task(task)?.stage ?? "", attempt: entry.attempt.number, worker: entry.worker,
        machine: peers[entry.worker]?.machine ?? "", began: Moment.now - seconds, seconds: seconds, outcome: outcome,
        peakMemory: outcome == .done ? statistics[task]?.peakMemory ?? 0 : peers[entry.worker]?.memory ?? 0,
        cause: cause ?? ""))
  }
}
