/// Everything about one table.
struct TablePage {
  let context: PageContext
  let table: EvaluationSchema.Table
  /// The place of the table, from which drawings take numbers of their own.
  let number: Int

  private var plots: [TablePlots?] { context.plots(table.name) }

  var markup: Markup {
    Markup {
      Markup("p", ["class": "crumb"]) { Markup("a", ["href": "#tables"]) { "← all tables" } }
      Markup("h2") { table.name }
      facts
      scores
      columns
      pairs
      groupSizes
      findings
    }
  }

  @MarkupBuilder
  private var facts: Markup {
    if table.isCopied {
      Markup("p", ["class": "remark"]) {
        "The rows of this table are copies of the real ones by request: its scores say nothing about the generator."
      }
    }
    Markup("dl", ["class": "facts"]) {
      for (report, rows) in zip(context.reports, context.rows(table.name)) {
        if let rows {
          fact(context.isComparison ? "rows, \(report.title)" : "rows", Self.text(rows))
        }
      }
      neighbours("refers to", context.schema.parents(of: table.name), \.parent)
      neighbours("referred to by", context.schema.children(of: table.name), \.child)
    }
  }

  private static func text(_ rows: TableRows) -> String {
    var text = "\(DisplayNumber.count(rows.synthetic)) synthetic, \(DisplayNumber.count(rows.real)) real"
    if let holdout = rows.holdout { text += ", \(DisplayNumber.count(holdout)) held out" }
    return text
  }

  private func fact(_ name: String, _ text: String) -> Markup {
    Markup("div") {
      Markup("dt") { name }
      Markup("dd") { text }
    }
  }

  @MarkupBuilder
  private func neighbours(
    _ name: String, _ relations: [Int], _ other: KeyPath<EvaluationSchema.Relation, String>
  ) -> Markup {
    if !relations.isEmpty {
      Markup("div") {
        Markup("dt") { name }
        Markup("dd") {
          for (position, relation) in relations.enumerated() {
            if position > 0 { ", " }
            context.link(context.schema.relations[relation][keyPath: other])
            Markup("small") { " \(context.schema.relations[relation].column)" }
          }
        }
      }
    }
  }

  private var scores: Markup {
    let parts: [(title: String, score: (TablePlots) -> Score)] = [
      ("overall", { $0.overall }), ("columns", { $0.shapes }), ("pairs of columns", { $0.trends }),
      ("group sizes", { $0.cardinality }), ("pairs with parents", { $0.parentTrends }),
    ]
    return Markup("div", ["class": "scroll"]) {
      Markup("table", ["class": "figures"]) {
        Markup("thead") {
          Markup("tr") {
            Markup("th", ["scope": "col"]) { "score, %" }
            for part in parts { Markup("th", ["scope": "col", "class": "number"]) { part.title } }
          }
        }
        Markup("tbody") {
          for (index, report) in context.reports.enumerated() {
            Markup("tr") {
              Markup("th", ["scope": "row"]) { context.isComparison ? report.title : "mean" }
              for part in parts {
                Markup("td", ["class": "number"]) {
                  if let plots = plots[index] {
                    ScoreChip.markup(part.score(plots), isBest: best(part.score) == index)
                  } else {
                    Markup("span", ["class": "why"]) { "not evaluated" }
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  private func best(_ score: (TablePlots) -> Score) -> Int? { ScoreChip.best(plots.map { $0.map(score) }) }

  /// Columns with plots, the lowest score of any report first.
  @MarkupBuilder
  private var columns: Markup {
    let names = table.columns.map(\.name)
    let found = names.map { name in plots.map { $0?.columns.first { $0.score.column.column == name } } }
    let lowest = found.map { plots in plots.compactMap { $0?.score.score.number }.min() ?? 2 }
    let order = names.indices.sorted { (lowest[$0], $0) < (lowest[$1], $1) }
    let shown = order.prefix(context.limits.columns)
    Markup("h3") { "Columns, worst first" }
    if names.isEmpty {
      Markup("p", ["class": "soft"]) { "The table has keys only: no column takes part in scores." }
    } else {
      SideLegend.markup(hasHoldout: plots.contains { $0?.columns.contains { $0.missing.holdout != nil } ?? false })
      Markup("div", ["class": "plots"]) {
        for index in shown {
          ColumnCard(context: context, table: table.name, column: names[index], plots: found[index], namesTable: false)
            .markup
        }
      }
      let rest = order.dropFirst(shown.count)
      if !rest.isEmpty {
        Markup("p", ["class": "rest"]) {
          "Without a plot here: "
          for index in rest {
            "\(names[index]) "
            ScoreChip.short(found[index].compactMap { $0 }.first?.score.score ?? .undefined("not evaluated"))
            " "
          }
        }
      }
    }
  }

  @MarkupBuilder
  private var pairs: Markup {
    let maps = plots.map { Array(($0?.pairs ?? []).prefix(context.limits.pairs)) }
    if maps.contains(where: { !$0.isEmpty }) {
      Markup("h3") { "Pairs of columns, worst first" }
      Markup("p", ["class": "prose"]) {
        "Darker cells hold more rows. In the third map, blue cells have too few synthetic rows and orange ones too many."
      }
      Markup("div", ["class": "pairs"]) {
        for (report, maps) in maps.enumerated() {
          for (index, plot) in maps.enumerated() {
            PairCard(
              context: context, plot: plot,
              number: ((number + 1) * context.reports.count + report) * ReportPlots.pairLimit + index,
              report: context.isComparison ? context.reports[report].title : nil
            ).markup
          }
        }
      }
    }
    for (report, plots) in zip(context.reports, plots) {
      if let scores = plots?.scores, (3...context.limits.matrixColumns).contains(scores.columns.count) {
        Markup("h3") { context.isComparison ? "All pairs, \(report.title)" : "All pairs" }
        PairMatrix(scores: scores).markup
      }
    }
  }

  @MarkupBuilder
  private var groupSizes: Markup {
    if plots.contains(where: { !($0?.groupSizes.isEmpty ?? true) }) {
      Markup("h3") { "Rows of \(table.name) per parent row" }
      SideLegend.markup(hasHoldout: plots.contains { $0?.groupSizes.contains { $0.mean.holdout != nil } ?? false })
      Markup("div", ["class": "plots"]) {
        for (report, plots) in zip(context.reports, plots) {
          for sizes in plots?.groupSizes ?? [] {
            GroupSizeCard(context: context, plot: sizes, report: context.isComparison ? report.title : nil).markup
          }
        }
      }
    }
  }

  @MarkupBuilder
  private var findings: Markup {
    let lists = context.findings(table.name)
    for section in FindingSection.allCases {
      let own = lists.map { list in list.filter { $0.section == section }.map(\.finding) }
      if own.contains(where: { !$0.isEmpty }) {
        Markup("h3") { Markup("a", ["href": "#\(section.anchor)"]) { section.title } }
        for metric in FindingPages.metrics(own) {
          Markup("h4") { metric }
          FindingTable(
            context: context, findings: own.map { list in list.filter { $0.metric == metric } }, namesTable: false,
            limit: min(context.limits.findings, 20)
          ).markup
        }
      }
    }
  }
}
