/// How well scores separate positive from negative cases.
package struct RankStatistics: Sendable {
  /// A point of the receiver operating characteristic: cases at or above a threshold.
  private struct Point: Hashable {
    var falsePositives: Int
    var truePositives: Int
  }

  private let points: [Point]
  private let positives: Int
  private let negatives: Int

  /// Sorts the scores.
  ///
  /// - Parameters:
  ///   - scores: larger means rather positive; no NaN.
  ///   - isPositive: one entry a score.
  package init(scores: [Double], isPositive: [Bool]) {
    precondition(scores.count == isPositive.count, "\(scores.count) scores for \(isPositive.count) cases")
    let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    var points = [Point(falsePositives: 0, truePositives: 0)]
    var current = points[0]
    for (position, index) in order.enumerated() {
      if isPositive[index] { current.truePositives += 1 } else { current.falsePositives += 1 }
      let isLast = position + 1 == order.count
      if isLast || scores[order[position + 1]] != scores[index] { points.append(current) }
    }
    self.points = points
    positives = current.truePositives
    negatives = current.falsePositives
  }

  /// Whether there are positive and negative cases.
  package var isDefined: Bool { positives > 0 && negatives > 0 }

  /// The area under the curve: the chance that a positive case scores higher than a negative one, ties counted half.
  package var areaUnderCurve: Double {
    var doubled = 0
    for (previous, point) in zip(points, points.dropFirst()) {
      doubled +=
        (point.falsePositives - previous.falsePositives) * (point.truePositives + previous.truePositives)
    }
    return Double(doubled) / (2 * Double(positives) * Double(negatives))
  }

  /// The standard deviation of the area if scores say nothing (Mann–Whitney, without ties).
  package var chanceDeviation: Double {
    let (m, n) = (Double(positives), Double(negatives))
    return ((m + n + 1) / (12 * m * n)).squareRoot()
  }

  /// The largest share of positives found at a threshold that takes at most a share `limit` of the negatives.
  package func truePositiveRate(atFalsePositiveRate limit: Double) -> Double {
    let found = points.filter { Double($0.falsePositives) / Double(negatives) <= limit }.map(\.truePositives).max() ?? 0
    return Double(found) / Double(positives)
  }

  /// The same as the MIDST challenge computes it: collinear points dropped first, less than `limit`, strictly.
  ///
  /// Source: spec/metrics.md §10.2.
  package func midstRate(belowFalsePositiveRate limit: Double) -> Double {
    var kept: [Point] = []
    for (index, point) in points.enumerated() {
      if index == 0 || index == points.count - 1 {
        kept.append(point)
        continue
      }
      let (before, after) = (points[index - 1], points[index + 1])
      let isStraight =
        point.falsePositives - before.falsePositives == after.falsePositives - point.falsePositives
        && point.truePositives - before.truePositives == after.truePositives - point.truePositives
      if !isStraight { kept.append(point) }
    }
    let found = kept.filter { Double($0.falsePositives) / Double(negatives) < limit }.map(\.truePositives).max() ?? 0
    return Double(found) / Double(positives)
  }
}
