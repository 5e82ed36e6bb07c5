/// Tests of the order and the intervals of dates.
public enum TemporalTests {
  /// What they find about one table, in fixed order.
  public static func findings(
    for table: Int, in database: EvaluationDatabase, options: FindingOptions
  ) -> [Finding] {
    []
  }
}
