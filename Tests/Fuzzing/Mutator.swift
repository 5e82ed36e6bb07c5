/// Damages valid inputs: first piece by piece, so that much of the grammar stays intact, then byte by byte.
package struct Mutator {
  /// A piece of an input under change.
  private struct Part {
    /// Which list it points into: a sample, or the words.
    var source: Int
    var range: Range<Int>
  }

  /// Bytes that mean something to one of the grammars, or to none.
  private static let marks: [UInt8] =
    Array("{}[],:\"'\\-?&*!|>#%@`\n\r\t 0919eE.+~/".utf8) + [0, 0x7F, 0x80, 0xC3, 0xEF, 0xFF]

  /// Numbers and words at the edges of what types can hold.
  private static let extremes = [
    "0", "-0", "-1", "1", "255", "256", "65536", "2147483648", "4294967295", "4294967296", "9007199254740993",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
    "18446744073709551615", "18446744073709551616", "1e308", "1e309", "-1e309", "1e-400", "5e-324", "0.1", "1e18",
    "1E+19", "123456789012345678901234567890", "00", "01", "1.", ".5", "1e", "+1", "0x10", "1_000", "NaN", "nan",
    "inf", "-inf", "null", "true", "false", "\"\"", "\"nan\"", "\"inf\"", "[]", "{}", "[[]]", "\"\\u0000\"",
    "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\u{202e}\"", "\"e\u{301}\"", "\"../../x\"", "\u{FEFF}",
  ]

  private let samples: [TextSample]
  /// All words one after the other, and where each lies.
  private let wordBytes: [UInt8]
  private let words: [Range<Int>]
  /// What opens and closes a level of nesting.
  private let nests: [(open: [UInt8], close: [UInt8])]

  /// - Parameters:
  ///   - samples: valid inputs.
  ///   - words: texts of the grammar beside those of the samples.
  ///   - nests: what opens and closes a level of nesting.
  package init(
    samples: [String], words: [String] = [], nests: [(String, String)] = [("[", "]"), ("{\"a\":", "}")]
  ) {
    self.init(samples: samples.map(TextSample.init), words: words, nests: nests)
  }

  package init(samples: [TextSample], words: [String] = [], nests: [(String, String)] = []) {
    self.samples = samples
    self.nests = nests.map { (Array($0.0.utf8), Array($0.1.utf8)) }
    var bytes: [UInt8] = []
    var ranges: [Range<Int>] = []
    for word in Self.extremes + words {
      ranges.append(bytes.count..<bytes.count + word.utf8.count)
      bytes += word.utf8
    }
    wordBytes = bytes
    self.words = ranges
  }

  /// An input: one in 32 is a sample as it is.
  ///
  /// - Parameter sample: which sample to begin with; nil: any.
  package func input(_ random: inout FuzzRandom, sample: Int? = nil) -> [UInt8] {
    let chosen = sample ?? random.below(samples.count)
    if random.once(in: 32) { return samples[chosen].bytes }
    if random.once(in: 4) {
      var bytes = samples[chosen].bytes
      damage(&bytes, &random)
      return bytes
    }
    var parts = samples[chosen].pieces.map { Part(source: chosen, range: $0) }
    for _ in 0..<random.size(8) { change(&parts, &random) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(samples[chosen].bytes.count + 64)
    for part in parts { bytes += (part.source < 0 ? wordBytes : samples[part.source].bytes)[part.range] }
    if random.once(in: 8), !nests.isEmpty { nest(&bytes, &random) }
    if random.once(in: 4) { damage(&bytes, &random) }
    return bytes
  }

  private func change(_ parts: inout [Part], _ random: inout FuzzRandom) {
    guard !parts.isEmpty else { return }
    let place = random.below(parts.count)
    switch random.below(10) {
    case 0...3: parts[place] = Part(source: -1, range: random.pick(words))
    case 4: parts.insert(Part(source: -1, range: random.pick(words)), at: place)
    case 5: parts.removeSubrange(place..<min(parts.count, place + random.size(8)))
    case 6:
      let run = Array(parts[place..<min(parts.count, place + random.size(16))])
      for _ in 0..<random.size(random.once(in: 64) ? 1024 : 4) { parts.insert(contentsOf: run, at: place) }
    case 7: parts.swapAt(place, random.below(parts.count))
    case 8:
      let other = random.below(samples.count)
      let pieces = samples[other].pieces
      let from = random.below(pieces.count + 1)
      parts.replaceSubrange(place..., with: pieces[from...].map { Part(source: other, range: $0) })
    default:
      let other = random.below(samples.count)
      guard !samples[other].pieces.isEmpty else { return }
      parts[place] = Part(source: other, range: random.pick(samples[other].pieces))
    }
  }

  /// Puts what stands at some place into many levels.
  private func nest(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
    let (open, close) = nests[random.below(nests.count)]
    let depth = random.once(in: 16) ? 256 << random.below(5) : random.size(80)
    let first = random.below(bytes.count + 1)
    let last = random.once(in: 2) ? first : first + random.below(bytes.count - first + 1)
    if !random.once(in: 4) {
      bytes.insert(contentsOf: repeatElement(close, count: depth).joined(), at: last)
    }
    bytes.insert(contentsOf: repeatElement(open, count: depth).joined(), at: first)
  }

  /// Changes single bytes and bits.
  package func damage(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
    for _ in 0..<random.size(8) {
      guard !bytes.isEmpty else {
        bytes.append(random.pick(Self.marks))
        continue
      }
      let place = random.below(bytes.count)
      switch random.below(7) {
      case 0: bytes[place] ^= 1 << UInt8(random.below(8))
      case 1: bytes[place] = random.pick(Self.marks)
      case 2: bytes[place] = UInt8(truncatingIfNeeded: random.next())
      case 3: bytes.insert(random.pick(Self.marks), at: place)
      case 4: bytes.removeSubrange(place..<min(bytes.count, place + random.size(16)))
      case 5:
        let run = Array(repeating: bytes[place], count: random.size(random.once(in: 64) ? 4096 : 16))
        bytes.insert(contentsOf: run, at: place)
      default: if random.once(in: 4) { bytes.removeSubrange(place...) }
      }
    }
  }
}
