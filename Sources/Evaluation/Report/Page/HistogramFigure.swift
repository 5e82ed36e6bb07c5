/// A histogram: real values as an area, synthetic ones as a line on top, held-out ones dashed.
struct HistogramFigure {
  let histogram: Histogram
  let isDate: Bool
  /// What is drawn, for readers who cannot see it.
  let description: String
  /// Whether the numbers under the pointer are shown.
  let hasPointerValues: Bool

  private static let width = 300.0
  private static let height = 110.0

  var markup: Markup {
    let shares = histogram.counts.map(Self.shares)
    let largest = max(shares.real.max() ?? 0, shares.synthetic.max() ?? 0, shares.holdout?.max() ?? 0, 1e-9)
    return Markup {
      Markup(
        "svg",
        [
          "class": "histogram", "viewBox": "0 0 300 110", "preserveAspectRatio": "none", "role": "img",
          "aria-label": description, "data-x": hasPointerValues ? scale : nil,
          "data-r": hasPointerValues ? values(shares.real) : nil,
          "data-s": hasPointerValues ? values(shares.synthetic) : nil,
        ]
      ) {
        Markup("path", ["class": "area", "d": outline(shares.real, largest, isClosed: true)])
        if let holdout = shares.holdout {
          Markup("path", ["class": "line holdout", "d": outline(holdout, largest, isClosed: false)])
        }
        Markup("path", ["class": "line synthetic", "d": outline(shares.synthetic, largest, isClosed: false)])
      }
      Markup("div", ["class": "axis", "aria-hidden": "true"]) {
        Markup("span") { (hasTail.below ? "≤ " : "") + label(histogram.edges.first ?? 0, isLow: true) }
        if histogram.edges.count > 4 {
          Markup("span") { label(((histogram.edges.first ?? 0) + (histogram.edges.last ?? 0)) / 2, isLow: nil) }
        }
        Markup("span") { label(histogram.edges.last ?? 0, isLow: false) + (hasTail.above ? " ≤" : "") }
      }
    }
  }

  private var hasTail: (below: Bool, above: Bool) {
    let counts = histogram.counts
    let sides = [counts.real, counts.synthetic] + (counts.holdout.map { [$0] } ?? [])
    return (sides.contains { $0.below > 0 }, sides.contains { $0.above > 0 })
  }

  /// Shares of the bins, with what lies outside in a bin of its own on either side where any side has such values.
  private static func shares(_ counts: Histogram.Counts) -> [Double] {
    let total = Double(max(1, counts.total))
    return ([counts.below] + counts.bins + [counts.above]).map { Double($0) / total }
  }

  private func outline(_ shares: [Double], _ largest: Double, isClosed: Bool) -> String {
    let shown = shares[(hasTail.below ? 0 : 1)..<(shares.count - (hasTail.above ? 0 : 1))]
    let step = Self.width / Double(max(1, shown.count))
    func y(_ share: Double) -> String {
      DisplayNumber.coordinate(Self.height - share / largest * (Self.height - 6))
    }
    var path = "M0 \(DisplayNumber.coordinate(Self.height))"
    for (index, share) in shown.enumerated() {
      path += "V\(y(share))H\(DisplayNumber.coordinate(Double(index + 1) * step))"
    }
    return path + (isClosed ? "V110Z" : "V110")
  }

  /// First edge, width, kind and tails, for the numbers under the pointer.
  private var scale: String {
    let low = histogram.edges.first ?? 0
    let width = histogram.edges.count > 1 ? min(histogram.edges[1] - low, .greatestFiniteMagnitude) : 1
    let kind = isDate ? "d" : histogram.isInteger ? "i" : "n"
    return "\(low),\(width),\(kind),\(hasTail.below ? 1 : 0),\(hasTail.above ? 1 : 0)"
  }

  private func values(_ shares: [Double]) -> String {
    shares[(hasTail.below ? 0 : 1)..<(shares.count - (hasTail.above ? 0 : 1))]
      .map { DisplayNumber.coordinate($0 * 1000) }.joined(separator: ",")
  }

  private func label(_ edge: Double, isLow: Bool?) -> String {
    if isDate { return DisplayNumber.date(edge) }
    guard histogram.isInteger, let isLow else { return DisplayNumber.compact(edge) }
    return DisplayNumber.compact(isLow ? edge + 0.5 : edge - 0.5)
  }
}
