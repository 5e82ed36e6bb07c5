internal import CKernels

/// Walks over rows in fixed blocks and hands each to the kernels.
///
/// The block length is part of the arithmetic: sums are formed within a block first and then over blocks, so it never
/// depends on the machine or on how many rows are asked for.
struct FeatureBlocks: ~Copyable {
  /// Rows of a block.
  static let length = 256

  private let features: MixedFeatures
  private let offsets: [Int32]
  private let levelRows: UnsafeMutablePointer<Int32>

  init(_ features: MixedFeatures) {
    self.features = features
    var offsets: [Int32] = []
    var offset: Int32 = 0
    for category in features.categories {
      offsets.append(offset)
      offset += Int32(category.levels)
    }
    self.offsets = offsets
    levelRows = .allocate(capacity: max(1, Self.length * features.categories.count))
  }

  deinit { levelRows.deallocate() }

  /// Calls `body` with each block's kernel argument, first row and row count.
  func forEach(rows: Range<Int>, _ body: (UnsafePointer<ck_mixture_block>, Int, Int) -> Void) {
    let categoryCount = features.categories.count
    features.numerics.withUnsafeBufferPointer { numerics in
      var start = rows.lowerBound
      while start < rows.upperBound {
        let count = min(Self.length, rows.upperBound - start)
        for (position, category) in features.categories.enumerated() {
          let offset = offsets[position]
          category.codes.withUnsafeBufferPointer { codes in
            for row in 0..<count {
              let code = codes[start &+ row]
              levelRows[row &* categoryCount &+ position] = code < 0 ? -1 : code &+ offset
            }
          }
        }
        var block = ck_mixture_block()
        block.numerics = numerics.baseAddress.map { $0 + start * features.numericCount }
        block.level_rows = UnsafePointer(levelRows)
        block.rows = Int64(count)
        block.numeric_count = Int64(features.numericCount)
        block.category_count = Int64(categoryCount)
        body(&block, start, count)
        start += count
      }
    }
  }

  /// The same with memory for the scores of a block, rows × `padded`.
  func forEachWithScores(
    rows: Range<Int>, padded: Int,
    _ body: (UnsafePointer<ck_mixture_block>, UnsafeMutablePointer<Double>, Int, Int) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.length * padded) { scores in
      guard let base = scores.baseAddress else { return }
      forEach(rows: rows) { block, start, count in body(block, base, start, count) }
    }
  }
}

/// Component tables in the layout of the kernels: components fastest, padded to whole vectors.
struct ComponentTables {
  let count: Int
  let padded: Int
  /// numericCount × padded.
  var means: [Double]
  /// numericCount × padded.
  var factors: [Double]
  var base: [Double]
  /// (levels of all categories) × padded: what the row's level adds to the base.
  var levels: [Double]

  init(count: Int, numericCount: Int, levelCount: Int, padding: Double) {
    let lanes = Int(CK_MIXTURE_LANES)
    self.count = count
    padded = max(1, (count + lanes - 1) / lanes) * lanes
    means = [Double](repeating: 0, count: numericCount * padded)
    factors = means
    base = [Double](repeating: padding, count: padded)
    levels = [Double](repeating: 0, count: levelCount * padded)
  }

  /// scores (rows × padded) of one block.
  func fill(_ scores: UnsafeMutablePointer<Double>, _ block: UnsafePointer<ck_mixture_block>) {
    ck_mixture_scores(block, Int64(padded), means, factors, base, levels, scores)
  }
}
