internal import Essentials
internal import Foundation
internal import Messaging
internal import Synchronization

/// Turns refusals into log lines: the same machine and reason at most once a minute, then with a count. Pure.
struct RefusalRate {
  private struct Entry {
    var spokenAt: Duration
    var unspoken = 0
    var last: Refusal
  }

  private static let interval = Duration.seconds(60)
  /// More different refusals than this in one interval are counted together: their number is in strangers' hands.
  private static let maximumEntries = 256

  private var entries: [String: Entry] = [:]
  private var uncounted = 0

  /// Takes a refusal.
  ///
  /// - Returns: the line to print now, if any.
  mutating func note(_ refusal: Refusal, now: Duration) -> String? {
    var key = "\(refusal.machine) \(refusal.reason)"
    if refusal.remote == ConnectionEvent.unknownAddress,
      let known = entries.first(where: { $0.value.last.reason == refusal.reason })
    {
      // In all likelihood the same visitor, too quick to be asked for its address this time.
      key = known.key
    }
    if entries[key] != nil {
      entries[key]?.unspoken += 1
      if refusal.remote != ConnectionEvent.unknownAddress { entries[key]?.last = refusal }
      return nil
    }
    guard entries.count < Self.maximumEntries else {
      uncounted += 1
      return nil
    }
    entries[key] = Entry(spokenAt: now, last: refusal)
    return "refused: \(refusal.remote) \(refusal.reason)"
  }

  /// Lines that have become due; to be called now and then.
  mutating func due(now: Duration) -> [String] {
    var lines: [String] = []
    for (key, entry) in entries.sorted(by: { $0.key < $1.key }) where now - entry.spokenAt >= Self.interval {
      if entry.unspoken == 0 {
        entries[key] = nil
      } else {
        lines.append("refused: \(entry.last.remote) \(entry.last.reason) (\(entry.unspoken) more times in a minute)")
        entries[key] = Entry(spokenAt: now, last: entry.last)
      }
    }
    if uncounted > 0, entries.count < Self.maximumEntries {
      lines.append("refused: \(uncounted) more messages or connections of too many kinds to list")
      uncounted = 0
    }
    return lines
  }
}

/// What other threads report, until the coordinator's thread fetches it. Bounded: strangers decide how much comes.
final class RefusalQueue: Sendable {
  private static let maximumLength = 1000
  private let list = Guarded<[Refusal]>([])

  func append(_ refusal: Refusal) {
    list.withLock { if $0.count < Self.maximumLength { $0.append(refusal) } }
  }

  func take() -> [Refusal] {
    list.withLock { list in
      defer { list = [] }
      return list
    }
  }
}
