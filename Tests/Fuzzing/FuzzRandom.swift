package import Tensors

/// The draws of one input: Philox with the input's number as counter, so that any input can be made again alone.
package struct FuzzRandom {
  private let stream: RandomStream
  private let index: UInt64
  private var block: UInt32 = 0
  private var words: (UInt64, UInt64) = (0, 0)
  private var isHalfUsed = false

  package init(stream: RandomStream, index: UInt64) {
    self.stream = stream
    self.index = index
  }

  /// 64 random bits.
  package mutating func next() -> UInt64 {
    if isHalfUsed {
      isHalfUsed = false
      return words.1
    }
    let (first, second, third, fourth) = stream.words(row: index, draw: block)
    block &+= 1
    words = (UInt64(first) << 32 | UInt64(second), UInt64(third) << 32 | UInt64(fourth))
    isHalfUsed = true
    return words.0
  }

  /// An integer in `0..<bound`.
  package mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(max(1, bound))).high)
  }

  /// True once in so many times.
  package mutating func once(in count: Int) -> Bool { below(count) == 0 }

  /// One of some values, which must not be empty.
  package mutating func pick<Element>(_ values: [Element]) -> Element { values[below(values.count)] }

  /// Small numbers are likely, each doubling is half as likely; at most `limit`.
  package mutating func size(_ limit: Int) -> Int {
    let bits = next().trailingZeroBitCount
    return min(limit, 1 + below(1 << min(16, bits)))
  }
}
