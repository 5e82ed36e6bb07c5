/// Makes the checksums of HDF5 metadata right again, so that damage gets past them into the library's parser.
///
/// Source: HDF5 File Format Specification 3.0, §III (superblock versions 2 and 3, version 2 object headers); Bob Jenkins,
/// lookup3.
enum HDF5Checksum {
  /// Repairs the superblock and all object headers that can be recognised.
  static func repair(_ bytes: inout [UInt8]) {
    if bytes.count >= 48, bytes[8] == 2 || bytes[8] == 3 { seal(&bytes, 0, 44) }
    var place = 0
    while place + 8 < bytes.count {
      if bytes[place] == 0x4F, bytes[place + 1] == 0x48, bytes[place + 2] == 0x44, bytes[place + 3] == 0x52 {
        let flags = bytes[place + 5]
        var end = place + 6 + (flags & 0x20 != 0 ? 16 : 0) + (flags & 0x10 != 0 ? 4 : 0)
        let width = 1 << Int(flags & 3)
        guard end + width <= bytes.count else { return }
        let size = (0..<width).reduce(UInt64(0)) { $0 | UInt64(bytes[end + $1]) << UInt64(8 * $1) }
        end += width
        if size <= UInt64(bytes.count - end), end + Int(size) + 4 <= bytes.count {
          seal(&bytes, place, end + Int(size))
        }
      }
      place += 1
    }
  }

  private static func seal(_ bytes: inout [UInt8], _ start: Int, _ end: Int) {
    let value = lookup3(bytes[start..<end])
    for index in 0..<4 { bytes[end + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
  }

  private static func lookup3(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 { value << count | value >> (32 - count) }
    let start = UInt32(truncatingIfNeeded: 0xdead_beef + UInt64(bytes.count))
    var (a, b, c) = (start, start, start)
    var rest = bytes
    func word(_ first: Int) -> UInt32 {
      (0..<4).reduce(0) { sum, index in
        let place = rest.startIndex + first + index
        return place < rest.endIndex ? sum | UInt32(rest[place]) << UInt32(8 * index) : sum
      }
    }
    while rest.count > 12 {
      a &+= word(0)
      b &+= word(4)
      c &+= word(8)
      a = (a &- c) ^ rotate(c, 4)
      c &+= b
      b = (b &- a) ^ rotate(a, 6)
      a &+= c
      c = (c &- b) ^ rotate(b, 8)
      b &+= a
      a = (a &- c) ^ rotate(c, 16)
      c &+= b
      b = (b &- a) ^ rotate(a, 19)
      a &+= c
      c = (c &- b) ^ rotate(b, 4)
      b &+= a
      rest = rest.dropFirst(12)
    }
    guard !rest.isEmpty else { return c }
    a &+= word(0)
    b &+= word(4)
    c &+= word(8)
    c = (c ^ b) &- rotate(b, 14)
    a = (a ^ c) &- rotate(c, 11)
    b = (b ^ a) &- rotate(a, 25)
    c = (c ^ b) &- rotate(b, 16)
    a = (a ^ c) &- rotate(c, 4)
    b = (b ^ a) &- rotate(a, 14)
    c = (c ^ b) &- rotate(b, 24)
    return c
  }
}
