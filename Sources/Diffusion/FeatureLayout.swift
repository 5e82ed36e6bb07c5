internal import CKernels

/// The columns of a table as the diffusion model sees them: numeric columns first, then one block per categorical.
public struct FeatureLayout: Codable, Sendable, Equatable {
  /// Number of numeric columns.
  public var numericCount: Int
  /// Number of levels of every categorical column.
  public var levelCounts: [Int]
  /// Factor of the one-hot form of every categorical column.
  public var scales: [Float]
  /// For every numeric column the categorical column (levels 0 present, 1 missing) that says whether its value is
  /// missing, or nil when none ever is.
  public var numericMissing: [Int?]

  /// Creates a layout; `numericMissing` defaults to no missing values.
  public init(numericCount: Int, levelCounts: [Int], scales: [Float], numericMissing: [Int?]? = nil) {
    let missing = numericMissing ?? [Int?](repeating: nil, count: numericCount)
    precondition(numericCount >= 0 && levelCounts.allSatisfy { $0 > 0 }, "a categorical column needs a level")
    precondition(
      scales.count == levelCounts.count, "\(scales.count) scales for \(levelCounts.count) categorical columns")
    precondition(missing.count == numericCount, "\(missing.count) indicators for \(numericCount) numeric columns")
    for case .some(let indicator) in missing {
      precondition(
        levelCounts.indices.contains(indicator) && levelCounts[indicator] == 2,
        "categorical column \(indicator) cannot be an indicator of missing values")
    }
    self.numericCount = numericCount
    self.levelCounts = levelCounts
    self.scales = scales
    self.numericMissing = missing
  }

  /// Number of network inputs and outputs: numeric columns plus all levels.
  public var width: Int { numericCount + levelTotal }
  /// Sum of the level counts.
  public var levelTotal: Int { levelCounts.reduce(0, +) }
  /// Number of columns, categorical ones counted once.
  public var columnCount: Int { numericCount + levelCounts.count }
}

/// Encoded rows of a table.
public struct FeatureRows: Sendable {
  /// The columns.
  public let layout: FeatureLayout
  /// Number of rows.
  public let rowCount: Int
  /// rowCount × numericCount; a missing value holds a standard normal draw.
  public let numerics: [Float]
  /// rowCount × number of categorical columns; every code is a level.
  public let codes: [Int32]

  /// Creates rows and checks that they fit the layout.
  public init(layout: FeatureLayout, rowCount: Int, numerics: [Float], codes: [Int32]) {
    precondition(
      numerics.count == rowCount * layout.numericCount,
      "\(numerics.count) numeric values for \(rowCount) rows of \(layout.numericCount)")
    let categories = layout.levelCounts.count
    precondition(
      codes.count == rowCount * categories, "\(codes.count) codes for \(rowCount) rows of \(categories)")
    for (column, levels) in layout.levelCounts.enumerated() {
      var index = column
      while index < codes.count {
        precondition(
          codes[index] >= 0 && codes[index] < levels,
          "row \(index / categories) has code \(codes[index]) in categorical column \(column) of \(levels) levels")
        index += categories
      }
    }
    self.layout = layout
    self.rowCount = rowCount
    self.numerics = numerics
    self.codes = codes
  }
}

/// A layout in the form that the kernels take, in memory of its own.
///
/// Unchecked because nothing changes after initialisation.
final class KernelLayout: @unchecked Sendable {
  let value: ck_layout
  private let levels: UnsafeMutablePointer<Int32>
  private let scales: UnsafeMutablePointer<Float>
  private let missing: UnsafeMutablePointer<Int32>

  init(_ layout: FeatureLayout) {
    let categories = layout.levelCounts.count
    levels = .allocate(capacity: categories + 1)
    scales = .allocate(capacity: categories + 1)
    missing = .allocate(capacity: layout.numericCount + 1)
    for index in 0..<categories {
      levels[index] = Int32(layout.levelCounts[index])
      scales[index] = layout.scales[index]
    }
    for index in 0..<layout.numericCount { missing[index] = Int32(layout.numericMissing[index] ?? -1) }
    value = ck_layout(
      numeric_count: Int64(layout.numericCount), category_count: Int64(categories), width: Int64(layout.width),
      level_counts: levels, scales: scales, missing_of: missing)
  }

  deinit {
    levels.deallocate()
    scales.deallocate()
    missing.deallocate()
  }
}
