extension Histogram {
  /// Bins of a histogram at most.
  static let binLimit = 40

  /// Counts the values of all sides in common bins; nil if no side has a finite value.
  ///
  /// Integers of a small range get one bin each. Where few values lie far outside, the bins cover the middle 98 % of
  /// the values and the rest is counted below and above. NaN is counted nowhere.
  static func count(_ values: SideValues<[Double]>, isDate: Bool) -> Histogram? {
    let sides = [values.real, values.synthetic] + (values.holdout.map { [$0] } ?? [])
    guard let edges = commonEdges(sides, isDate: isDate) else { return nil }
    return Histogram(
      edges: edges, isInteger: !isDate && areIntegers(sides), counts: values.map { Counts($0, edges: edges) })
  }

  private static func areIntegers(_ sides: [[Double]]) -> Bool {
    sides.allSatisfy { side in side.allSatisfy { $0.isNaN || ($0 == $0.rounded() && $0.isFinite) } }
  }

  private static func commonEdges(_ sides: [[Double]], isDate: Bool) -> [Double]? {
    var minimum = Double.infinity
    var maximum = -Double.infinity
    for side in sides {
      for value in side where value.isFinite {
        minimum = min(minimum, value)
        maximum = max(maximum, value)
      }
    }
    if minimum > maximum { return nil }
    if minimum == maximum { return single(minimum, isDate: isDate) }
    let isInteger = !isDate && areIntegers(sides)
    if isInteger && maximum - minimum < Double(binLimit) {
      let edges = stride(from: minimum - 0.5, through: maximum + 0.5, by: 1).map(\.self)
      return isRising(edges) ? edges : [minimum, maximum]
    }
    var (low, high) = (minimum, maximum)
    let sample = sides.flatMap(evenSample).sorted()
    let (first, last) = (sample[sample.count / 100], sample[sample.count - 1 - sample.count / 100])
    if last > first && last - first < 0.35 * (maximum - minimum) { (low, high) = (first, last) }
    // More rows show finer detail; few rows in many bins show noise.
    let rows = Double(sides.map(\.count).min() ?? 0)
    var bins = min(max((3 * rows.squareRoot().squareRoot()).rounded(), 10), Double(binLimit))
    var width = (high - low) / bins
    if isInteger {
      low -= 0.5
      high += 0.5
      width = max(1, ((high - low) / bins).rounded(.up))
      bins = ((high - low) / width).rounded(.up)
    }
    let outer = isInteger && minimum - 0.5 < minimum ? [minimum - 0.5, maximum + 0.5] : [minimum, maximum]
    guard width > 0, width.isFinite else { return outer }
    let edges = (0..<Int(bins)).map { low + Double($0) * width } + [isInteger ? low + bins * width : high]
    // Neighbouring edges coincide where values differ in the last digits only.
    return isRising(edges) ? edges : outer
  }

  private static func isRising(_ edges: [Double]) -> Bool { zip(edges, edges.dropFirst()).allSatisfy { $0 < $1 } }

  /// One bin around a value that is the only one: a day of dates, which are nanoseconds and too large for 0.5 to tell
  /// them apart.
  private static func single(_ value: Double, isDate: Bool) -> [Double] {
    let half = max(isDate ? 43_200e9 : 0.5, 4 * value.ulp)
    let largest = Double.greatestFiniteMagnitude
    return [max(value - half, -largest), min(value + half, largest)]
  }

  /// Finite values, evenly spread, at most about twenty thousand.
  private static func evenSample(_ values: [Double]) -> [Double] {
    let step = max(1, values.count / 20_000)
    return stride(from: 0, to: values.count, by: step).lazy.map { values[$0] }.filter(\.isFinite)
  }
}

extension Histogram.Counts {
  /// Counts the values between rising edges; NaN is left out.
  init(_ values: [Double], edges: [Double]) {
    let low = edges[0], high = edges[edges.count - 1]
    var bins = [Int](repeating: 0, count: edges.count - 1)
    var below = 0
    var above = 0
    for value in values where !value.isNaN {
      if value < low {
        below += 1
      } else if value > high {
        above += 1
      } else {
        // The last edge that is not above the value; dividing by the width of a bin fails where it is tiny or infinite.
        var (bin, end) = (0, bins.count)
        while end - bin > 1 {
          let middle = (bin + end) / 2
          if edges[middle] <= value { bin = middle } else { end = middle }
        }
        bins[bin] += 1
      }
    }
    self.init(bins: bins, below: below, above: above)
  }
}
