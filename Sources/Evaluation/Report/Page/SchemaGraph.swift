/// The tables and foreign keys of the database, coloured by score.
struct SchemaGraph {
  let context: PageContext

  var markup: Markup {
    let schema = context.schema
    let layout = SchemaLayout(schema)
    let index = Dictionary(schema.tables.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    let margin = 10.0
    let width = layout.width + 2 * margin
    let height = layout.height + 2 * margin
    return Markup("div", ["class": "graph"]) {
      Markup("div", ["class": "tools js", "role": "group", "aria-label": "size of the graph"]) {
        Markup("button", ["type": "button", "data-zoom": "0.8", "aria-label": "smaller"]) { "−" }
        Markup("button", ["type": "button", "data-zoom": "0"]) { "fit" }
        Markup("button", ["type": "button", "data-zoom": "1.25", "aria-label": "larger"]) { "+" }
      }
      Markup("div", ["class": "pan", "tabindex": "0", "role": "region", "aria-label": "schema graph"]) {
        Markup(
          "svg",
          [
            "viewBox": "\(-margin) \(-margin) \(width) \(height)", "width": DisplayNumber.coordinate(width),
            "height": DisplayNumber.coordinate(height), "role": "group",
            "aria-label": "\(schema.tables.count) tables and \(schema.relations.count) foreign keys",
          ]
        ) {
          Markup("g", ["class": "edges"]) {
            for relation in schema.relations {
              if let parent = index[relation.parent], let child = index[relation.child] {
                edge(relation, parent, child, layout)
              }
            }
          }
          for table in schema.tables.indices { node(table, layout) }
        }
      }
    }
  }

  private func edge(
    _ relation: EvaluationSchema.Relation, _ parent: Int, _ child: Int, _ layout: SchemaLayout
  ) -> Markup {
    let scores = context.plots(relation.child).map { plots in
      plots?.relations.first { $0.relation == relation.name }
    }
    let parts = scores.compactMap(\.self).flatMap { [$0.cardinality] + $0.pairs.map(\.score) }
    let title = zip(context.reports, scores).map { report, scores -> String in
      let name = context.isComparison ? "\n\(report.title): " : "\n"
      guard let scores else { return name + "no score" }
      let trends = Score.mean(ofDefined: scores.pairs.map(\.score), otherwise: "no pair has a score")
      return name + "group sizes \(text(scores.cardinality)), pairs \(text(trends))"
    }.joined()
    let (start, end) = (layout.places[parent], layout.places[child])
    let middle = SchemaLayout.nodeHeight / 2
    let path: String
    if parent == child {
      let (x, y) = (start.x + SchemaLayout.nodeWidth, start.y)
      path = "M\(point(x, y + 10))c26 -2 26 26 0 24"
    } else {
      let from = (x: start.x + SchemaLayout.nodeWidth, y: start.y + middle)
      let to = (x: end.x, y: end.y + middle)
      let reach = max(40, abs(to.x - from.x) / 2)
      path =
        "M\(point(from.x, from.y))C\(point(from.x + reach, from.y)) \(point(to.x - reach, to.y)) \(point(to.x, to.y))"
    }
    let grade = ScoreChip.grade(.mean(ofDefined: parts, otherwise: ""))
    return Markup("path", ["class": "edge \(grade)", "d": path, "data-p": "\(parent)", "data-c": "\(child)"]) {
      Markup("title") { "\(relation.child).\(relation.column) → \(relation.parent)\(title)" }
    }
  }

  private func node(_ table: Int, _ layout: SchemaLayout) -> Markup {
    let description = context.schema.tables[table]
    let plots = context.plots(description.name)
    let scores = plots.map { $0?.overall ?? .undefined("not evaluated") }
    let place = layout.places[table]
    let (width, height) = (SchemaLayout.nodeWidth, SchemaLayout.nodeHeight)
    let rows = context.rows(description.name).compactMap(\.self).first
    let name = description.name.count > 17 ? description.name.prefix(16) + "…" : description.name
    let mean = Score.mean(ofDefined: scores, otherwise: "")
    let grade = description.isCopied ? "copied" : ScoreChip.grade(mean)
    let figures = description.isCopied ? "copied" : scores.map(text).joined(separator: " · ")
    let summary = zip(context.reports, scores).map {
      "\n\(context.isComparison ? $0.title + ": " : "overall ")\(text($1))"
    }
    return Markup(
      "a",
      [
        "href": "#\(context.anchor(description.name))", "class": "node \(grade)", "data-n": "\(table)",
        "transform": "translate(\(point(place.x, place.y)))",
      ]
    ) {
      Markup("title") { "\(description.name)\(description.isCopied ? ", copied" : "")\(summary.joined())" }
      Markup("rect", ["width": "\(width)", "height": "\(height)", "rx": "7"])
      Markup("path", ["class": "stripe", "d": "M3.5 8v28"])
      Markup("text", ["class": "name", "x": "13", "y": "18"]) { String(name) }
      Markup("text", ["class": "figure", "x": "13", "y": "34"]) { figures }
      if let rows {
        Markup("text", ["class": "rows", "x": "148", "y": "34", "text-anchor": "end"]) {
          "\(DisplayNumber.compact(Double(rows.synthetic))) rows"
        }
      }
    }
  }

  private func point(_ x: Double, _ y: Double) -> String {
    "\(DisplayNumber.coordinate(x)) \(DisplayNumber.coordinate(y))"
  }

  private func text(_ score: Score) -> String { score.number.map(DisplayNumber.percent) ?? "no score" }
}
