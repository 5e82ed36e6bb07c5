/// The scores of all pairs of columns of a table, as a triangle.
struct PairMatrix {
  let scores: TableScores

  private static let cell = 26.0

  var markup: Markup {
    let names = scores.columns.map(\.column.column)
    let place = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let margin = Double(min(16, names.map(\.count).max() ?? 0)) * 6.6 + 12
    let size = Double(names.count) * Self.cell
    let width = margin + size + 70
    return Markup("div", ["class": "scroll"]) {
      Markup(
        "svg",
        [
          "class": "matrix", "viewBox": "0 0 \(width) \(size + 4)", "width": DisplayNumber.coordinate(width),
          "height": DisplayNumber.coordinate(size + 4), "role": "img",
          "aria-label": "scores of all pairs of columns of \(scores.table)",
        ]
      ) {
        for (row, name) in names.enumerated() {
          let y = Double(row) * Self.cell
          // The name stands to the left of its row and, on the diagonal, above the column it heads.
          Markup(
            "text",
            [
              "class": "name", "x": DisplayNumber.coordinate(margin - 8), "y": DisplayNumber.coordinate(y + 17),
              "text-anchor": "end",
            ]
          ) { name.count > 16 ? name.prefix(15) + "…" : name }
          square(
            margin + Double(row) * Self.cell, y, scores.columns[row].score, "\(name): the column itself", isSingle: true
          )
        }
        for pair in scores.pairs {
          if let first = place[pair.first.column], let second = place[pair.second.column] {
            square(
              margin + Double(min(first, second)) * Self.cell, Double(max(first, second)) * Self.cell, pair.score,
              "\(pair.first.column) and \(pair.second.column)", isSingle: false)
          }
        }
      }
    }
  }

  private func square(_ x: Double, _ y: Double, _ score: Score, _ title: String, isSingle: Bool) -> Markup {
    let side = Self.cell - 2
    let value = score.number.map(DisplayNumber.percent) ?? "no score: \(score.reason ?? "not defined")"
    return Markup("g", ["class": "\(ScoreChip.grade(score))\(isSingle ? " single" : "")"]) {
      Markup("title") { "\(title): \(value)" }
      Markup(
        "rect",
        [
          "x": DisplayNumber.coordinate(x), "y": DisplayNumber.coordinate(y + 1), "width": "\(side)",
          "height": "\(side)", "rx": isSingle ? "12" : "3",
        ])
      Markup(
        "text",
        [
          "x": DisplayNumber.coordinate(x + side / 2), "y": DisplayNumber.coordinate(y + 17), "text-anchor": "middle",
        ]
      ) { score.number.map { "\(Int(($0 * 100).rounded(.down)))" } ?? "–" }
    }
  }
}
