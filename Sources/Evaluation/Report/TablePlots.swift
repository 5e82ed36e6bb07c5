/// All scores of a table and its plots, bounded in size whatever the number of rows.
public struct TablePlots: Codable, Sendable, Hashable {
  /// The name of the table.
  public var table: String
  /// The scores of all its columns and of all pairs of its columns.
  public var scores: TableScores
  /// Group sizes and pair trends of the foreign keys that the table has.
  public var relations: [RelationScores]
  /// One plot a column, in the order of the table.
  public var columns: [ColumnPlot]
  /// Heat maps of the pairs with the lowest scores, within the table and with its parents, worst first.
  public var pairs: [PairPlot]
  /// The numbers of child rows per parent row, for the foreign keys that the table has.
  public var groupSizes: [GroupSizePlot]

  /// Collects the plots of a table.
  public init(
    table: String, scores: TableScores, relations: [RelationScores], columns: [ColumnPlot], pairs: [PairPlot],
    groupSizes: [GroupSizePlot]
  ) {
    self.table = table
    self.scores = scores
    self.relations = relations
    self.columns = columns
    self.pairs = pairs
    self.groupSizes = groupSizes
  }

  /// The mean of its columns' scores.
  public var shapes: Score { .mean(ofDefined: scores.columns.map(\.score), otherwise: "no column has a score") }
  /// The mean of its pairs' scores.
  public var trends: Score {
    .mean(
      ofDefined: scores.pairs.map(\.score),
      otherwise: scores.pairs.isEmpty ? "there are no pairs" : "no pair has a score")
  }
}

/// A number for each side.
public struct SideValues<Value: Codable & Sendable & Hashable>: Codable, Sendable, Hashable {
  /// Of the training rows.
  public var real: Value
  /// Of the synthetic rows.
  public var synthetic: Value
  /// Of the held-out rows; nil without a holdout.
  public var holdout: Value?

  /// Joins the sides.
  public init(real: Value, synthetic: Value, holdout: Value? = nil) {
    self.real = real
    self.synthetic = synthetic
    self.holdout = holdout
  }

  /// The same for every side.
  func map<Result>(_ transform: (Value) -> Result) -> SideValues<Result> {
    SideValues<Result>(real: transform(real), synthetic: transform(synthetic), holdout: holdout.map(transform))
  }
}

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
  /// Whether each bin is one integer, which lies in the middle of its edges.
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

/// The joint distribution of two columns.
public struct PairPlot: Codable, Sendable, Hashable {
  /// The pair, and the relation that joins its tables; none within a table.
  public var pair: RankedPair
  /// The bins or categories of the first column, from left to right.
  public var first: [String]
  /// The bins or categories of the second column, from bottom to top.
  public var second: [String]
  /// Rows in each cell: all cells of the second column's first bin, then those of its next one.
  public var counts: SideValues<[Int]>

  /// Describes a heat map.
  public init(pair: RankedPair, first: [String], second: [String], counts: SideValues<[Int]>) {
    self.pair = pair
    self.first = first
    self.second = second
    self.counts = counts
  }
}

/// The distribution of the number of child rows per parent row.
public struct GroupSizePlot: Codable, Sendable, Hashable {
  /// The relation.
  public var relation: String
  /// The table that is referred to.
  public var parent: String
  /// The agreement of the sizes.
  public var score: Score
  /// The mean size.
  public var mean: SideValues<Double>
  /// The largest size.
  public var largest: SideValues<Int>
  /// Parents by the number of their children.
  public var histogram: Histogram

  /// Describes the group sizes of a relation.
  public init(
    relation: String, parent: String, score: Score, mean: SideValues<Double>, largest: SideValues<Int>,
    histogram: Histogram
  ) {
    self.relation = relation
    self.parent = parent
    self.score = score
    self.mean = mean
    self.largest = largest
    self.histogram = histogram
  }
}
