package import Essentials
package import TaskGraph

/// A result as it is committed under a task's key.
package struct CommittedResult: Sendable, Hashable {
  /// The task and the attempt that made it.
  package var attempt: AttemptIdentifier
  /// The key.
  package var key: Digest
  /// The outputs, already in the object store.
  package var outputs: [TaskOutput]

  /// Creates a result.
  package init(attempt: AttemptIdentifier, key: Digest, outputs: [TaskOutput]) {
    self.attempt = attempt
    self.key = key
    self.outputs = outputs
  }
}

/// The disk as commits need it. What is created or appended is seen at once by whoever reads, but survives a power cut
/// only after the journal was forced to disk.
package protocol CommitStorage {
  /// The outputs under a key; nil if there are none, or what is there is torn or names files that are gone.
  mutating func outputs(of key: Digest) throws -> [TaskOutput]?
  /// Creates the entry of a key unless there is one.
  ///
  /// - Returns: whether this call created it.
  mutating func create(_ result: CommittedResult) throws -> Bool
  /// Removes the entry of a key.
  mutating func remove(_ key: Digest) throws
  /// Appends the result, complete, to the journal.
  ///
  /// - Returns: the number of the record, which is durable once the journal is forced to disk up to it.
  mutating func append(_ result: CommittedResult) throws -> Int
}

/// The one act that makes a task done, and when anyone may be told of it.
///
/// The entry of a key is created exclusively: the first wins, whoever makes it, and nobody replaces it. It is not
/// forced to disk by itself. Instead the journal carries it, one fsync of the journal makes many commits durable, and
/// a coordinator that starts puts back what a power cut took from the cache. `COMMITTED` is said only after that fsync.
///
/// Source: spec/distributed.md §2 (Commit), §3 (Journal).
package struct CommitLog {
  /// What became of a delivered result.
  package struct Verdict: Sendable, Hashable {
    /// What counts from now on: the outputs of the first.
    package var outputs: [TaskOutput]
    /// Whether this delivery is the one that counts.
    package var isFirst: Bool
    /// Outputs whose content is not that of the first: the program is not as deterministic as it promises.
    package var different: [String]
    /// Nobody may be told before this record of the journal is durable.
    package var record: Int
  }

  private var committed: [TaskIdentifier: (outputs: [TaskOutput], record: Int)] = [:]

  /// Creates a log of a coordinator that has committed nothing yet.
  package init() {}

  /// Notes a result that the cache held, durably, before this coordinator could commit it.
  package mutating func note(_ task: TaskIdentifier, outputs: [TaskOutput]) {
    committed[task] = (outputs, 0)
  }

  /// Commits a result that was delivered. Doing it again is harmless.
  package mutating func commit(
    _ result: CommittedResult, to storage: inout some CommitStorage
  ) throws -> Verdict {
    let task = result.attempt.task
    if let (outputs, record) = committed[task] {
      return Verdict(
        outputs: outputs, isFirst: false, different: Self.differences(result.outputs, outputs), record: record)
    }
    var kept = result
    var isFirst = try storage.create(result)
    if !isFirst {
      if let other = try storage.outputs(of: result.key) {
        // Another process was first; its result stays. Whether it is durable is its business no longer.
        kept.outputs = other
      } else {
        // What was in the way was torn or named files that are gone.
        try storage.remove(result.key)
        isFirst = try storage.create(result)
        if !isFirst, let other = try storage.outputs(of: result.key) { kept.outputs = other }
      }
    }
    let record = try storage.append(kept)
    committed[task] = (kept.outputs, record)
    return Verdict(
      outputs: kept.outputs, isFirst: isFirst, different: Self.differences(result.outputs, kept.outputs),
      record: record)
  }

  /// Puts back entries that the journal promises and a power cut took or tore.
  ///
  /// - Returns: how many.
  package static func restore(_ results: [CommittedResult], to storage: inout some CommitStorage) throws -> Int {
    var count = 0
    for result in results where try storage.outputs(of: result.key) == nil {
      try storage.remove(result.key)
      if try storage.create(result) { count += 1 }
    }
    return count
  }

  private static func differences(_ outputs: [TaskOutput], _ others: [TaskOutput]) -> [String] {
    outputs.filter { output in
      others.contains { $0.name == output.name && $0.contentDigest != output.contentDigest }
    }
    .map(\.name)
  }
}

/// Messages in their order, each held back until the record of the journal that it speaks of is durable.
package struct DurableQueue<Element> {
  private var entries: [(element: Element, record: Int)] = []
  private var head = 0

  /// Creates an empty queue.
  package init() {}

  /// Whether nothing waits.
  package var isEmpty: Bool { head == entries.count }
  /// The record that the first message waits for.
  package var firstRecord: Int? { isEmpty ? nil : entries[head].record }

  /// Adds a message that may leave once so many records are durable; 0: at once.
  package mutating func append(_ element: Element, after record: Int) { entries.append((element, record)) }

  /// Takes the first message if what it speaks of is durable.
  package mutating func next(durable: Int) -> Element? {
    guard !isEmpty, entries[head].record <= durable else { return nil }
    let element = entries[head].element
    head += 1
    if head == entries.count || head > 1024 {
      entries.removeFirst(head)
      head = 0
    }
    return element
  }
}
