/// How far synthetic rows lie within real ones (α-precision) and cover them (β-recall).
///
/// Source: Alaa et al., "How faithful is your synthetic data?", 2022; the formulas of spec/metrics.md §9.
package struct PrecisionRecall: Sendable {
  /// The share of synthetic rows within each quantile of the real rows' distances to their mean.
  package let precisionCurve: [Double]
  /// The share of real rows whose nearest synthetic row is near enough and within each quantile.
  package let recallCurve: [Double]

  /// 1 − Σ|α − curve(α)| / Σα of the first curve.
  package var precision: Double { Self.score(precisionCurve) }
  /// The same of the second curve.
  package var recall: Double { Self.score(recallCurve) }

  private static let levels = (0..<30).map { Double($0) / 29 }

  /// Measures equal numbers of real and synthetic rows as points of the `euclidean` convention.
  package init(real: RowCoordinates, synthetic: RowCoordinates) {
    let realCentre = Self.mean(real)
    let radii = real.distances(to: realCentre).sorted()
    let syntheticRadii = synthetic.distances(to: realCentre)
    precisionCurve = Self.levels.map { level in
      let limit = Quantile.linear(radii, level)
      return Double(syntheticRadii.count { $0 <= limit }) / Double(max(syntheticRadii.count, 1))
    }
    let others = NearestRows(real).nearest(to: real, second: true).map(\.second)
    let matches = NearestRows(synthetic).nearest(to: real)
    let fromCentre = synthetic.distances(to: Self.mean(synthetic))
    let matchRadii = matches.map { fromCentre[Int($0.row)] }
    let sorted = matchRadii.sorted()
    let isNear = zip(matches, others).map { $0.first <= $1 }
    recallCurve = Self.levels.map { level in
      let limit = Quantile.linear(sorted, level)
      return Double(matchRadii.indices.count { isNear[$0] && matchRadii[$0] <= limit })
        / Double(max(matchRadii.count, 1))
    }
  }

  private static func mean(_ points: RowCoordinates) -> [Double] {
    (0..<points.dimension).map { coordinate in
      orderedSum(points.rowCount) { points.values[coordinate * points.rowCount + $0] }
        / Double(max(points.rowCount, 1))
    }
  }

  private static func score(_ curve: [Double]) -> Double {
    let error = zip(levels, curve).map { abs($0 - $1) }.reduce(0, +)
    return 1 - error / levels.reduce(0, +)
  }
}
