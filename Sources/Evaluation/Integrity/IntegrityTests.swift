/// Tests that a synthetic database must pass.
public enum IntegrityTests {
  /// What they find about one table, in fixed order.
  public static func findings(
    for table: Int, in database: EvaluationDatabase, options: FindingOptions
  ) -> [Finding] {
    []
  }
}
