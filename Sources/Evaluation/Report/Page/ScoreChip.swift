/// A score as people see it: its number on a ground that tells how good it is, or why there is none.
enum ScoreChip {
  /// The class of the colour of a score: `s5` is best, `s1` worst, `s0` undefined.
  static func grade(_ score: Score) -> String {
    guard let number = score.number else { return "s0" }
    switch number {
    case 0.99...: return "s5"
    case 0.97...: return "s4"
    case 0.94...: return "s3"
    case 0.88...: return "s2"
    default: return "s1"
    }
  }

  /// The grades with their bounds, best first.
  static let grades: [(name: String, text: String)] = [
    ("s5", "99 and above"), ("s4", "97 – 99"), ("s3", "94 – 97"), ("s2", "88 – 94"), ("s1", "below 88"),
    ("s0", "no score"),
  ]

  /// The number in percent; the reason in words where there is none.
  static func markup(_ score: Score, isBest: Bool = false) -> Markup {
    guard let number = score.number else {
      return Markup {
        Markup("span", ["class": "chip s0"]) { "–" }
        Markup("span", ["class": "why"]) { score.reason ?? "not defined" }
      }
    }
    return Markup("span", ["class": "chip \(grade(score))\(isBest ? " best" : "")", "title": isBest ? "best" : nil]) {
      DisplayNumber.percent(number)
      if isBest { Markup("span", ["class": "unseen"]) { " (best)" } }
    }
  }

  /// The same without the reason, which is a tooltip; for narrow places.
  static func short(_ score: Score) -> Markup {
    Markup("span", ["class": "chip \(grade(score))", "title": score.reason]) {
      score.number.map(DisplayNumber.percent) ?? "–"
    }
  }

  /// What the colours mean.
  static var legend: Markup {
    Markup("p", ["class": "legend"]) {
      Markup("span") { "score in percent" }
      for grade in grades {
        Markup("span") {
          Markup("i", ["class": "swatch \(grade.name)"])
          grade.text
        }
      }
    }
  }

  /// The place of the largest defined score, if several reports have one and they differ.
  static func best(_ scores: [Score?]) -> Int? {
    let numbers = scores.enumerated().compactMap { index, score in score?.number.map { (index, $0) } }
    guard numbers.count > 1, let largest = numbers.map(\.1).max(), let smallest = numbers.map(\.1).min(),
      largest > smallest
    else { return nil }
    return numbers.first { $0.1 == largest }?.0
  }
}

extension Markup {
  /// Pieces written one below the other, without an element around them.
  init(@MarkupBuilder content: () -> Markup) { self = content() }
}
