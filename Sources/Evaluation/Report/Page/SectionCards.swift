/// What the sections of findings come to, one card each, on the overview.
struct SectionCards {
  let context: PageContext

  /// Metrics a card names at most.
  private static let metricLimit = 6

  var markup: Markup {
    Markup("div", ["class": "cards sections"]) {
      for section in FindingPages.sections(context) {
        Markup("article", ["class": "card"]) {
          Markup("h3") { Markup("a", ["href": "#\(section.anchor)"]) { section.title } }
          Markup("p", ["class": "soft"]) { section.question }
          tally(section)
        }
      }
    }
  }

  /// One line a metric: its mean score in every report; with a single report also the lowest.
  @MarkupBuilder
  private func tally(_ section: FindingSection) -> Markup {
    let lists = context.reports.map { $0.findings[section] ?? [] }
    let metrics = FindingPages.metrics(lists)
    let scored = metrics.filter { metric in lists.joined().contains { $0.metric == metric && $0.score.isDefined } }
    if !scored.isEmpty {
      Markup("table", ["class": "tally"]) {
        Markup("thead") {
          Markup("tr") {
            Markup("th", ["scope": "col"]) { "metric" }
            for report in context.reports {
              Markup("th", ["scope": "col"]) { context.isComparison ? report.title : "mean, %" }
            }
            if !context.isComparison { Markup("th", ["scope": "col"]) { "lowest" } }
          }
        }
        Markup("tbody") {
          for metric in scored.prefix(Self.metricLimit) {
            line(metric, lists.map { list in list.filter { $0.metric == metric }.map(\.score) })
          }
        }
      }
    }
    let rest = metrics.count - min(scored.count, Self.metricLimit)
    if rest > 0 {
      Markup("p", ["class": "soft"]) {
        scored.isEmpty
          ? "Its numbers are compared with those of real rows and have no score." : "and \(rest) more on its page"
      }
    }
  }

  private func line(_ metric: String, _ scores: [[Score]]) -> Markup {
    let means = scores.map { Score.mean(ofDefined: $0, otherwise: "not evaluated") }
    let best = ScoreChip.best(means)
    return Markup("tr") {
      Markup("th", ["scope": "row"]) { metric }
      for (index, mean) in means.enumerated() {
        Markup("td") { mean.isDefined ? ScoreChip.markup(mean, isBest: best == index) : ScoreChip.short(mean) }
      }
      if !context.isComparison {
        let lowest = scores.joined().filter(\.isDefined).min { $0.value < $1.value }
        Markup("td") { ScoreChip.short(lowest ?? .undefined("no score")) }
      }
    }
  }
}
