/// Which checkpoints of a task are kept beside the newest one, which always stays.
///
/// Source: spec/distributed.md §4 (Retention).
public struct CheckpointRetention: Codable, Sendable, Hashable {
  /// How many of the newest steps stay, at least 1.
  public var last: Int
  /// Whether the one with the lowest loss stays.
  public var keepsBest: Bool
  /// Whether the one with the lowest step stays.
  public var keepsFirst: Bool
  /// Steps that are multiples of this stay; nil: none for this reason.
  public var every: Int?

  /// Creates a choice; the defaults are the last two, the best and the first.
  public init(last: Int = 2, keepsBest: Bool = true, keepsFirst: Bool = true, every: Int? = nil) {
    self.last = max(1, last)
    self.keepsBest = keepsBest
    self.keepsFirst = keepsFirst
    self.every = every.map { max(1, $0) }
  }

  /// A checkpoint as far as the choice depends on it.
  struct Entry {
    var step: Int
    var loss: Double?
  }

  /// Which of `entries`, newest first, stay.
  func kept(_ entries: [Entry]) -> [Bool] {
    var kept = entries.indices.map { $0 < max(1, last) }
    if keepsFirst, let lowest = entries.indices.last { kept[lowest] = true }
    if keepsBest {
      let measured = entries.indices.filter { entries[$0].loss?.isFinite == true }
      // Of equally good ones the newest stays.
      let best = measured.min { (entries[$0].loss ?? 0, $0) < (entries[$1].loss ?? 0, $1) }
      if let best { kept[best] = true }
    }
    if let every, every > 0 {
      for index in entries.indices where entries[index].step % every == 0 { kept[index] = true }
    }
    return kept
  }
}
