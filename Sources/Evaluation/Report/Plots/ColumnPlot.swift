/// The distribution of a column.
public struct ColumnPlot: Codable, Sendable, Hashable {
  /// The column with its score.
  public var score: ColumnScore
  /// What its values are.
  public var kind: EvaluationSchema.ColumnKind
  /// Rows without a value.
  public var missing: SideValues<Int>
  /// The values of a continuous column.
  public var histogram: Histogram?
  /// The values of a discrete column.
  public var bars: CategoryBars?

  /// Describes a column.
  public init(
    score: ColumnScore, kind: EvaluationSchema.ColumnKind, missing: SideValues<Int>, histogram: Histogram? = nil,
    bars: CategoryBars? = nil
  ) {
    self.score = score
    self.kind = kind
    self.missing = missing
    self.histogram = histogram
    self.bars = bars
  }
}

/// Counts of numbers in bins that all sides share.
public struct Histogram: Codable, Sendable, Hashable {
  /// The counts of one side.
  public struct Counts: Codable, Sendable, Hashable {
    /// One a bin.
    public var bins: [Int]
    /// Values below the first edge.
    public var below: Int
    /// Values above the last edge.
    public var above: Int

    /// States counts.
    public init(bins: [Int], below: Int = 0, above: Int = 0) {
      self.bins = bins
      self.below = below
      self.above = above
    }

    /// All values.
    public var total: Int { bins.reduce(below + above, +) }
  }

  /// Bin i holds the values from edge i up to, but not including, edge i + 1; the last bin includes its upper edge.
  public var edges: [Double]
  /// Whether the values are integers, which lie between the edges.
  public var isInteger: Bool
  /// The counts.
  public var counts: SideValues<Counts>

  /// Describes a histogram.
  public init(edges: [Double], isInteger: Bool, counts: SideValues<Counts>) {
    self.edges = edges
    self.isInteger = isInteger
    self.counts = counts
  }
}

/// Counts of the most frequent categories.
public struct CategoryBars: Codable, Sendable, Hashable {
  /// One category.
  public struct Bar: Codable, Sendable, Hashable {
    /// Its text.
    public var label: String
    /// Its rows.
    public var counts: SideValues<Int>

    /// Describes a category.
    public init(label: String, counts: SideValues<Int>) {
      self.label = label
      self.counts = counts
    }
  }

  /// The most frequent ones, most frequent first.
  public var bars: [Bar]
  /// How many further categories there are.
  public var otherCategories: Int
  /// Their rows.
  public var other: SideValues<Int>

  /// Describes the categories of a column.
  public init(bars: [Bar], otherCategories: Int, other: SideValues<Int>) {
    self.bars = bars
    self.otherCategories = otherCategories
    self.other = other
  }
}
