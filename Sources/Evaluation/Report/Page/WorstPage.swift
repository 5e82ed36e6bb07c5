/// The columns and pairs of the whole database with the lowest scores, with their plots.
struct WorstPage {
  let context: PageContext

  var markup: Markup {
    Markup("section", ["id": "worst", "aria-labelledby": "worst-title"]) {
      Markup("h2", ["id": "worst-title"]) { "Where it differs most" }
      Markup("p", ["class": "prose"]) {
        "The columns and pairs with the lowest scores of all tables, copied tables left out."
      }
      SideLegend.markup(hasHoldout: context.reports.contains { $0.rows.contains { $0.holdout != nil } })
      Markup("h3") { "Columns" }
      Markup("div", ["class": "plots"]) {
        for column in columns {
          ColumnCard(
            context: context, table: column.table, column: column.column,
            plots: context.plots(column.table).map { $0?.columns.first { $0.score.column == column } }, namesTable: true
          ).markup
        }
      }
      for (index, report) in context.reports.enumerated() {
        Markup("h3") { context.isComparison ? "Pairs, \(report.title)" : "Pairs" }
        pairs(report, index)
      }
    }
  }

  /// The worst columns of all reports, each once.
  private var columns: [ColumnReference] {
    var seen: Set<ColumnReference> = []
    return context.reports.flatMap(\.scores.worstColumns).map(\.column).filter { seen.insert($0).inserted }
  }

  @MarkupBuilder
  private func pairs(_ report: EvaluationReport, _ index: Int) -> Markup {
    let ranked = report.scores.worstPairs
    let plots = ranked.map { pair in context.plots(pair.pair.second.table)[index]?.pairs.first { $0.pair == pair } }
    Markup("div", ["class": "pairs"]) {
      for (position, plot) in plots.enumerated() {
        if let plot {
          // Numbers of the pages of tables start at the number of reports.
          PairCard(context: context, plot: plot, number: -1 - (index * ranked.count + position), report: nil).markup
        }
      }
    }
    let rest = zip(ranked, plots).filter { $0.1 == nil }.map(\.0)
    if !rest.isEmpty {
      Markup("div", ["class": "scroll"]) {
        Markup("table", ["class": "figures"]) {
          Markup("thead") {
            Markup("tr") {
              Markup("th", ["scope": "col"]) { "pair without a map" }
              Markup("th", ["scope": "col", "class": "number"]) { "keys apart" }
              Markup("th", ["scope": "col", "class": "number"]) { "score, %" }
            }
          }
          Markup("tbody") {
            for pair in rest {
              Markup("tr") {
                Markup("th", ["scope": "row"]) {
                  PairCard.title(pair, context)
                  if !pair.relations.isEmpty { Markup("small") { "over \(pair.relations.joined(separator: ", "))" } }
                }
                Markup("td", ["class": "number"]) { "\(pair.hop)" }
                Markup("td", ["class": "number"]) { ScoreChip.short(pair.pair.score) }
              }
            }
          }
        }
      }
    }
  }
}
