/// How often each tuple of parents occurs: an open-addressing table from a 64-bit key to a count.
struct TupleCounts {
  private var keys: [UInt64]
  private var counts: [Int32]
  private var used = 0
  private var mask: Int
  /// Rows − distinct tuples.
  private(set) var repeats = 0

  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    keys = [UInt64](repeating: 0, count: size)
    counts = [Int32](repeating: -1, count: size)
    mask = size - 1
  }

  func count(_ key: UInt64) -> Int32 { max(0, counts[slot(key)]) }

  mutating func add(_ key: UInt64) {
    var place = slot(key)
    if counts[place] < 0 {
      if used * 4 > keys.count * 3 {
        rebuild()
        place = slot(key)
      }
      keys[place] = key
      counts[place] = 0
      used += 1
    }
    if counts[place] > 0 { repeats += 1 }
    counts[place] += 1
  }

  mutating func remove(_ key: UInt64) {
    let place = slot(key)
    precondition(counts[place] > 0, "a tuple that does not occur cannot be removed")
    counts[place] -= 1
    if counts[place] > 0 { repeats -= 1 }
  }

  /// The slot that holds the key, or the free slot where it belongs.
  private func slot(_ key: UInt64) -> Int {
    var place = Int(truncatingIfNeeded: TupleCounts.mix(key)) & mask
    while counts[place] >= 0 && keys[place] != key { place = (place &+ 1) & mask }
    return place
  }

  /// Drops keys that no longer occur; grows only when that is not enough.
  private mutating func rebuild() {
    let live = counts.reduce(0) { $0 + ($1 > 0 ? 1 : 0) }
    var fresh = TupleCounts(capacity: max(live, keys.count / 4))
    for place in keys.indices where counts[place] > 0 {
      let target = fresh.slot(keys[place])
      fresh.keys[target] = keys[place]
      fresh.counts[target] = counts[place]
      fresh.used += 1
    }
    fresh.repeats = repeats
    self = fresh
  }

  /// A bijective mixing of 64 bits. Source: Stafford, "Better bit mixing", variant 13.
  static func mix(_ key: UInt64) -> UInt64 {
    var z = key
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Repetition among tuples of parent rows.
public enum TupleRepeats {
  /// Rows that repeat the tuple of another row: rows − distinct tuples.
  ///
  /// - Complexity: O(rows × columns).
  public static func count(columns: [[Int32]]) -> Int {
    guard let rowCount = columns.first?.count else { return 0 }
    var counts = TupleCounts(capacity: rowCount)
    for row in 0..<rowCount { counts.add(key(columns.count) { columns[$0][row] }) }
    return counts.repeats
  }

  /// The key of a tuple: two parents side by side, further ones folded in by a bijective mixing.
  static func key(_ count: Int, parent: (Int) -> Int32) -> UInt64 {
    var key: UInt64 = 0
    for position in 0..<count {
      let parent = UInt64(UInt32(bitPattern: parent(position)))
      key = position < 2 ? key << 32 | parent : TupleCounts.mix(key) ^ parent
    }
    return key
  }
}
