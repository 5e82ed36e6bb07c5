/// An open-addressing hash table from 64-bit integers to the order in which they were added.
///
/// The state lies in memory of its own, because every access to a variable of a class is checked at run time.
final class IntegerIndex {
  private struct State {
    var keys: UnsafeMutablePointer<Int64>
    var count = 0
    var capacity: Int
    var slots: UnsafeMutablePointer<Int32>
    var mask: Int
  }

  private let state: UnsafeMutablePointer<State>

  init() {
    state = .allocate(capacity: 1)
    let slots = UnsafeMutablePointer<Int32>.allocate(capacity: 64)
    slots.initialize(repeating: -1, count: 64)
    state.initialize(to: State(keys: .allocate(capacity: 32), capacity: 32, slots: slots, mask: 63))
  }

  deinit {
    state.pointee.keys.deallocate()
    state.pointee.slots.deallocate()
    state.deallocate()
  }

  /// How many keys there are.
  var count: Int { state.pointee.count }

  /// The keys in the order in which they were added.
  var keys: [Int64] { Array(UnsafeBufferPointer(start: state.pointee.keys, count: count)) }

  /// The position of a key, which is added if it is new.
  func insert(_ key: Int64) -> Int32 {
    let slots = state.pointee.slots, mask = state.pointee.mask, keys = state.pointee.keys
    var slot = IntegerIndex.hash(key) & mask
    while slots[slot] >= 0 {
      if keys[Int(slots[slot])] == key { return slots[slot] }
      slot = (slot + 1) & mask
    }
    let position = state.pointee.count
    slots[slot] = Int32(position)
    if position == state.pointee.capacity { enlarge(to: 2 * position) }
    (state.pointee.keys + position).initialize(to: key)
    state.pointee.count = position + 1
    if (position + 1) * 2 > mask { rehash(4 * (mask + 1)) }
    return Int32(position)
  }

  /// The position of a key, or −1.
  func find(_ key: Int64) -> Int32 {
    let slots = state.pointee.slots, mask = state.pointee.mask, keys = state.pointee.keys
    var slot = IntegerIndex.hash(key) & mask
    while slots[slot] >= 0 {
      if keys[Int(slots[slot])] == key { return slots[slot] }
      slot = (slot + 1) & mask
    }
    return -1
  }

  /// Makes room for `count` keys in all.
  func reserve(_ count: Int) {
    guard count > state.pointee.capacity else { return }
    enlarge(to: count)
    var slots = state.pointee.mask + 1
    while slots < 2 * count { slots *= 2 }
    if slots > state.pointee.mask + 1 { rehash(slots) }
  }

  private func enlarge(to capacity: Int) {
    let larger = UnsafeMutablePointer<Int64>.allocate(capacity: capacity)
    larger.moveInitialize(from: state.pointee.keys, count: state.pointee.count)
    state.pointee.keys.deallocate()
    state.pointee.keys = larger
    state.pointee.capacity = capacity
  }

  private func rehash(_ capacity: Int) {
    let slots = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
    slots.initialize(repeating: -1, count: capacity)
    for position in 0..<state.pointee.count {
      var slot = IntegerIndex.hash(state.pointee.keys[position]) & (capacity - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (capacity - 1) }
      slots[slot] = Int32(position)
    }
    state.pointee.slots.deallocate()
    state.pointee.slots = slots
    state.pointee.mask = capacity - 1
  }

  /// Eight consecutive integers lie beside each other: most keys are counted up, and found in that order.
  @inline(__always)
  private static func hash(_ key: Int64) -> Int {
    var mixed = UInt64(bitPattern: key >> 3) &* 0x9E37_79B9_7F4A_7C15
    mixed ^= mixed >> 32
    return Int(truncatingIfNeeded: mixed << 3 | UInt64(truncatingIfNeeded: key & 7))
  }
}
