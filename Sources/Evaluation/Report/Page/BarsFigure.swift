/// The most frequent categories: one row each, the real share above the synthetic one.
struct BarsFigure {
  let bars: CategoryBars
  let missing: SideValues<Int>
  /// What is drawn, for readers who cannot see it.
  let description: String

  var markup: Markup {
    let totals = SideValues(
      real: total(\.real), synthetic: total(\.synthetic), holdout: nil)
    var rows = bars.bars.map { (label: $0.label, isText: true, counts: $0.counts) }
    if bars.otherCategories > 0 {
      rows.append(("\(DisplayNumber.count(bars.otherCategories)) others", false, bars.other))
    }
    if missing.real + missing.synthetic > 0 { rows.append(("missing", false, missing)) }
    let shares = rows.map {
      (real: share($0.counts.real, totals.real), made: share($0.counts.synthetic, totals.synthetic))
    }
    let largest = max(shares.map { max($0.real, $0.made) }.max() ?? 0, 1e-9)
    return Markup("table", ["class": "bars", "aria-label": description]) {
      Markup("colgroup") {
        for _ in 0..<4 { Markup("col") }
      }
      Markup("thead", ["class": "unseen"]) {
        Markup("tr") {
          for title in ["category", "", "real %", "synthetic %"] { Markup("th", ["scope": "col"]) { title } }
        }
      }
      Markup("tbody") {
        for (row, share) in zip(rows, shares) {
          Markup("tr") {
            Markup("th", ["scope": "row", "class": row.isText ? nil : "rest", "title": row.label]) {
              row.label.isEmpty ? "(empty text)" : row.label
            }
            Markup("td", ["aria-hidden": "true"]) {
              Markup("i", ["class": "real", "style": "width:\(DisplayNumber.coordinate(share.real / largest * 100))%"])
              Markup(
                "i", ["class": "synthetic", "style": "width:\(DisplayNumber.coordinate(share.made / largest * 100))%"])
            }
            Markup("td", ["class": "real"]) { percent(share.real) }
            Markup("td", ["class": "synthetic"]) { percent(share.made) }
          }
        }
      }
    }
  }

  private func total(_ side: KeyPath<SideValues<Int>, Int>) -> Int {
    bars.bars.reduce(bars.other[keyPath: side] + missing[keyPath: side]) { $0 + $1.counts[keyPath: side] }
  }

  private func share(_ count: Int, _ total: Int) -> Double { Double(count) / Double(max(1, total)) }

  private func percent(_ share: Double) -> String {
    share > 0 && share < 0.0005 ? "<0.1" : DisplayNumber.decimal(share * 100)
  }
}
