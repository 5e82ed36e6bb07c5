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
  /// The mean agreement of its group sizes.
  public var cardinality: Score {
    .mean(ofDefined: relations.map(\.cardinality), otherwise: "the table has no foreign key")
  }
  /// The mean over its pairs with columns of its parents.
  public var parentTrends: Score {
    let pairs = relations.flatMap(\.pairs)
    return .mean(
      ofDefined: pairs.map(\.score),
      otherwise: relations.isEmpty
        ? "the table has no foreign key" : pairs.isEmpty ? "there are no pairs" : "no pair has a score")
  }
  /// The mean of the four, undefined ones left out, as the overall score of the database is.
  public var overall: Score {
    .mean(ofDefined: [shapes, trends, cardinality, parentTrends], otherwise: "nothing of the table has a score")
  }
}
