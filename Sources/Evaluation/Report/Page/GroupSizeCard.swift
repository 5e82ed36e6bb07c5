/// The numbers of child rows per parent row of one relation.
struct GroupSizeCard {
  let context: PageContext
  let plot: GroupSizePlot
  /// The report that the plot is from, where several are compared.
  let report: String?

  var markup: Markup {
    Markup("article", ["class": "card plot"]) {
      Markup("h4") {
        "per row of "
        context.link(plot.parent)
        Markup("small") { " \(plot.relation)" }
      }
      if let report { Markup("p", ["class": "verdict"]) { report } }
      Markup("p", ["class": "measure"]) { ScoreChip.markup(plot.score) }
      HistogramFigure(
        histogram: plot.histogram, isDate: false, description: "group sizes of \(plot.relation)",
        hasPointerValues: context.limits.hasPointerValues
      ).markup
      Markup("p", ["class": "soft"]) {
        "mean: real \(DisplayNumber.compact(plot.mean.real)), synthetic \(DisplayNumber.compact(plot.mean.synthetic)); "
          + "largest: real \(DisplayNumber.count(plot.largest.real)), synthetic "
          + "\(DisplayNumber.count(plot.largest.synthetic))"
      }
    }
  }
}
