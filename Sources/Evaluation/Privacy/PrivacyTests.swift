/// Nearness to training rows and membership inference.
public enum PrivacyTests {
  /// What there is to say about one table, in fixed order.
  ///
  /// - Parameter table: its place in the schema.
  public static func findings(
    for table: Int, in database: EvaluationDatabase, options: FindingOptions
  ) -> [Finding] {
    []
  }
}
