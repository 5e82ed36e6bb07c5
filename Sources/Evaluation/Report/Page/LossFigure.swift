import Foundation

/// Loss curves of one network: training as a line, rows kept from training dashed.
struct LossFigure {
  let curve: RunReport.LossCurve

  /// More points than this are thinned out evenly.
  private static let pointLimit = 200

  var markup: Markup {
    let points = Self.thinned(curve.points.filter { $0.loss.isFinite })
    let losses = points.map(\.loss) + points.compactMap(\.validationLoss).filter(\.isFinite)
    let last = Double(points.last?.step ?? 1)
    // A logarithmic scale, because losses fall steeply first; it needs positive numbers.
    let isLogarithmic = (losses.min() ?? 0) > 0
    let scaled = isLogarithmic ? losses.map(log) : losses
    let (low, high) = (scaled.min() ?? 0, scaled.max() ?? 1)
    func path(_ value: (RunReport.LossCurve.Point) -> Double?) -> String {
      var path = ""
      for point in points {
        guard let loss = value(point), loss.isFinite else { continue }
        let x = Double(point.step) / max(1, last) * 300
        let y = 104 - ((isLogarithmic ? log(loss) : loss) - low) / max(high - low, 1e-12) * 98
        path += "\(path.isEmpty ? "M" : "L")\(DisplayNumber.coordinate(x)) \(DisplayNumber.coordinate(y))"
      }
      return path
    }
    let validation = path(\.validationLoss)
    return Markup("article", ["class": "card plot"]) {
      Markup("h4") { curve.view }
      if points.isEmpty {
        Markup("p", ["class": "why"]) { "no loss was recorded" }
      } else {
        Markup(
          "svg",
          [
            "class": "histogram", "viewBox": "0 0 300 110", "preserveAspectRatio": "none", "role": "img",
            "aria-label": "loss of \(curve.view) over training steps",
          ]
        ) {
          Markup("path", ["class": "line ink", "d": path(\.loss)])
          if !validation.isEmpty { Markup("path", ["class": "line holdout", "d": validation]) }
        }
        Markup("div", ["class": "axis", "aria-hidden": "true"]) {
          Markup("span") { "step 0" }
          Markup("span") { DisplayNumber.count(points.last?.step ?? 0) }
        }
        Markup("p", ["class": "soft"]) {
          "from \(DisplayNumber.statistic(points.first?.loss ?? 0)) to \(DisplayNumber.statistic(points.last?.loss ?? 0))"
          if let kept = points.last?.validationLoss { ", rows kept from training \(DisplayNumber.statistic(kept))" }
        }
      }
    }
  }

  private static func thinned(_ points: [RunReport.LossCurve.Point]) -> [RunReport.LossCurve.Point] {
    guard points.count > pointLimit else { return points }
    return (0..<pointLimit).map { points[$0 * (points.count - 1) / (pointLimit - 1)] }
  }
}
