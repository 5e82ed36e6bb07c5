/// How the codec is fitted.
public struct CodecOptions: Codable, Hashable, Sendable {
  /// How columns become network inputs.
  public enum Kind: String, Codable, Sendable {
    /// Numbers by rank, categories as one-hot.
    case hybrid
    /// Every column as one number by its quantiles, categories and missing indicators as ordinal numbers: the
    /// published method.
    case quantile
  }

  /// The order of the levels of a category, which matters where they are ordinal numbers.
  public enum CategoryOrder: String, Codable, Sendable {
    /// By value if all levels are numbers, else by bytes.
    case numeric
    /// The most frequent level first.
    case frequency
    /// By bytes, even if all levels are numbers: the published order.
    case lexicographic
  }

  /// How columns become network inputs.
  public var kind: Kind
  /// `hybrid`: categorical columns with more levels are ordinal numbers.
  public var maxLevels: Int
  /// `hybrid`: numeric columns with more different values are kept as this many cells.
  public var knots: Int
  /// `hybrid`: numbers of fewer rows than this share a cell with their neighbours; 1 keeps every number.
  public var minimumCellRows: Int
  /// The order of the levels of a category.
  public var categoryOrder: CategoryOrder
  /// `quantile`: whether numbers are rounded to the form of their column. If not, only integer columns of at most 32
  /// different values are.
  public var roundsNumbers: Bool
  /// `quantile`: when a value counts as the smallest or the largest one.
  public var tolerance: QuantileCodec.Tolerance
  /// `quantile`: whether the maps are fitted to all rows instead of the training rows of `TrainingSplit`.
  public var usesAllRows: Bool
  /// The seed of the split into training, validation and test rows.
  public var splitSeed: UInt64

  /// Creates options.
  public init(
    kind: Kind = .hybrid, maxLevels: Int = 300, knots: Int = 4096, minimumCellRows: Int = 20,
    categoryOrder: CategoryOrder = .numeric, roundsNumbers: Bool = true,
    tolerance: QuantileCodec.Tolerance = .relative, usesAllRows: Bool = true, splitSeed: UInt64 = 0
  ) {
    self.kind = kind
    self.maxLevels = maxLevels
    self.knots = knots
    self.minimumCellRows = minimumCellRows
    self.categoryOrder = categoryOrder
    self.roundsNumbers = roundsNumbers
    self.tolerance = tolerance
    self.usesAllRows = usesAllRows
    self.splitSeed = splitSeed
  }
}
