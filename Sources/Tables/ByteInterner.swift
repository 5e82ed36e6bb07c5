/// Gives every different sequence of bytes a code: 0, 1, 2, … in the order of first appearance.
final class ByteInterner {
  private var slots: UnsafeMutablePointer<Int32>
  private var mask: Int
  private var bytes: [UInt8] = []
  private var offsets: [Int] = [0]
  private var hashes: [UInt64] = []

  init() {
    mask = 63
    slots = .allocate(capacity: 64)
    slots.initialize(repeating: -1, count: 64)
  }

  deinit { slots.deallocate() }

  /// How many different sequences there are.
  var count: Int { hashes.count }

  /// The code of `text`, which is added if it is new.
  func code(_ text: UnsafeBufferPointer<UInt8>) -> Int32 {
    let hash = ByteInterner.hash(text)
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] >= 0 {
      if matches(slots[slot], hash, text) { return slots[slot] }
      slot = (slot + 1) & mask
    }
    let code = Int32(hashes.count)
    slots[slot] = code
    hashes.append(hash)
    bytes.append(contentsOf: text)
    offsets.append(bytes.count)
    if hashes.count * 2 > mask { grow() }
    return code
  }

  /// The code of `text`, or −1.
  func find(_ text: UnsafeBufferPointer<UInt8>) -> Int32 {
    let hash = ByteInterner.hash(text)
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] >= 0 {
      if matches(slots[slot], hash, text) { return slots[slot] }
      slot = (slot + 1) & mask
    }
    return -1
  }

  /// The text of a code.
  func text(_ code: Int) -> String { String(decoding: bytes[offsets[code]..<offsets[code + 1]], as: UTF8.self) }

  /// All texts, by code.
  var texts: [String] { (0..<count).map(text) }

  @inline(__always)
  private func matches(_ code: Int32, _ hash: UInt64, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let index = Int(code)
    guard hashes[index] == hash else { return false }
    let start = offsets[index]
    guard offsets[index + 1] - start == text.count else { return false }
    return bytes.withUnsafeBufferPointer { stored in
      for position in 0..<text.count where stored[start + position] != text[position] { return false }
      return true
    }
  }

  private func grow() {
    let capacity = (mask + 1) * 4
    slots.deallocate()
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: -1, count: capacity)
    mask = capacity - 1
    for (code, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(code)
    }
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
