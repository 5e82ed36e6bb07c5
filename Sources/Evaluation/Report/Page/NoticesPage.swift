/// What a reader has to know besides the numbers, and how they were made.
struct NoticesPage {
  let context: PageContext

  var markup: Markup {
    Markup("section", ["id": "notes", "aria-labelledby": "notes-title"]) {
      Markup("h2", ["id": "notes-title"]) { "Notes" }
      for report in context.reports {
        if context.isComparison { Markup("h3") { report.title } }
        if report.notices.isEmpty {
          Markup("p", ["class": "soft"]) { "There is nothing to note." }
        } else {
          Markup("ul", ["class": "prose"]) {
            for notice in report.notices { Markup("li") { notice } }
          }
        }
        let undefined = report.scores.all.hops.filter { $0.undefinedCount > 0 }
        if !undefined.isEmpty {
          Markup("p", ["class": "prose"]) {
            undefined.map {
              "\(DisplayNumber.count($0.undefinedCount)) of \(DisplayNumber.count($0.pairCount)) pairs at distance \($0.hop)"
            }.joined(separator: ", ") + " have no score and are left out of the means."
          }
        }
        Markup("p", ["class": "soft"]) { "Made by \(report.generatedBy)." }
      }
      Markup("p", ["class": "prose"]) {
        "This page holds summaries of the real rows: their most frequent categories, the range and shape of their "
          + "columns. Treat it with the care that the real rows need."
      }
    }
  }
}
