internal import Essentials
internal import Foundation
internal import Messaging
internal import Scheduling
internal import Storage
internal import TaskGraph

/// One line of a run's history. Nothing in it decides a result; it saves work and tells what happened.
struct JournalRecord: Codable, Sendable, Hashable {
  enum Kind: String, Codable, Sendable {
    case begin, granted, committed, failed, returned, joined, lost, left, retry, end, snapshot
  }

  var kind: Kind
  var task: TaskIdentifier?
  var attempt: Int?
  var worker: String?
  var cause: FailureCause?
  var willRetry: Bool?
  var seconds: Double?
  /// Of a commit: the key and its entry in the cache, which is put back from here if a power cut takes it.
  var key: Digest?
  var entry: CacheEntry?
  /// Of the first record of a later segment: what all segments before it told.
  var history: RunHistory?
  /// Seconds since 1970, for people.
  var time: Double = Date().timeIntervalSince1970

  init(
    _ kind: Kind, _ attempt: AttemptIdentifier? = nil, worker: String? = nil, cause: FailureCause? = nil,
    willRetry: Bool? = nil, seconds: Double? = nil, key: Digest? = nil, entry: CacheEntry? = nil,
    history: RunHistory? = nil, task: TaskIdentifier? = nil
  ) {
    self.kind = kind
    self.task = task ?? attempt?.task
    self.attempt = attempt?.number
    self.worker = worker
    self.cause = cause
    self.willRetry = willRetry
    self.seconds = seconds
    self.key = key
    self.entry = entry
    self.history = history
  }
}

extension JournalRecord {
  /// The record of a grant as it stands in the journal; nil if a name is not plain.
  var plainGrant: Data? {
    guard kind == .granted, let task, let attempt, let worker else { return nil }
    var text = PlainWriter()
    text.raw("{\"attempt\":")
    text.number(attempt)
    text.raw(",\"kind\":\"granted\",\"task\":")
    text.quoted(task.name)
    text.raw(",\"time\":")
    text.number(time)
    text.raw(",\"worker\":")
    text.quoted(worker)
    text.raw("}")
    return text.data
  }

  /// The record of a commit around the JSON of its entry; nil if a name is not plain.
  func plainCommit(_ entry: Data) -> Data? {
    guard kind == .committed, let task, let attempt, let worker, let seconds, let key else { return nil }
    var text = PlainWriter()
    text.raw("{\"attempt\":")
    text.number(attempt)
    text.raw(",\"entry\":")
    text.raw(entry)
    text.raw(",\"key\":")
    text.quoted(key.hexadecimal)
    text.raw(",\"kind\":\"committed\",\"seconds\":")
    text.number(seconds)
    text.raw(",\"task\":")
    text.quoted(task.name)
    text.raw(",\"time\":")
    text.number(time)
    text.raw(",\"worker\":")
    text.quoted(worker)
    text.raw("}")
    return text.data
  }
}

/// What the journal of a run directory tells a new coordinator.
struct RunHistory: Codable, Sendable, Hashable {
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
  /// A commit whose entry in the cache may not have reached the disk.
  struct Unsettled: Sendable, Hashable {
    var entry: CacheEntry
    var time: Double
  }

  /// Such commits by their keys.
  var unsettled: [Digest: Unsettled] = [:]
  /// Open attempts of each worker.
  private var held: [String: Set<TaskIdentifier>] = [:]

  private enum CodingKeys: String, CodingKey { case tasks, failed, lost, starts, isOver }

  /// A history in which nothing happened.
  init() {}

  init(folder: String) throws {
    for segment in try JournalReader.read(folder: folder, as: JournalRecord.self) {
      for record in segment.records { take(record) }
    }
  }

  /// Notes one more record.
  mutating func take(_ record: JournalRecord) {
    switch record.kind {
    case .begin:
      starts += 1
      failed = [:]
      if isOver { lost = [] }
      isOver = false
      // Whoever began has put back and settled what came before; a coordinator it replaced may have gone on.
      unsettled = unsettled.filter { $0.value.time > record.time }
    case .end:
      isOver = true
      unsettled = [:]
      for task in tasks.keys {
        tasks[task]?.failures = [:]
        tasks[task]?.openAttempt = nil
      }
    case .snapshot:
      guard let history = record.history else { break }
      (tasks, failed, unsettled, held) = (history.tasks, history.failed, [:], [:])
      (lost, starts, isOver) = (history.lost, history.starts, history.isOver)
    case .retry:
      for task in record.task.map({ [$0] }) ?? Array(tasks.keys) {
        tasks[task]?.failures = [:]
        failed[task] = nil
      }
      return
    case .lost:
      for task in held.removeValue(forKey: record.worker ?? "") ?? [] { tasks[task]?.openAttempt = nil }
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
      tasks[task]?.openAttempt = record.kind == .granted ? attempt : nil
    }
    if let worker = record.worker {
      if record.kind == .granted { held[worker, default: []].insert(task) } else { held[worker]?.remove(task) }
    }
    if record.kind == .failed, let cause = record.cause {
      tasks[task, default: TaskHistory()].failures[cause.kind, default: 0] += 1
      if record.willRetry == false { failed[task] = cause }
    }
    if record.kind == .committed {
      failed[task] = nil
      if let key = record.key, let entry = record.entry { unsettled[key] = Unsettled(entry: entry, time: record.time) }
    }
  }
}
