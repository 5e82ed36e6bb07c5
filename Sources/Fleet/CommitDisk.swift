internal import Essentials
internal import Foundation
internal import Scheduling
internal import Storage
internal import TaskGraph

/// The run directory as commits see it.
struct CommitDisk: CommitStorage {
  let objects: ObjectStore
  let cache: CacheStore
  let journal: Journal
  /// What the journal tells so far.
  private(set) var history: RunHistory
  /// The entry of the result that is being committed.
  var entry: CacheEntry?
  /// The worker that delivered it.
  var worker = ""

  init(objects: ObjectStore, cache: CacheStore, journal: Journal, history: RunHistory) {
    self.history = history
    self.objects = objects
    self.cache = cache
    self.journal = journal
  }

  func outputs(of key: Digest) throws -> [TaskOutput]? {
    guard let data = try cache.entry(for: key),
      let entry = try? CanonicalJSON.decode(CacheEntry.self, from: data, source: cache.path),
      entry.outputs.allSatisfy({ objects.holds(CommittedResults.object($0)) })
    else { return nil }
    return entry.outputs
  }

  func create(_ result: CommittedResult) throws -> Bool {
    guard let entry else { return false }
    return try cache.create(CanonicalJSON.encode(entry), for: result.key)
  }

  func remove(_ key: Digest) throws { try cache.remove(key) }

  mutating func append(_ result: CommittedResult) throws -> Int {
    var kept = entry
    kept?.outputs = result.outputs
    return try append(
      JournalRecord(
        .committed, result.attempt, worker: worker, seconds: entry?.seconds, key: result.key, entry: kept))
  }

  /// Appends a record and notes what it says for the next snapshot.
  mutating func append(_ record: JournalRecord) throws -> Int {
    let number = try journal.append(record)
    history.take(record)
    // The journal itself remembers these.
    if !history.unsettled.isEmpty { history.unsettled = [:] }
    return number
  }

  /// Goes on in a new file of the journal, which begins with all that is known.
  func beginSegment() throws { try journal.beginSegment(JournalRecord(.snapshot, history: history)) }

  /// Puts back entries that a power cut took, then forces all entries to disk: what is found from now on is durable.
  ///
  /// - Returns: how many were put back.
  mutating func restore(_ entries: [Digest: RunHistory.Unsettled]) throws -> Int {
    var count = 0
    for (key, unsettled) in entries.sorted(by: { $0.key < $1.key }) {
      let entry = unsettled.entry
      self.entry = entry
      let result = CommittedResult(attempt: AttemptIdentifier(entry.task, 0), key: key, outputs: entry.outputs)
      count += try CommitLog.restore([result], to: &self)
    }
    entry = nil
    try cache.settle()
    return count
  }
}
