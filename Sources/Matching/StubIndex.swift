/// Stubs grouped by a 64-bit key, found by binary search over the distinct keys.
struct StubIndex {
  private let order: [Int32]
  private let keys: [UInt64]
  private let starts: [Int32]

  /// Groups stubs by `key(stub)`; within a group they stand in the order given.
  init(order shuffled: [Int32], key: (Int) -> UInt64) {
    var entries = shuffled.indices.map { (key: key(Int(shuffled[$0])), rank: Int32($0)) }
    entries.sort { $0.key != $1.key ? $0.key < $1.key : $0.rank < $1.rank }
    var keys: [UInt64] = []
    var starts: [Int32] = []
    for (position, entry) in entries.enumerated() where keys.last != entry.key {
      keys.append(entry.key)
      starts.append(Int32(position))
    }
    starts.append(Int32(entries.count))
    self.keys = keys
    self.starts = starts
    order = entries.map { shuffled[Int($0.rank)] }
  }

  /// The stubs of a key.
  func range(_ key: UInt64) -> Range<Int> {
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low + high) / 2
      if keys[middle] < key { low = middle + 1 } else { high = middle }
    }
    guard low < keys.count, keys[low] == key else { return 0..<0 }
    return Int(starts[low])..<Int(starts[low + 1])
  }

  subscript(position: Int) -> Int { Int(order[position]) }
}
