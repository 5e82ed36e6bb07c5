/// A valid input cut into the pieces that its grammar sees: texts in quotes, words and numbers, runs of blanks, single
/// marks. Serves JSON, YAML and CSV alike.
package struct TextSample {
  package let bytes: [UInt8]
  /// Places of the pieces, in order, without gaps.
  package let pieces: [Range<Int>]

  package init(_ text: String) { self.init(Array(text.utf8)) }

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var pieces: [Range<Int>] = []
    var start = 0
    while start < bytes.count {
      var end = start + 1
      switch bytes[start] {
      case 0x22:
        while end < bytes.count, bytes[end] != 0x22 { end += bytes[end] == 0x5C ? 2 : 1 }
        end = min(bytes.count, end + 1)
      case let byte where Self.isWord(byte):
        while end < bytes.count, Self.isWord(bytes[end]) { end += 1 }
      case 0x20:
        while end < bytes.count, bytes[end] == 0x20 { end += 1 }
      default: break
      }
      pieces.append(start..<end)
      start = end
    }
    self.pieces = pieces
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2E, 0x5F, 0x80...: true
    default: false
    }
  }
}
