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
  var entry: CacheEntry? { didSet { text = nil } }
  /// The same as JSON.
  private var text: Data?
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

  mutating func create(_ result: CommittedResult) throws -> Bool {
    guard let text = try encodedEntry() else { return false }
    return try cache.create(text, for: result.key)
  }

  func remove(_ key: Digest) throws { try cache.remove(key) }

  mutating func append(_ result: CommittedResult) throws -> Int {
    if entry?.outputs != result.outputs {
      entry?.outputs = result.outputs
      text = nil
    }
    let record = JournalRecord(
      .committed, result.attempt, worker: worker, seconds: entry?.seconds, key: result.key, entry: entry)
    return try append(record, as: encodedEntry().flatMap { record.plainCommit($0) })
  }

  /// Appends a record and notes what it says for the next snapshot.
  ///
  /// - Parameter json: the record as JSON, if that is known.
  mutating func append(_ record: JournalRecord, as json: Data? = nil) throws -> Int {
    let number = try (json ?? record.plainGrant).map { try journal.append(json: $0) } ?? journal.append(record)
    history.take(record)
    // The journal itself remembers these.
    if !history.unsettled.isEmpty { history.unsettled = [:] }
    return number
  }

  /// Goes on in a new file of the journal, which begins with all that is known.
  func beginSegment() throws { try journal.beginSegment(JournalRecord(.snapshot, history: history)) }

  private mutating func encodedEntry() throws -> Data? {
    if let text { return text }
    text = try entry.map { try $0.plain ?? CanonicalJSON.encode($0) }
    return text
  }

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
