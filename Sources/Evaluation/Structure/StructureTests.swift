/// Tests of dependencies that pairs of columns do not show.
public enum StructureTests {
  /// What they find about one table, in fixed order.
  public static func findings(
    for table: Int, in database: EvaluationDatabase, options: FindingOptions
  ) -> [Finding] {
    []
  }
}
