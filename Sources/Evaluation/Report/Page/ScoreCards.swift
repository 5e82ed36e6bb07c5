/// The headline scores of one report, each with what real rows reach and a verdict.
struct ScoreCards {
  let report: EvaluationReport

  var markup: Markup {
    let depth = (report.scores.all.hops.map(\.hop).max() ?? 1)
    return Markup("div", ["class": "cards"]) {
      for (index, measure) in Measure.headline(depth: depth).enumerated() {
        card(measure, isFirst: index == 0)
      }
    }
  }

  private func card(_ measure: Measure, isFirst: Bool) -> Markup {
    let score = measure.score(report.scores.all) ?? .undefined("there are no pairs")
    let ceiling = report.ceilings.flatMap { measure.score($0.scores.all) }
    let ceilingSpread = report.ceilings?.spread.flatMap(measure.spread)
    let spread = report.spread.flatMap(measure.spread)
    let verdict = Verdict(score, ceiling: ceiling, deviation: ceilingSpread?.deviation)
    return Markup("article", ["class": isFirst ? "card first" : "card"]) {
      Markup("h3") { measure.title }
      if let number = score.number {
        Markup("p", ["class": "big"]) {
          DisplayNumber.percent(number)
          if let deviation = spread?.deviation {
            Markup("small") { " ± \(DisplayNumber.points(deviation))" }
          }
        }
        track(number, ScoreChip.grade(score), ceiling?.number)
      } else {
        Markup("p", ["class": "big"]) { "–" }
      }
      Markup("p", ["class": "verdict"]) { verdict.text }
      if let best = ceiling?.number, let number = score.number {
        Markup("p", ["class": "soft"]) {
          "real rows reach \(DisplayNumber.percent(best))"
          if let deviation = ceilingSpread?.deviation { " ± \(DisplayNumber.points(deviation))" }
          best > number + 0.0005 ? ", \(DisplayNumber.points(best - number)) to gain" : ""
        }
      }
      Markup("p", ["class": "soft meaning"]) { measure.meaning }
    }
  }

  /// A bar from 0 to 100 with a mark where real rows are.
  private func track(_ score: Double, _ grade: String, _ ceiling: Double?) -> Markup {
    Markup("div", ["class": "track", "aria-hidden": "true"]) {
      Markup("i", ["class": grade, "style": "width:\(DisplayNumber.coordinate(min(max(score, 0), 1) * 100))%"])
      if let ceiling {
        Markup("b", ["style": "left:\(DisplayNumber.coordinate(min(max(ceiling, 0), 1) * 100))%"])
      }
    }
  }
}
