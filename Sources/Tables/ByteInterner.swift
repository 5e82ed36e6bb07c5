/// Gives every different sequence of bytes a code: 0, 1, 2, … in the order of first appearance.
///
/// The state lies in memory of its own, because every access to a variable of a class is checked at run time.
final class ByteInterner {
  private struct Entry {
    var hash: UInt64
    var offset: Int
    var count: Int
  }

  private struct State {
    var slots: UnsafeMutablePointer<Int32>
    var mask: Int
    var entries: UnsafeMutablePointer<Entry>
    var entryCount = 0
    var entryCapacity: Int
    var bytes: UnsafeMutablePointer<UInt8>
    var byteCount = 0
    var byteCapacity: Int
  }

  private let state: UnsafeMutablePointer<State>

  init() {
    state = .allocate(capacity: 1)
    let slots = UnsafeMutablePointer<Int32>.allocate(capacity: 64)
    slots.initialize(repeating: -1, count: 64)
    state.initialize(
      to: State(
        slots: slots, mask: 63, entries: .allocate(capacity: 32), entryCapacity: 32, bytes: .allocate(capacity: 512),
        byteCapacity: 512))
  }

  deinit {
    state.pointee.slots.deallocate()
    state.pointee.entries.deallocate()
    state.pointee.bytes.deallocate()
    state.deallocate()
  }

  /// How many different sequences there are.
  var count: Int { state.pointee.entryCount }

  /// The code of `text`, which is added if it is new.
  func code(_ text: UnsafeBufferPointer<UInt8>) -> Int32 {
    let hash = ByteInterner.hash(text)
    let slots = state.pointee.slots, mask = state.pointee.mask
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] >= 0 {
      if matches(slots[slot], hash, text) { return slots[slot] }
      slot = (slot + 1) & mask
    }
    let code = Int32(state.pointee.entryCount)
    slots[slot] = code
    append(text, hash)
    if state.pointee.entryCount * 2 > mask { rehash() }
    return code
  }

  /// The code of `text`, or −1.
  func find(_ text: UnsafeBufferPointer<UInt8>) -> Int32 {
    let hash = ByteInterner.hash(text)
    let slots = state.pointee.slots, mask = state.pointee.mask
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] >= 0 {
      if matches(slots[slot], hash, text) { return slots[slot] }
      slot = (slot + 1) & mask
    }
    return -1
  }

  /// The text of a code.
  func text(_ code: Int) -> String {
    precondition(code >= 0 && code < count, "code \(code) of \(count)")
    let entry = state.pointee.entries[code]
    return String(
      decoding: UnsafeBufferPointer(start: state.pointee.bytes + entry.offset, count: entry.count), as: UTF8.self)
  }

  /// All texts, by code.
  var texts: [String] { (0..<count).map(text) }

  @inline(__always)
  private func matches(_ code: Int32, _ hash: UInt64, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let entry = state.pointee.entries[Int(code)]
    guard entry.hash == hash, entry.count == text.count else { return false }
    let stored = state.pointee.bytes + entry.offset
    for position in 0..<text.count where stored[position] != text[position] { return false }
    return true
  }

  private func append(_ text: UnsafeBufferPointer<UInt8>, _ hash: UInt64) {
    if state.pointee.entryCount == state.pointee.entryCapacity {
      state.pointee.entryCapacity *= 2
      ByteInterner.enlarge(&state.pointee.entries, state.pointee.entryCount, state.pointee.entryCapacity)
    }
    if state.pointee.byteCount + text.count > state.pointee.byteCapacity {
      state.pointee.byteCapacity = max(state.pointee.byteCapacity * 2, state.pointee.byteCount + text.count)
      ByteInterner.enlarge(&state.pointee.bytes, state.pointee.byteCount, state.pointee.byteCapacity)
    }
    let entry = Entry(hash: hash, offset: state.pointee.byteCount, count: text.count)
    (state.pointee.entries + state.pointee.entryCount).initialize(to: entry)
    if let base = text.baseAddress { (state.pointee.bytes + entry.offset).update(from: base, count: text.count) }
    state.pointee.entryCount += 1
    state.pointee.byteCount += text.count
  }

  private static func enlarge<Element>(
    _ memory: inout UnsafeMutablePointer<Element>, _ count: Int, _ capacity: Int
  ) {
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    larger.moveInitialize(from: memory, count: count)
    memory.deallocate()
    memory = larger
  }

  private func rehash() {
    let capacity = (state.pointee.mask + 1) * 4
    let slots = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
    slots.initialize(repeating: -1, count: capacity)
    for code in 0..<state.pointee.entryCount {
      var slot = Int(truncatingIfNeeded: state.pointee.entries[code].hash) & (capacity - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (capacity - 1) }
      slots[slot] = Int32(code)
    }
    state.pointee.slots.deallocate()
    state.pointee.slots = slots
    state.pointee.mask = capacity - 1
  }

  /// Mixes eight bytes at a time with multiply and shift; the same on every machine.
  @inline(__always)
  private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var state = UInt64(text.count) &* 0x9E37_79B9_7F4A_7C15
    var index = 0
    while index + 8 <= text.count {
      let word = UnsafeRawPointer(text.baseAddress.unsafelyUnwrapped + index).loadUnaligned(as: UInt64.self)
      state = mix(state ^ UInt64(littleEndian: word))
      index += 8
    }
    var tail: UInt64 = 0
    while index < text.count {
      tail = tail << 8 | UInt64(text[index])
      index += 1
    }
    return mix(state ^ tail)
  }

  @inline(__always)
  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value &* 0xBF58_476D_1CE4_E5B9
    mixed ^= mixed >> 29
    mixed = mixed &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 32)
  }
}
