/// All means of the reports in figures, one column a report, the best of each line marked.
struct ScoreTable {
  let context: PageContext

  var markup: Markup {
    let depth = context.reports.flatMap(\.scores.all.hops).map(\.hop).max() ?? 1
    return Markup("div", ["class": "scroll"]) {
      Markup("table", ["class": "figures"]) {
        Markup("thead") {
          Markup("tr") {
            Markup("th", ["scope": "col"]) { "score, %" }
            for report in context.reports {
              Markup("th", ["scope": "col"]) { context.isComparison ? report.title : "all tables" }
              if hasExtras(\.scores.withoutCopiedTables) { Markup("th", ["scope": "col"]) { "without copied tables" } }
              if hasExtras(\.ceilings) { Markup("th", ["scope": "col"]) { "real rows reach" } }
              if hasExtras(\.sdmetricsScores) { Markup("th", ["scope": "col"]) { "sdmetrics 0.32" } }
            }
          }
        }
        Markup("tbody") {
          for measure in Measure.headline(depth: depth) + Measure.published(depth: depth) { line(measure) }
        }
      }
    }
  }

  private func hasExtras<Value>(_ part: KeyPath<EvaluationReport, Value?>) -> Bool {
    context.reports.contains { $0[keyPath: part] != nil }
  }

  private func line(_ measure: Measure) -> Markup {
    let scores = context.reports.map { measure.score($0.scores.all) }
    let best = ScoreChip.best(scores)
    return Markup("tr") {
      Markup("th", ["scope": "row"]) {
        measure.title
        Markup("small") { measure.meaning }
      }
      for (index, report) in context.reports.enumerated() {
        Markup("td") {
          cell(scores[index], report.spread.flatMap(measure.spread), isBest: best == index)
        }
        if hasExtras(\.scores.withoutCopiedTables) {
          Markup("td") { cell(report.scores.withoutCopiedTables.flatMap(measure.score), nil, isBest: false) }
        }
        if hasExtras(\.ceilings) {
          Markup("td") {
            cell(
              report.ceilings.flatMap { measure.score($0.scores.all) }, report.ceilings?.spread.flatMap(measure.spread),
              isBest: false)
          }
        }
        if hasExtras(\.sdmetricsScores) {
          Markup("td") { cell(report.sdmetricsScores.flatMap { measure.score($0.all) }, nil, isBest: false) }
        }
      }
    }
  }

  private func cell(_ score: Score?, _ spread: ScoreSpread.Value?, isBest: Bool) -> Markup {
    Markup {
      if let score {
        ScoreChip.markup(score, isBest: isBest)
        if let deviation = spread?.deviation {
          Markup("small") { "± \(DisplayNumber.points(deviation))" }
        }
      } else {
        Markup("span", ["class": "why"]) { "not evaluated" }
      }
    }
  }
}
