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

  private static func correlationWithMissing(_ first: [Double], _ second: [Double]) -> Result<Double, Obstacle> {
    first.withUnsafeBufferPointer { x in
      second.withUnsafeBufferPointer { y in
        let count = x.count
        guard let origin = (0..<count).first(where: { !x[$0].isNaN && !y[$0].isNaN }) else {
          return .failure(.noRows)
        }
        let (originX, originY) = (x[origin], y[origin])
        var present = 0
        var (variesX, variesY) = (false, false)
        for row in 0..<count where !x[row].isNaN && !y[row].isNaN {
          present += 1
          if x[row] != originX { variesX = true }
          if y[row] != originY { variesY = true }
        }
        if !variesX { return .failure(.firstIsConstant) }
        if !variesY { return .failure(.secondIsConstant) }
        // A missing partner makes the product of zero and NaN impossible to use, so such rows add an explicit zero.
        func sum(_ term: (Double, Double) -> Double) -> Double {
          orderedSum(count) { x[$0].isNaN || y[$0].isNaN ? 0 : term(x[$0], y[$0]) }
        }
        let meanX = originX + sum { value, _ in value - originX } / Double(present)
        let meanY = originY + sum { _, value in value - originY } / Double(present)
        let product = sum { ($0 - meanX) * ($1 - meanY) }
        let squaresX = sum { value, _ in (value - meanX) * (value - meanX) }
        let squaresY = sum { _, value in (value - meanY) * (value - meanY) }
        return bounded(product, squaresX.squareRoot() * squaresY.squareRoot())
      }
    }
  }

  /// Rounding may leave −1…1 by a hair; sums of squares may overflow or vanish.
  private static func bounded(_ product: Double, _ norms: Double) -> Result<Double, Obstacle> {
    let correlation = product / norms
    return correlation.isFinite ? .success(min(max(correlation, -1), 1)) : .failure(.outOfRange)
  }
}
