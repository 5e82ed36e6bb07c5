/// A column: its score and its distribution, one plot a report.
struct ColumnCard {
  let context: PageContext
  let table: String
  let column: String
  /// The plots, one entry a report.
  let plots: [ColumnPlot?]
  /// Whether the card names the table.
  let namesTable: Bool

  var markup: Markup {
    let best = ScoreChip.best(plots.map { $0?.score.score })
    return Markup("article", ["class": "card plot"]) {
      Markup("h4") {
        if namesTable {
          context.link(table)
          "."
        }
        column
      }
      for (index, plot) in plots.enumerated() {
        if context.isComparison { Markup("p", ["class": "verdict"]) { context.reports[index].title } }
        if let plot {
          figure(plot, isBest: best == index)
        } else {
          Markup("p", ["class": "why"]) { "not evaluated" }
        }
      }
    }
  }

  @MarkupBuilder
  private func figure(_ plot: ColumnPlot, isBest: Bool) -> Markup {
    let description = "\(table).\(column), real and synthetic values"
    Markup("p", ["class": "measure"]) {
      ScoreChip.markup(plot.score.score, isBest: isBest)
      Markup("small") { "\(plot.score.metric.rawValue), \(plot.kind.rawValue)" }
    }
    if let histogram = plot.histogram {
      HistogramFigure(
        histogram: histogram, isDate: plot.kind == .date, description: description,
        hasPointerValues: context.limits.hasPointerValues
      ).markup
      missing(plot, histogram)
    } else if let bars = plot.bars {
      BarsFigure(bars: bars, missing: plot.missing, description: description).markup
    } else {
      Markup("p", ["class": "why"]) { "no value to draw" }
    }
  }

  @MarkupBuilder
  private func missing(_ plot: ColumnPlot, _ histogram: Histogram) -> Markup {
    if plot.missing.real + plot.missing.synthetic > 0 {
      Markup("p", ["class": "soft"]) {
        "missing: real \(share(plot.missing.real, histogram.counts.real.total)) %, synthetic "
          + "\(share(plot.missing.synthetic, histogram.counts.synthetic.total)) %"
      }
    }
  }

  private func share(_ missing: Int, _ present: Int) -> String {
    DisplayNumber.decimal(Double(missing) / Double(max(1, missing + present)) * 100)
  }
}
