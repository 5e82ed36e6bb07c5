/// Which idle slots of a machine help which busy ones: a pure function of what the slots say of themselves.
///
/// Every slot works this out for itself from what it sees. Two that see different things may both want the same slot;
/// a lock decides between them, and no result depends on it.
public enum SlotLending {
  /// What a slot does.
  public enum State: Sendable, Hashable {
    /// Nobody is there.
    case absent
    /// It has nothing to do and may be lent.
    case idle
    /// It works on a task that could use so many more slots; among tasks the one with the lower rank is more urgent.
    case busy(wanted: Int, rank: Int)
  }

  /// Slots that a task can use as a rule; few can use more.
  public static let usefulSlots = 16

  /// Lends idle slots, in their order, to the most urgent task until it wants no more, then to the next.
  ///
  /// - Parameters:
  ///   - slots: all slots of the machine that may help each other.
  ///   - processors: processors they have together; slots beyond this number are not lent.
  /// - Returns: for every slot the busy one it helps; nil for none.
  public static func borrowers(of slots: [State], processors: Int) -> [Int?] {
    var result = [Int?](repeating: nil, count: slots.count)
    var queue: [(rank: Int, slot: Int, wanted: Int)] = []
    var busyCount = 0
    for (slot, state) in slots.enumerated() {
      guard case .busy(let wanted, let rank) = state else { continue }
      busyCount += 1
      if wanted > 0 { queue.append((rank, slot, wanted)) }
    }
    queue.sort { ($0.rank, $0.slot) < ($1.rank, $1.slot) }
    var left = processors - busyCount
    var next = 0
    for (slot, state) in slots.enumerated() where state == .idle {
      guard left > 0, next < queue.count else { break }
      result[slot] = queue[next].slot
      left -= 1
      queue[next].wanted -= 1
      if queue[next].wanted == 0 { next += 1 }
    }
    return result
  }
}
