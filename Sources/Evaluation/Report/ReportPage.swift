/// The report as one self-contained HTML file.
public enum ReportPage {
  /// The page of one report, or the comparison of several, the first of which lends its schema.
  ///
  /// - Throws: `ClavaError.input` if there is no report.
  public static func html(_ reports: [EvaluationReport]) throws -> String { "" }
}
