/// Tests that a synthetic database must pass: its keys hold and its values stay within what the real ones allow.
///
/// A statistic is the share of rows, keys, parents or values of the side that adhere, measured against the real side;
/// for most tests the real side reaches 1 by itself. Definitions are those of sdmetrics 0.32, with group sizes, pairs
/// of keys and rows without a parent besides.
public enum IntegrityTests {
  /// What they find about one table, in fixed order: its keys, its groups of children, its columns.
  public static func findings(
    for table: Int, in database: EvaluationDatabase, options: FindingOptions
  ) -> [Finding] {
    KeyIntegrity.findings(for: table, in: database) + ValueIntegrity.findings(for: table, in: database)
  }
}
