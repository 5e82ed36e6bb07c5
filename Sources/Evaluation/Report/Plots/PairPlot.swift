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
