internal import Messaging
internal import Scheduling
internal import TaskGraph

/// Keeps every worker to its own name, key and sequence. Pure.
///
/// Encryption proves which key a message was sent with; this proves that the key may speak for the worker that the
/// message speaks for, and that the message is new.
struct PeerGuard {
  private struct Known {
    var key: String?
    var sequence: UInt64
  }

  /// Workers are made by whoever holds a key; their number must not fill the memory.
  private static let maximumKnown = 100_000

  private var known: [String: Known] = [:]

  /// Judges a worker's introduction.
  ///
  /// - Returns: why it is refused, as the rest of a sentence; nil if it is not.
  mutating func introduce(_ identity: String, key: String?, sequence: UInt64) -> String? {
    guard (1...64).contains(identity.utf8.count) else { return "says hello without a usable identity" }
    if let old = known[identity] {
      guard old.key == key else { return "speaks for a worker that has another key" }
      return advance(identity, old, sequence)
    }
    guard known.count < Self.maximumKnown else { return "is one worker too many" }
    known[identity] = Known(key: key, sequence: sequence)
    return nil
  }

  /// Judges any other message of a worker that has introduced itself.
  ///
  /// - Returns: why it is refused, as the rest of a sentence; nil if it is not.
  mutating func follow(_ identity: String, key: String?, sequence: UInt64) -> String? {
    guard let old = known[identity] else { return "speaks for a worker that never said hello" }
    guard old.key == key else { return "speaks for a worker that has another key" }
    return advance(identity, old, sequence)
  }

  private mutating func advance(_ identity: String, _ old: Known, _ sequence: UInt64) -> String? {
    guard sequence > old.sequence else { return "sent a message a second time (replay)" }
    known[identity]?.sequence = sequence
    return nil
  }
}

/// Brings what a worker says into bounds: it ends up in logs, file paths, terminals and sums.
enum PeerText {
  /// Printable, on one line, and not longer than so many characters.
  static func line(_ text: String, _ maximum: Int) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.prefix(maximum).map { $0.properties.generalCategory == .control ? " " : $0 }))
  }

  /// A century, and a pebibyte: sums of what workers say stay far from where numbers end.
  private static let mostSeconds = 3.2e9, mostBytes = 1 << 50

  /// The same message with bounded texts and numbers.
  static func bounded(_ message: Message) -> Message {
    switch message {
    case .hello(var hello):
      hello.name = line(hello.name, 64)
      hello.numericProfile = line(hello.numericProfile, 500)
      hello.labels = Dictionary(
        uniqueKeysWithValues: hello.labels.sorted { $0.key < $1.key }.prefix(32).map {
          ($0.key, line($0.value, 256))
        })
      return .hello(hello)
    case .failed(var failure):
      failure.sentence = line(failure.sentence, 2000)
      failure.lastLines = failure.lastLines.suffix(20).map { line($0, 500) }
      // Logs lie in the folder of the attempt, nowhere else.
      if let log = failure.log, !log.hasPrefix("tasks/") || log.contains("..") { failure.log = nil }
      return .failed(failure)
    case .commit(var commit):
      commit.seconds = commit.seconds.isFinite ? min(max(0, commit.seconds), mostSeconds) : 0
      commit.peakMemory = min(max(0, commit.peakMemory), mostBytes)
      commit.borrowedSeconds = commit.borrowedSeconds.map { $0.isFinite ? min(max(0, $0), mostSeconds) : 0 }
      // A size that no file has is found wrong when the file is looked for.
      for index in commit.outputs.indices {
        commit.outputs[index].size = min(max(0, commit.outputs[index].size), mostBytes)
      }
      return .commit(commit)
    case .heartbeat(var beat):
      beat.residentMemory = min(max(0, beat.residentMemory), mostBytes)
      beat.troubles = beat.troubles?.prefix(20).map { line($0, 500) }
      for index in beat.held.indices {
        beat.held[index].fraction = beat.held[index].fraction.flatMap { $0.isFinite ? min(max(0, $0), 1) : nil }
        beat.held[index].loss = beat.held[index].loss.flatMap { $0.isFinite ? $0 : nil }
        beat.held[index].slots = beat.held[index].slots.map { min(max(1, $0), SlotBoard.mostPlaces) }
      }
      return .heartbeat(beat)
    default: return message
    }
  }
}
