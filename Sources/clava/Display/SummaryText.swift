import Evaluation
import Foundation
import Synthesis

/// The table at the end of a run.
enum SummaryText {
  static func lines(_ summary: RunSummary) -> [String] {
    var lines = [""]
    lines += TextFormatting.table(
      header: ["table", "rows", "real rows", "train", "sample", "loss"],
      rows: summary.tables.map { table in
        [
          table.kind == "lookup" ? "\(table.name) (copied)" : table.name, TextFormatting.count(table.rows),
          TextFormatting.count(table.realRows), table.trainingSeconds.map(TextFormatting.duration) ?? "–",
          TextFormatting.duration(table.samplingSeconds), table.loss.map { String(format: "%.3f", $0) } ?? "–",
        ]
      })
    if let scores = summary.scores {
      lines.append("")
      lines += self.lines(scores)
    }
    if !summary.notices.isEmpty {
      lines.append("")
      lines += summary.notices.map { "note: \($0)" }
    }
    return lines
  }

  /// Scores in percent, one column for each kind.
  static func lines(_ scores: Scores) -> [String] {
    var header = ["score against the input (%)", "cardinality", "shapes"]
    header += scores.all.hops.map { "\($0.hop)-hop" }
    func row(_ name: String, _ set: ScoreSet) -> [String] {
      var cells = [name, percent(set.cardinality), percent(set.shapes)]
      for hop in scores.all.hops {
        cells.append(set.hops.first { $0.hop == hop.hop }.map { percent($0.score) } ?? "–")
      }
      return cells
    }
    var rows = [row("all tables", scores.all)]
    if let without = scores.withoutCopiedTables { rows.append(row("copied tables left out", without)) }
    return TextFormatting.table(header: header, rows: rows)
  }

  /// Distances to the closest training row: synthetic rows should be no nearer than rows nobody has seen.
  static func lines(_ distances: [(table: String, distances: DistanceToClosestRecord)]) -> [String] {
    func number(_ score: Score?) -> String {
      guard let score, score.isDefined else { return "–" }
      return String(format: "%.4f", score.value)
    }
    return TextFormatting.table(
      header: [
        "distance to the closest training row", "synthetic", "held-out", "median", "median", "identical", "identical",
      ],
      rows: distances.map { table, found in
        [
          table, number(found.synthetic.mean), number(found.holdout?.mean), number(found.synthetic.median),
          number(found.holdout?.median), number(found.synthetic.identical), number(found.holdout?.identical),
        ]
      })
  }

  private static func percent(_ score: Score) -> String {
    score.isDefined ? String(format: "%.2f", score.value * 100) : "–"
  }
}
