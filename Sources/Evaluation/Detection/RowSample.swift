internal import Tensors

/// Seeded choices of rows.
enum RowSample {
  /// `limit` rows of `count` without replacement in random order, or all of them in random order.
  static func draw(_ limit: Int, of count: Int, seed: UInt64, stream: String) -> [Int32] {
    Array(RandomStream(seed: seed, name: stream).permutation(count: count).prefix(limit))
  }

  /// All rows in their order if there are not too many, otherwise `limit` of them in random order.
  static func limited(_ limit: Int?, of count: Int, seed: UInt64, stream: String) -> [Int32] {
    guard let limit, limit < count else { return (0..<Int32(count)).map { $0 } }
    return draw(limit, of: count, seed: seed, stream: stream)
  }
}
