internal import Foundation

/// Finds bytes that are no text: NUL and malformed UTF-8.
enum TextCheck {
  struct Fault {
    let offset: Int
    let isNull: Bool

    var kind: String { isNull ? "a NUL byte" : "bytes that are not valid UTF-8" }

    var remedy: String {
      isNull
        ? "the file is damaged or no text file (UTF-16?): save it as UTF-8"
        : "save the file as UTF-8 (for instance: iconv -f LATIN1 -t UTF-8)"
    }
  }

  /// The first fault, or nil. Runs at memory speed over ASCII.
  static func firstFault(_ bytes: UnsafeBufferPointer<UInt8>) -> Fault? {
    guard let base = bytes.baseAddress else { return nil }
    var index = 0
    while index < bytes.count {
      // Eight ASCII bytes at a time: no high bit, no zero byte.
      if index + 8 <= bytes.count {
        let word = UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
        let zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
        if (word & 0x8080_8080_8080_8080) | zeros == 0 {
          index += 8
          continue
        }
      }
      let byte = bytes[index]
      if byte == 0 { return Fault(offset: index, isNull: true) }
      if byte < 0x80 {
        index += 1
        continue
      }
      let length = sequenceLength(base + index, available: bytes.count - index)
      if length == 0 { return Fault(offset: index, isNull: false) }
      index += length
    }
    return nil
  }

  /// How many line feeds there are.
  static func lineBreaks(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    guard var here = bytes.baseAddress else { return 0 }
    let end = here + bytes.count
    var total = 0
    while let found = memchr(here, 0x0A, end - here) {
      total += 1
      here = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) + 1
    }
    return total
  }

  /// The length of the well-formed sequence of two to four bytes at `bytes`, or 0 (Unicode 15, table 3-7).
  private static func sequenceLength(_ bytes: UnsafePointer<UInt8>, available: Int) -> Int {
    func isTail(_ index: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
      index < available && range.contains(bytes[index])
    }
    switch bytes[0] {
    case 0xC2...0xDF: return isTail(1) ? 2 : 0
    case 0xE0: return isTail(1, 0xA0...0xBF) && isTail(2) ? 3 : 0
    case 0xED: return isTail(1, 0x80...0x9F) && isTail(2) ? 3 : 0
    case 0xE1...0xEF: return isTail(1) && isTail(2) ? 3 : 0
    case 0xF0: return isTail(1, 0x90...0xBF) && isTail(2) && isTail(3) ? 4 : 0
    case 0xF1...0xF3: return isTail(1) && isTail(2) && isTail(3) ? 4 : 0
    case 0xF4: return isTail(1, 0x80...0x8F) && isTail(2) && isTail(3) ? 4 : 0
    default: return 0
    }
  }
}
