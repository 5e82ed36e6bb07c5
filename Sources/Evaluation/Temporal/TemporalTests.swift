/// Tests of the order and the intervals of dates.
///
/// A date column is a point in time; so is a whole number called a year. Every table with one is looked at row by row
/// (order of its dates), against its parents (order of their dates), and as sequences: the rows of one parent in the
/// order of a date, ties in row order. Whether dates stay within the real range is a matter of `IntegrityTests`.
public enum TemporalTests {
  /// What they find about one table, in fixed order.
  ///
  /// - Complexity: O(n log n) a parent and date, then O(n) a column.
  public static func findings(
    for table: Int, in database: EvaluationDatabase, options: FindingOptions
  ) -> [Finding] {
    DateOrder.withinRows(of: table, in: database)
      + DateOrder.afterParents(of: table, in: database)
      + SequenceTests.findings(for: table, in: database)
  }
}
