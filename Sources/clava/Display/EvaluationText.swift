import Evaluation
import Foundation

/// What `clava evaluate` prints.
enum EvaluationText {
  static func lines(_ reports: [EvaluationReport], mode: EvaluationMode) -> [String] {
    guard let first = reports.first else { return [] }
    var lines = SummaryText.lines(mode == .sdmetrics ? first.sdmetricsScores ?? first.scores : first.scores)
    lines += first.notices.map { "note: \($0)" }
    return lines
  }
}
