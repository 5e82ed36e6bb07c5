/// What a score means in plain words.
package struct Verdict {
  /// The words.
  package let text: String

  /// Judges against what real rows reach, where that is known.
  ///
  /// - Parameter deviation: standard deviation of the ceiling.
  package init(_ score: Score, ceiling: Score?, deviation: Double?) {
    guard let number = score.number else {
      text = "no score: \(score.reason ?? "not defined")"
      return
    }
    guard let best = ceiling?.number else {
      text = Self.plain(number)
      return
    }
    let gap = best - number
    // Twice the deviation is what chance alone makes of the difference in nineteen of twenty cases.
    let chance = 2 * (deviation ?? 0)
    // Ceilings come from fewer rows than the database has and are a little low: above them is no sign of copying.
    switch gap {
    case ..<max(chance, 0.001): text = "as good as other real rows"
    case ..<0.01: text = "close to other real rows"
    case ..<0.05: text = "visibly below other real rows"
    default: text = "clearly below other real rows"
    }
  }

  private static func plain(_ number: Double) -> String {
    switch number {
    case 0.99...: "hardly any difference"
    case 0.97...: "small differences"
    case 0.94...: "visible differences"
    case 0.88...: "clear differences"
    default: "far off"
    }
  }
}
