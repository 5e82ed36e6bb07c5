/// Agreement of the Pearson correlations of two continuous columns: 1 − ½ |ρ_real − ρ_synthetic|.
enum CorrelationSimilarity {
  static func score(_ first: JoinedColumn, _ second: JoinedColumn) -> Score {
    strengthened(first, second, threshold: nil).score
  }

  /// The score with the real correlation; undefined where that is not above the threshold in absolute value.
  static func strengthened(
    _ first: JoinedColumn, _ second: JoinedColumn, threshold: Double?
  ) -> StrengthenedScore {
    let real: Double
    switch correlation(first.real, second.real) {
    case .success(let value): real = value
    case .failure(let obstacle):
      return StrengthenedScore(score: .undefined(obstacle.text(first, second, side: "real")), strength: nil)
    }
    if let threshold, abs(real) <= threshold { return .weak("the correlation", real, threshold: threshold) }
    switch correlation(first.synthetic, second.synthetic) {
    case .success(let synthetic):
      return StrengthenedScore(score: Score(1 - abs(real - synthetic) / 2), strength: real)
    case .failure(let obstacle):
      return StrengthenedScore(score: .undefined(obstacle.text(first, second, side: "synthetic")), strength: real)
    }
  }

  enum Obstacle: Error {
    case noRows, firstIsConstant, secondIsConstant, infinite, outOfRange

    func text(_ first: JoinedColumn, _ second: JoinedColumn, side: String) -> String {
      switch self {
      case .noRows: "no \(side) row has a value in both columns"
      case .firstIsConstant: "\(first.reference.column) is constant in the \(side) data"
      case .secondIsConstant: "\(second.reference.column) is constant in the \(side) data"
      case .infinite: "a \(side) value is infinite"
      case .outOfRange: "the squares of the \(side) values are too large or too small for a correlation"
      }
    }
  }

  /// Pearson correlation over the rows where both values are present, by two passes in a fixed order.
  static func correlation(_ first: SideColumn, _ second: SideColumn) -> Result<Double, Obstacle> {
    if first.hasInfinity || second.hasInfinity { return .failure(.infinite) }
    guard let left = first.moments, let right = second.moments else {
      return correlationWithMissing(first.values, second.values)
    }
    if left.isConstant { return .failure(.firstIsConstant) }
    if right.isConstant { return .failure(.secondIsConstant) }
    let product = first.values.withUnsafeBufferPointer { x in
      second.values.withUnsafeBufferPointer { y in
        orderedSum(x.count) { (x[$0] - left.mean) * (y[$0] - right.mean) }
      }
    }
    return bounded(product, left.norm * right.norm)
  }

  /// As above where values are missing: rows without a partner add an explicit zero to every sum.
  private static func correlationWithMissing(_ first: [Double], _ second: [Double]) -> Result<Double, Obstacle> {
    first.withUnsafeBufferPointer { x in
      second.withUnsafeBufferPointer { y in
        let count = x.count
        guard let origin = (0..<count).first(where: { !x[$0].isNaN && !y[$0].isNaN }) else {
          return .failure(.noRows)
        }
        let (originX, originY) = (x[origin], y[origin])
        var present = SIMD4<Double>()
        var variesX = SIMDMask<SIMD4<Int64>>(repeating: false)
        var variesY = variesX
        let offsets = orderedSums(x, y, fill: (originX, originY)) { x, y, isPresent in
          present.replace(with: present + 1, where: isPresent)
          variesX .|= x .!= originX
          variesY .|= y .!= originY
          return (x - originX, y - originY, SIMD4())
        }
        if !any(variesX) { return .failure(.firstIsConstant) }
        if !any(variesY) { return .failure(.secondIsConstant) }
        let meanX = originX + offsets.0 / present.sum()
        let meanY = originY + offsets.1 / present.sum()
        let sums = orderedSums(x, y, fill: (meanX, meanY)) { x, y, _ in
          let (left, right) = (x - meanX, y - meanY)
          return (left * right, left * left, right * right)
        }
        return bounded(sums.0, sums.1.squareRoot() * sums.2.squareRoot())
      }
    }
  }

  /// Three sums of terms of two columns in one pass, each added up in the order of `orderedSum`.
  ///
  /// - Parameter fill: what stands for both values of a row where one is missing; terms must be zero there.
  @inline(__always)
  private static func orderedSums(
    _ x: UnsafeBufferPointer<Double>, _ y: UnsafeBufferPointer<Double>, fill: (Double, Double),
    _ terms: (SIMD4<Double>, SIMD4<Double>, SIMDMask<SIMD4<Int64>>) -> (SIMD4<Double>, SIMD4<Double>, SIMD4<Double>)
  ) -> (Double, Double, Double) {
    let (fillX, fillY) = (SIMD4(repeating: fill.0), SIMD4(repeating: fill.1))
    var totals = (0.0, 0.0, 0.0)
    var start = 0
    while start < x.count {
      let end = min(start + 4096, x.count)
      var lanes = (SIMD4<Double>(), SIMD4<Double>(), SIMD4<Double>())
      var rest = (0.0, 0.0, 0.0)
      var row = start
      while row < end {
        let isWhole = row + 4 <= end
        var (left, right) = (SIMD4(repeating: Double.nan), SIMD4(repeating: Double.nan))
        if isWhole {
          left = SIMD4(x[row], x[row + 1], x[row + 2], x[row + 3])
          right = SIMD4(y[row], y[row + 1], y[row + 2], y[row + 3])
        } else {
          (left[0], right[0]) = (x[row], y[row])
        }
        let isPresent = (left .== left) .& (right .== right)
        let sums = terms(
          fillX.replacing(with: left, where: isPresent), fillY.replacing(with: right, where: isPresent), isPresent)
        if isWhole {
          lanes.0 += sums.0
          lanes.1 += sums.1
          lanes.2 += sums.2
          row += 4
        } else {
          rest.0 += sums.0[0]
          rest.1 += sums.1[0]
          rest.2 += sums.2[0]
          row += 1
        }
      }
      totals.0 += (lanes.0[0] + lanes.0[1]) + (lanes.0[2] + lanes.0[3]) + rest.0
      totals.1 += (lanes.1[0] + lanes.1[1]) + (lanes.1[2] + lanes.1[3]) + rest.1
      totals.2 += (lanes.2[0] + lanes.2[1]) + (lanes.2[2] + lanes.2[3]) + rest.2
      start = end
    }
    return totals
  }

  /// Rounding may leave −1…1 by a hair; sums of squares may overflow or vanish.
  private static func bounded(_ product: Double, _ norms: Double) -> Result<Double, Obstacle> {
    let correlation = product / norms
    return correlation.isFinite ? .success(min(max(correlation, -1), 1)) : .failure(.outOfRange)
  }
}
