/// The page of every table, and the list of tables.
struct TablePages {
  let context: PageContext

  var markup: Markup {
    Markup {
      Markup("section", ["id": "tables", "aria-labelledby": "tables-title"]) { list }
      for (index, table) in context.schema.tables.enumerated() {
        Markup("section", ["id": context.anchor(table.name), "class": "table"]) {
          TablePage(context: context, table: table, number: index).markup
        }
      }
    }
  }

  @MarkupBuilder
  private var list: Markup {
    Markup("h2", ["id": "tables-title"]) { "Tables" }
    Markup("p", ["class": "filter js"]) {
      Markup("label") {
        "Show tables whose name has "
        Markup("input", ["type": "search", "data-filter": "table-list", "autocomplete": "off"])
      }
    }
    Markup("div", ["class": "scroll"]) {
      Markup("table", ["class": "figures sortable", "id": "table-list"]) {
        Markup("thead") {
          Markup("tr") {
            Markup("th", ["scope": "col"]) { "table" }
            Markup("th", ["scope": "col", "class": "number"]) { "real rows" }
            for report in context.reports {
              let prefix = context.isComparison ? "\(report.title): " : ""
              Markup("th", ["scope": "col", "class": "number"]) { "\(prefix)rows" }
              for title in context.isComparison
                ? ["overall"] : ["overall", "columns", "pairs", "group sizes", "with parents"]
              {
                Markup("th", ["scope": "col", "class": "number"]) { prefix + title }
              }
            }
          }
        }
        Markup("tbody") {
          for table in context.schema.tables { line(table) }
        }
      }
    }
    Markup("p", ["class": "soft"]) {
      "Overall is the mean of the other four where they exist. A table without foreign keys has no group sizes and no "
        + "parents."
    }
  }

  private func line(_ table: EvaluationSchema.Table) -> Markup {
    let plots = context.plots(table.name)
    let rows = context.rows(table.name)
    let best = ScoreChip.best(plots.map { $0?.overall })
    return Markup("tr") {
      Markup("th", ["scope": "row"]) {
        context.link(table.name)
        if table.isCopied { Markup("small") { "copied" } }
      }
      Markup("td", ["class": "number"]) { rows.compactMap(\.self).first.map { DisplayNumber.count($0.real) } ?? "–" }
      for (index, plot) in plots.enumerated() {
        Markup("td", ["class": "number"]) { rows[index].map { DisplayNumber.count($0.synthetic) } ?? "–" }
        if let plot {
          let parts = context.isComparison ? [] : [plot.shapes, plot.trends, plot.cardinality, plot.parentTrends]
          Markup("td", ["class": "number"]) {
            context.isComparison ? ScoreChip.markup(plot.overall, isBest: best == index) : ScoreChip.short(plot.overall)
          }
          for score in parts { Markup("td", ["class": "number"]) { ScoreChip.short(score) } }
        } else {
          Markup("td", ["colspan": context.isComparison ? nil : "5", "class": "why"]) { "not evaluated" }
        }
      }
    }
  }
}
