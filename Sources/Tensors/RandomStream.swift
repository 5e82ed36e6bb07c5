internal import CKernels
internal import Essentials

/// Random numbers addressed by name and counter instead of drawn in sequence.
///
/// Philox4x32-10; the key is made from the seed and the name of the stream, the counter is (row, step, draw). Any part
/// of a stream can be computed anywhere and in any order with the same result.
///
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011.
public struct RandomStream: Sendable, Hashable {
  /// The key of the stream.
  public let key: UInt64

  /// The stream `name` of a run's seed.
  public init(seed: UInt64, name: String) {
    key = Digest.of("\(seed)/\(name)").first64Bits
  }

  /// A stream with a given key, for tests against published vectors.
  public init(key: UInt64) { self.key = key }

  /// The four words of a counter.
  public func words(row: UInt64, step: UInt32 = 0, draw: UInt32 = 0) -> (UInt32, UInt32, UInt32, UInt32) {
    var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    withUnsafeMutableBytes(of: &words) { bytes in
      if let base = bytes.bindMemory(to: UInt32.self).baseAddress {
        ck_philox(key, UInt32(truncatingIfNeeded: row), UInt32(truncatingIfNeeded: row >> 32), step, draw, base)
      }
    }
    return words
  }

  /// A uniform number in the open interval (0, 1): 53 bits of the first two words; a zero becomes 2⁻⁵⁴.
  public func uniform(row: UInt64, step: UInt32 = 0, draw: UInt32 = 0) -> Double {
    let bits = bits(row: row, step: step, draw: draw) >> 11
    return bits == 0 ? 0x1p-54 : Double(bits) * 0x1p-53
  }

  /// A standard normal number: the first of the four that the counter's block gives.
  public func normal(row: UInt64, step: UInt32 = 0, draw: UInt32 = 0) -> Double {
    normals(row: row, step: step, draw: draw).0
  }

  /// The four standard normal numbers of a counter (Box–Muller on word pairs, cosine first).
  public func normals(row: UInt64, step: UInt32 = 0, draw: UInt32 = 0) -> (Double, Double, Double, Double) {
    var normals: (Double, Double, Double, Double) = (0, 0, 0, 0)
    withUnsafeMutableBytes(of: &normals) { bytes in
      if let base = bytes.bindMemory(to: Double.self).baseAddress {
        ck_philox_normals(
          key, UInt32(truncatingIfNeeded: row), UInt32(truncatingIfNeeded: row >> 32), step, draw, base)
      }
    }
    return normals
  }

  /// A uniform integer in `0..<bound`.
  public func integer(below bound: Int, row: UInt64, step: UInt32 = 0, draw: UInt32 = 0) -> Int {
    precondition(bound > 0, "an integer below \(bound) does not exist")
    return Int(bits(row: row, step: step, draw: draw).multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// Fills rows of a matrix with standard normals: matrix row r takes the draws of row `firstRow + r`, four columns a
  /// block.
  public func fillNormals(_ matrix: Matrix, rows: Range<Int>, firstRow: UInt64, step: UInt32 = 0) {
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= matrix.rows,
      "rows \(rows) are outside a matrix of \(matrix.rows) x \(matrix.columns)")
    ck_fill_normals(
      matrix.pointer + rows.lowerBound * matrix.columns, Int64(matrix.columns), Int64(rows.count),
      Int64(matrix.columns), key, firstRow &+ UInt64(rows.lowerBound), step)
  }

  /// A uniform permutation of `0..<count`.
  ///
  /// - Complexity: O(count).
  public func permutation(count: Int, step: UInt32 = 0) -> [Int32] {
    precondition(count >= 0 && count <= Int(Int32.max), "cannot permute \(count) positions")
    return [Int32](unsafeUninitializedCapacity: count) { buffer, filled in
      if let base = buffer.baseAddress { ck_permutation(base, Int64(count), key, step) }
      filled = count
    }
  }

  private func bits(row: UInt64, step: UInt32, draw: UInt32) -> UInt64 {
    let words = words(row: row, step: step, draw: draw)
    return UInt64(words.1) << 32 | UInt64(words.0)
  }
}
