/// Where the statistics of a finding lie beside each other: real a disc, synthetic a diamond, held-out a bar.
struct FindingScale {
  let bounds: ClosedRange<Double>

  /// Bounds that the findings of one metric share: from 0, and up to 1 for shares that are not all small.
  init?(_ findings: [Finding]) {
    let values = findings.flatMap { [$0.synthetic, $0.real, $0.holdout].compactMap(\.self) }.filter(\.isFinite)
    guard let smallest = values.min(), let largest = values.max(), findings.contains(where: Self.hasSeveral) else {
      return nil
    }
    if smallest >= 0 && largest > 0.4 && largest <= 1 {
      bounds = 0...1
    } else if smallest >= 0 && largest > 0 {
      bounds = 0...largest
    } else if largest > smallest {
      bounds = smallest...largest
    } else {
      return nil
    }
  }

  private static func hasSeveral(_ finding: Finding) -> Bool {
    [finding.synthetic, finding.real, finding.holdout].count { $0?.isFinite ?? false } > 1
  }

  func markup(_ finding: Finding) -> Markup {
    Markup("svg", ["class": "scale", "viewBox": "0 0 120 16", "width": "120", "height": "16", "aria-hidden": "true"]) {
      Markup("path", ["class": "base", "d": "M6 8H114"])
      if let x = place(finding.holdout) { Markup("path", ["class": "holdout", "d": "M\(x) 2v12"]) }
      if let x = place(finding.real) { Markup("circle", ["class": "real", "cx": x, "cy": "8", "r": "4.5"]) }
      if let x = place(finding.synthetic) {
        Markup("path", ["class": "synthetic", "d": "M\(x) 3l5 5l-5 5l-5 -5z"])
      }
    }
  }

  private func place(_ value: Double?) -> String? {
    guard let value, value.isFinite else { return nil }
    let share = (value - bounds.lowerBound) / (bounds.upperBound - bounds.lowerBound)
    return DisplayNumber.coordinate(6 + min(max(share, 0), 1) * 108)
  }
}
