internal import Tensors

/// A categorical column as clustering sees it: a one-hot block with one scaled coordinate per level, never
/// materialised.
public struct CategoricalFeature: Sendable, Equatable {
  /// The level of each row; −1 where all coordinates of the block are zero.
  public var codes: [Int32]
  /// Number of levels, hence of coordinates.
  public var levels: Int
  /// The value of the coordinate of the row's level.
  public var scale: Double

  /// Creates a feature from codes in `-1..<levels`.
  public init(codes: [Int32], levels: Int, scale: Double = 1) {
    self.codes = codes
    self.levels = levels
    self.scale = scale
  }
}

/// Rows to be clustered: numeric coordinates, already scaled, followed by one-hot blocks.
public struct MixedFeatures: Sendable, Equatable {
  /// Number of rows.
  public var rowCount: Int
  /// Number of numeric coordinates.
  public var numericCount: Int
  /// Numeric coordinates, row-major, `rowCount` × `numericCount`.
  public var numerics: [Double]
  /// The one-hot blocks.
  public var categories: [CategoricalFeature]

  /// Creates features from scaled numerics and one-hot blocks.
  public init(rowCount: Int, numericCount: Int, numerics: [Double], categories: [CategoricalFeature]) {
    precondition(
      numerics.count == rowCount * numericCount,
      "\(numerics.count) numbers do not fill \(rowCount) x \(numericCount) coordinates")
    for (position, category) in categories.enumerated() {
      precondition(
        category.codes.count == rowCount,
        "categorical feature \(position) has \(category.codes.count) codes for \(rowCount) rows")
      precondition(
        category.codes.allSatisfy { $0 >= -1 && Int($0) < category.levels },
        "a code of categorical feature \(position) is outside -1..<\(category.levels)")
    }
    self.rowCount = rowCount
    self.numericCount = numericCount
    self.numerics = numerics
    self.categories = categories
  }

  /// Number of coordinates when the one-hot blocks are counted level by level.
  public var width: Int { categories.reduce(numericCount) { $0 + $1.levels } }

  /// The given rows, in the given order.
  public func selecting(rows: [Int32]) -> MixedFeatures {
    var selected = [Double]()
    selected.reserveCapacity(rows.count * numericCount)
    for row in rows {
      let start = Int(row) * numericCount
      selected.append(contentsOf: numerics[start..<start + numericCount])
    }
    let chosen = categories.map { category in
      CategoricalFeature(codes: rows.map { category.codes[Int($0)] }, levels: category.levels, scale: category.scale)
    }
    return MixedFeatures(rowCount: rows.count, numericCount: numericCount, numerics: selected, categories: chosen)
  }

  /// At most `limit` rows: a prefix of a permutation of all rows, in row order.
  func sample(limit: Int, stream: RandomStream) -> MixedFeatures {
    guard rowCount > limit else { return self }
    return selecting(rows: stream.permutation(count: rowCount, step: 2).prefix(max(1, limit)).sorted())
  }

  /// The coordinates of one row as a dense vector of `width` numbers.
  package func coordinates(row: Int) -> [Double] {
    var dense = Array(numerics[row * numericCount..<(row + 1) * numericCount])
    for category in categories {
      var block = [Double](repeating: 0, count: category.levels)
      if category.codes[row] >= 0 { block[Int(category.codes[row])] = category.scale }
      dense.append(contentsOf: block)
    }
    return dense
  }
}
