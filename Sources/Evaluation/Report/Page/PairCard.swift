/// A pair of columns: its score and its heat maps.
struct PairCard {
  let context: PageContext
  let plot: PairPlot
  let number: Int
  /// The report that the plot is from, where several are compared.
  let report: String?

  var markup: Markup {
    Markup("article", ["class": "card pair"]) {
      Markup("h4") { Self.title(plot.pair, context) }
      Markup("p", ["class": "measure"]) {
        ScoreChip.markup(plot.pair.pair.score)
        Markup("small") {
          plot.pair.pair.metric.rawValue
          if !plot.pair.relations.isEmpty { ", joined by \(plot.pair.relations.joined(separator: ", "))" }
          if let report { ", \(report)" }
        }
      }
      HeatMapFigure(plot: plot, number: number, hasPointerValues: context.limits.hasPointerValues).markup
    }
  }

  /// `table.column and table.column`, the tables as links.
  static func title(_ pair: RankedPair, _ context: PageContext) -> Markup {
    let (first, second) = (pair.pair.first, pair.pair.second)
    return Markup {
      context.link(first.table)
      ".\(first.column) and "
      if first.table != second.table {
        context.link(second.table)
        "."
      }
      second.column
    }
  }
}
