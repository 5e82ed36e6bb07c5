/// Models trained on synthetic rows and tested on real ones.
public enum UtilityTests {
  /// What there is to say about one table, in fixed order.
  ///
  /// - Parameter table: its place in the schema.
  public static func findings(
    for table: Int, in database: EvaluationDatabase, options: FindingOptions
  ) -> [Finding] {
    []
  }
}
