import Evaluation
import Foundation

/// A report, or the comparison of several, in the terminal.
enum ReportText {
  /// Findings named in a section at most.
  private static let metricLimit = 12

  /// Headline scores, lowest columns and pairs, one line for each metric of the findings, notices.
  static func lines(_ reports: [EvaluationReport]) -> [String] {
    guard let first = reports.first else { return [] }
    var lines = reports.count == 1 ? single(first) : comparison(reports)
    if reports.count == 1 {
      lines += worst(first)
    }
    for section in FindingSection.allCases { lines += findings(section, reports) }
    for report in reports {
      let notices = report.notices.map { reports.count == 1 ? "note: \($0)" : "note on \(report.title): \($0)" }
      if !notices.isEmpty { lines += [""] + notices }
    }
    return lines
  }

  /// Each score beside what real rows reach, with a verdict.
  private static func single(_ report: EvaluationReport) -> [String] {
    var header = ["score against the training rows (\(report.scores.mode) mode, %)", "score"]
    if report.spread != nil { header.append("±") }
    if report.ceilings != nil { header.append("real rows") }
    header.append("")
    let rows = measures([report]).map { measure -> [String] in
      let score = measure.score(report.scores.all) ?? .undefined("there are no pairs")
      let ceiling = report.ceilings.flatMap { measure.score($0.scores.all) }
      var cells = ["\(measure.title): \(measure.meaning)", percent(score)]
      if let spread = report.spread { cells.append(measure.spread(spread)?.deviation.map(DisplayNumber.points) ?? "–") }
      if report.ceilings != nil { cells.append(ceiling.map(percent) ?? "–") }
      let deviation = report.ceilings?.spread.flatMap(measure.spread)?.deviation
      return cells + [Verdict(score, ceiling: ceiling, deviation: deviation).text]
    }
    return TextFormatting.table(header: header, rows: rows)
  }

  /// One column a report; the best score of a line has a star.
  private static func comparison(_ reports: [EvaluationReport]) -> [String] {
    let rows = measures(reports).map { measure -> [String] in
      let scores = reports.map { measure.score($0.scores.all) }
      return ["\(measure.title): \(measure.meaning)"] + starred(scores)
    }
    return TextFormatting.table(
      header: ["score against the training rows (%), * best"] + reports.map(\.title), rows: rows)
  }

  private static func measures(_ reports: [EvaluationReport]) -> [Measure] {
    Measure.headline(depth: reports.flatMap(\.scores.all.hops).map(\.hop).max() ?? 1)
  }

  private static func starred(_ scores: [Score?]) -> [String] {
    let numbers = scores.compactMap { $0?.number }
    let best = Set(numbers).count > 1 ? numbers.max() : nil
    return scores.map { score in
      guard let number = score?.number else { return "–" }
      return (number == best ? "* " : "") + DisplayNumber.percent(number)
    }
  }

  private static func worst(_ report: EvaluationReport) -> [String] {
    var lines: [String] = []
    if !report.scores.worstColumns.isEmpty {
      lines += [""]
      lines += TextFormatting.table(
        header: ["lowest columns", "%"],
        rows: report.scores.worstColumns.prefix(5).map {
          ["\($0.column.table).\($0.column.column)", percent($0.score)]
        })
    }
    if !report.scores.worstPairs.isEmpty {
      lines += [""]
      lines += TextFormatting.table(
        header: ["lowest pairs", "hop", "%"],
        rows: report.scores.worstPairs.prefix(5).map {
          [
            "\($0.pair.first.table).\($0.pair.first.column) and \($0.pair.second.table).\($0.pair.second.column)",
            "\($0.hop)", percent($0.pair.score),
          ]
        })
    }
    return lines
  }

  /// One line a metric: its mean, its lowest score and where that is.
  private static func findings(_ section: FindingSection, _ reports: [EvaluationReport]) -> [String] {
    let lists = reports.map { $0.findings[section] ?? [] }
    var seen: Set<String> = []
    let metrics = lists.joined().map(\.metric).filter { seen.insert($0).inserted }
    if metrics.isEmpty { return [] }
    let shown = metrics.prefix(metricLimit)
    var lines: [String]
    if reports.count > 1 {
      lines = TextFormatting.table(
        header: ["\(section.rawValue) (mean score, %)"] + reports.map(\.title),
        rows: shown.map { metric in
          [metric]
            + starred(
              lists.map { list in
                .mean(ofDefined: list.filter { $0.metric == metric }.map(\.score), otherwise: "not evaluated")
              })
        })
    } else {
      lines = TextFormatting.table(
        header: [section.rawValue, "counted", "mean %", "lowest %", "synthetic", "real", "held out", "where"],
        rows: shown.map { metric in line(metric, lists[0].filter { $0.metric == metric }) })
    }
    if metrics.count > shown.count { lines.append("… and \(metrics.count - shown.count) more, in report.json") }
    return [""] + lines
  }

  private static func line(_ metric: String, _ findings: [Finding]) -> [String] {
    let lowest = findings.filter(\.score.isDefined).min { $0.score.value < $1.score.value }
    let example = lowest ?? findings.first
    let place = example?.columns.first ?? example?.relations.first ?? example?.table ?? "database"
    return [
      metric, "\(findings.count)", percent(.mean(ofDefined: findings.map(\.score), otherwise: "")),
      lowest.map { percent($0.score) } ?? "–", statistic(example?.synthetic), statistic(example?.real),
      statistic(example?.holdout), place,
    ]
  }

  private static func percent(_ score: Score) -> String { score.number.map(DisplayNumber.percent) ?? "–" }
  private static func statistic(_ value: Double?) -> String { value.map(DisplayNumber.statistic) ?? "–" }
}
