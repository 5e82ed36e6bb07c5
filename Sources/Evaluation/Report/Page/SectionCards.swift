/// What the sections of findings come to, one card each, on the overview.
struct SectionCards {
  let context: PageContext

  var markup: Markup {
    Markup("div", ["class": "cards sections"]) {
      for section in FindingPages.sections(context) {
        Markup("article", ["class": "card"]) {
          Markup("h3") { Markup("a", ["href": "#\(section.anchor)"]) { section.title } }
          Markup("p", ["class": "soft"]) { section.question }
          for report in context.reports { summary(report, section) }
        }
      }
    }
  }

  @MarkupBuilder
  private func summary(_ report: EvaluationReport, _ section: FindingSection) -> Markup {
    let findings = report.findings[section] ?? []
    let scored = findings.filter(\.score.isDefined)
    let worst = scored.min { $0.score.value < $1.score.value }
    if context.isComparison { Markup("p", ["class": "verdict"]) { report.title } }
    Markup("p") {
      if let worst {
        ScoreChip.short(.mean(ofDefined: scored.map(\.score), otherwise: ""))
        " mean of \(DisplayNumber.count(scored.count)), lowest "
        ScoreChip.short(worst.score)
      } else {
        "\(DisplayNumber.count(findings.count)) findings without a score"
      }
    }
    if let worst {
      Markup("p", ["class": "soft"]) { "lowest: \(worst.metric)\(worst.table.map { " of \($0)" } ?? "")" }
    }
  }
}
