/// Minimises smooth convex functions with the limited-memory method of Broyden, Fletcher, Goldfarb and Shanno.
///
/// Source: Nocedal and Wright, "Numerical optimization", 2006, algorithms 7.4 and 7.5.
enum QuasiNewton {
  /// The point at which the function is smallest, started from zero.
  ///
  /// - Parameters:
  ///   - function: writes the gradient at a point and returns the value.
  ///   - tolerance: largest component of the gradient at which the search ends.
  static func minimize(
    dimension: Int, iterations: Int, memory: Int = 10, tolerance: Double = 1e-7,
    _ function: ([Double], inout [Double]) -> Double
  ) -> [Double] {
    var point = [Double](repeating: 0, count: dimension)
    var gradient = point
    var value = function(point, &gradient)
    var steps: [(change: [Double], gradientChange: [Double], curvature: Double)] = []
    for _ in 0..<iterations {
      if gradient.allSatisfy({ abs($0) <= tolerance }) { break }
      var direction = twoLoop(gradient, steps)
      var slope = dot(direction, gradient)
      if slope >= 0 {
        steps = []
        direction = gradient.map { -$0 }
        slope = dot(direction, gradient)
      }
      var length = steps.isEmpty ? min(1, 1 / dot(gradient, gradient).squareRoot()) : 1
      var accepted: (point: [Double], gradient: [Double], value: Double)?
      var trialGradient = gradient
      for _ in 0..<40 {
        let trial = zip(point, direction).map { $0 + length * $1 }
        let trialValue = function(trial, &trialGradient)
        if trialValue <= value + 1e-4 * length * slope {
          accepted = (trial, trialGradient, trialValue)
          // While the function still falls steeply, a longer step tells more about its curvature.
          if steps.isEmpty && dot(direction, trialGradient) < 0.9 * slope {
            length *= 2
            continue
          }
          break
        }
        if accepted != nil { break }
        length /= 2
      }
      guard let accepted else { break }
      let change = zip(accepted.point, point).map { $0 - $1 }
      let gradientChange = zip(accepted.gradient, gradient).map { $0 - $1 }
      let curvature = dot(change, gradientChange)
      if curvature > 1e-12 * dot(gradientChange, gradientChange) {
        steps.append((change, gradientChange, curvature))
        if steps.count > memory { steps.removeFirst() }
      }
      let improvement = value - accepted.value
      (point, gradient, value) = (accepted.point, accepted.gradient, accepted.value)
      if improvement <= 1e-14 * max(abs(value), 1) { break }
    }
    return point
  }

  private static func twoLoop(
    _ gradient: [Double], _ steps: [(change: [Double], gradientChange: [Double], curvature: Double)]
  ) -> [Double] {
    var direction = gradient.map { -$0 }
    var factors = [Double](repeating: 0, count: steps.count)
    for (index, step) in steps.enumerated().reversed() {
      factors[index] = dot(step.change, direction) / step.curvature
      for place in direction.indices { direction[place] -= factors[index] * step.gradientChange[place] }
    }
    if let last = steps.last {
      let scale = last.curvature / dot(last.gradientChange, last.gradientChange)
      for place in direction.indices { direction[place] *= scale }
    }
    for (index, step) in steps.enumerated() {
      let correction = factors[index] - dot(step.gradientChange, direction) / step.curvature
      for place in direction.indices { direction[place] += correction * step.change[place] }
    }
    return direction
  }

  private static func dot(_ left: [Double], _ right: [Double]) -> Double {
    var sum = 0.0
    for index in left.indices { sum += left[index] * right[index] }
    return sum
  }
}
