import Evaluation

/// What `clava evaluate` prints.
enum EvaluationText {
  /// The report, or the comparison of several, behind the scores by the rules of sdmetrics where they were asked for.
  static func lines(_ reports: [EvaluationReport]) -> [String] {
    guard let first = reports.first, let scores = first.sdmetricsScores else { return ReportText.lines(reports) }
    return ["by the rules of \(scores.mode):"] + SummaryText.lines(scores) + [""] + ReportText.lines(reports)
  }
}
