/// Sorting of numbers digit by digit: several times as fast as by comparisons where columns are long.
package enum RadixSort {
  /// Below this length comparisons are faster.
  private static let shortest = 512
  private static let digitBits: UInt64 = 11
  private static let digits = 6
  private static let buckets = 1 << 11

  /// Sorts numbers in ascending order; none may be NaN.
  package static func sort(_ values: inout [Double]) {
    let count = values.count
    guard count >= shortest, count < Int(UInt32.max) else { return values.sort() }
    let keys = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * count)
    defer { keys.deallocate() }
    var counts = [UInt32](repeating: 0, count: digits * buckets)
    var from = keys
    var to = keys + count
    counts.withUnsafeMutableBufferPointer { counts in
      for index in 0..<count {
        let key = ascendingKey(values[index])
        keys[index] = key
        for digit in 0..<digits { counts[digit * buckets + bucket(key, digit)] &+= 1 }
      }
      for digit in 0..<digits {
        let first = digit * buckets
        // A digit that all numbers share moves nothing: most of the lower ones of whole numbers and dates.
        if counts[first + bucket(from[0], digit)] == UInt32(count) { continue }
        var position: UInt32 = 0
        for index in first..<(first + buckets) {
          let here = counts[index]
          counts[index] = position
          position += here
        }
        for index in 0..<count {
          let key = from[index]
          let place = first + bucket(key, digit)
          to[Int(counts[place])] = key
          counts[place] &+= 1
        }
        swap(&from, &to)
      }
    }
    for index in 0..<count { values[index] = number(from[index]) }
  }

  /// The digit of a key, from the lowest.
  @inline(__always)
  private static func bucket(_ key: UInt64, _ digit: Int) -> Int {
    Int(truncatingIfNeeded: key >> (UInt64(digit) * digitBits)) & (buckets - 1)
  }

  /// A key whose order as an unsigned integer is that of the numbers.
  @inline(__always)
  private static func ascendingKey(_ value: Double) -> UInt64 {
    let bits = value.bitPattern
    return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
  }

  @inline(__always)
  private static func number(_ key: UInt64) -> Double {
    Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key)
  }
}
