internal import Essentials
internal import Foundation
internal import Scheduling
internal import Storage
internal import TaskGraph

/// One line of a run's history. Nothing in it decides a result; it saves work and tells what happened.
struct JournalRecord: Codable, Sendable, Hashable {
  enum Kind: String, Codable, Sendable {
    case begin, granted, committed, failed, returned, joined, lost, left, retry, end
  }

  var kind: Kind
  var task: TaskIdentifier?
  var attempt: Int?
  var worker: String?
  var cause: FailureCause?
  var willRetry: Bool?
  var seconds: Double?
  /// Seconds since 1970, for people.
  var time: Double = Date().timeIntervalSince1970

  init(
    _ kind: Kind, _ attempt: AttemptIdentifier? = nil, worker: String? = nil, cause: FailureCause? = nil,
    willRetry: Bool? = nil, seconds: Double? = nil, task: TaskIdentifier? = nil
  ) {
    self.kind = kind
    self.task = task ?? attempt?.task
    self.attempt = attempt?.number
    self.worker = worker
    self.cause = cause
    self.willRetry = willRetry
    self.seconds = seconds
  }
}

/// What the journal of a run directory tells a new coordinator.
struct RunHistory {
  /// Attempts used, and failures since a coordinator last ended in good order: a command given again after that
  /// deserves fresh budgets, one given again after a crash does not.
  var tasks: [TaskIdentifier: TaskHistory] = [:]
  /// Tasks that were given up in the last run, with the cause.
  var failed: [TaskIdentifier: FailureCause] = [:]
  /// Workers that were lost in the last run, oldest first.
  var lost: [RunStatus.LostWorker] = []
  /// How many times a coordinator was started.
  var starts = 0

  private var isOver = false

  init(folder: String) throws {
    for segment in try JournalReader.read(folder: folder, as: JournalRecord.self) {
      for record in segment.records { take(record) }
    }
  }

  private mutating func take(_ record: JournalRecord) {
    switch record.kind {
    case .begin:
      starts += 1
      failed = [:]
      if isOver { lost = [] }
      isOver = false
    case .end:
      isOver = true
      for task in tasks.keys { tasks[task]?.failures = [:] }
    case .retry:
      for task in record.task.map({ [$0] }) ?? Array(tasks.keys) {
        tasks[task]?.failures = [:]
        failed[task] = nil
      }
      return
    case .lost:
      lost.append(
        .init(
          worker: record.worker ?? "", cause: record.cause?.sentence ?? "", time: record.time,
          lastLines: record.cause?.lastLines ?? []))
      lost = lost.suffix(RunStatus.mostLostWorkers)
    default: break
    }
    guard let task = record.task else { return }
    if let attempt = record.attempt {
      tasks[task, default: TaskHistory()].lastAttempt = max(tasks[task]?.lastAttempt ?? 0, attempt)
    }
    if record.kind == .failed, let cause = record.cause {
      tasks[task, default: TaskHistory()].failures[cause.kind, default: 0] += 1
      if record.willRetry == false { failed[task] = cause }
    }
    if record.kind == .committed { failed[task] = nil }
  }
}
