/// Tests of dependencies that pairs of columns do not show.
///
/// Source: fan-out correlation as in GRDM; the other definitions are stated at each test.
public enum StructureTests {
  /// What they find about one table, in fixed order: as a parent, as a child, within its rows.
  ///
  /// Statistics are of the side itself; a note says what held-out rows score in the place of the synthetic ones.
  ///
  /// - Complexity: linear in the rows for every pair of columns or relations; dependencies between columns look at
  ///   `options.rowLimit` rows.
  public static func findings(
    for table: Int, in database: EvaluationDatabase, options: FindingOptions
  ) -> [Finding] {
    FanOut.correlations(of: table, in: database)
      + FanOut.givenLabels(of: table, in: database)
      + SiblingTrends.findings(for: table, in: database)
      + TwoParentTrends.findings(for: table, in: database)
      + GroupDependence.findings(for: table, in: database)
      + KeyPaths.findings(for: table, in: database)
      + FunctionalDependencies.findings(for: table, in: database, options: options)
  }
}
