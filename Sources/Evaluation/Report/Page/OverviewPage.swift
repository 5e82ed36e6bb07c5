/// The first page: what it all comes to.
struct OverviewPage {
  let context: PageContext

  var markup: Markup {
    Markup("section", ["id": "overview", "aria-labelledby": "overview-title"]) {
      Markup("h2", ["id": "overview-title", "class": "unseen"]) { "Overview" }
      Markup("p", ["class": "lead"]) { context.isComparison ? comparisonSentence : sentence }
      if context.isComparison {
        ScoreTable(context: context).markup
      } else {
        for report in context.reports { headline(report) }
      }
      Markup("h3") { "Tables and foreign keys" }
      ScoreChip.legend
      SchemaGraph(context: context).markup
      if !FindingPages.sections(context).isEmpty {
        Markup("h3") { "Further tests" }
        SectionCards(context: context).markup
      }
      Markup("h3") { Markup("a", ["href": "#worst"]) { "Where it differs most" } }
      Markup("div", ["class": "lists"]) {
        for report in context.reports { worst(report) }
      }
      if !context.isComparison {
        Markup("details") {
          Markup("summary") { "All means in figures" }
          ScoreTable(context: context).markup
        }
      }
    }
  }

  @MarkupBuilder
  private func headline(_ report: EvaluationReport) -> Markup {
    ScoreCards(report: report).markup
    if let ceilings = report.ceilings {
      Markup("p", ["class": "soft"]) {
        "What real rows reach: \(ceilings.basis). Finite samples differ by chance, so even perfect synthetic rows stay "
          + "below 100; the mark on each bar shows where, for samples smaller than the database. Synthetic rows can "
          + "pass it, because their distributions are fitted to all training rows; whether rows were copied is a "
          + "question for the privacy page."
        if let spread = ceilings.spread { " ± is one standard deviation over \(spread.basis)." }
      }
    }
    if let spread = report.spread {
      Markup("p", ["class": "soft"]) { "± beside a score is one standard deviation over \(spread.basis)." }
    }
    if !report.scores.copiedTables.isEmpty {
      Markup("p", ["class": "remark"]) {
        "Copied from the real database by request, and part of these scores: "
          + "\(report.scores.copiedTables.joined(separator: ", ")). The figures below also give the scores without them."
      }
    }
  }

  /// One sentence about a single report.
  private var sentence: String {
    guard let report = context.reports.first else { return "" }
    let rows = report.rows.reduce(0) { $0 + $1.synthetic }
    let subject = "\(DisplayNumber.count(rows)) synthetic rows in \(DisplayNumber.count(report.rows.count)) tables"
    guard let overall = report.scores.all.overall.number else {
      return "\(subject): no overall score, \(report.scores.all.overall.reason ?? "not defined")."
    }
    let verdict = Verdict(
      report.scores.all.overall, ceiling: report.ceilings?.scores.all.overall,
      deviation: report.ceilings?.spread?.overall?.deviation)
    return "\(subject) agree with the real ones to \(DisplayNumber.percent(overall)) %: \(verdict.text)."
  }

  private var comparisonSentence: String {
    guard let best = ScoreChip.best(context.reports.map(\.scores.all.overall)) else {
      return "\(context.reports.count) synthetic databases side by side, with no difference in the overall score."
    }
    return
      "Of \(context.reports.count) synthetic databases, \(context.reports[best].title) has the highest overall score."
  }

  @MarkupBuilder
  private func worst(_ report: EvaluationReport) -> Markup {
    let suffix = context.isComparison ? ", \(report.title)" : ""
    Markup("article", ["class": "card"]) {
      Markup("h4") { "Lowest columns\(suffix)" }
      Markup("ol") {
        for column in report.scores.worstColumns.prefix(5) {
          Markup("li") {
            ScoreChip.short(column.score)
            " "
            context.link(column.column.table)
            ".\(column.column.column)"
          }
        }
      }
    }
    Markup("article", ["class": "card"]) {
      Markup("h4") { "Lowest pairs\(suffix)" }
      Markup("ol") {
        for pair in report.scores.worstPairs.prefix(5) {
          Markup("li") {
            ScoreChip.short(pair.pair.score)
            " "
            PairCard.title(pair, context)
          }
        }
      }
    }
  }
}
