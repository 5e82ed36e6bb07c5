internal import Foundation

/// The noise levels of a sampler, largest first.
public struct NoiseGrid: Codable, Sendable, Equatable {
  /// Number of levels, hence of network evaluations.
  public var steps: Int
  /// First level.
  public var maximum: Double
  /// Last level.
  public var minimum: Double
  /// Larger values put more levels near the minimum.
  public var rho: Double

  /// Creates a grid; the defaults are those of the default recipe.
  public init(steps: Int = 40, maximum: Double = 40, minimum: Double = 0.01, rho: Double = 7) {
    precondition(steps > 0 && maximum > minimum && minimum > 0, "\(steps) levels from \(maximum) to \(minimum)")
    self.steps = steps
    self.maximum = maximum
    self.minimum = minimum
    self.rho = rho
  }

  /// (σ_max^{1/ρ} + i / (steps − 1) · (σ_min^{1/ρ} − σ_max^{1/ρ}))^ρ.
  ///
  /// Source: Karras et al. 2022, equation 5.
  public var levels: [Double] {
    let first = pow(maximum, 1 / rho)
    let last = pow(minimum, 1 / rho)
    return (0..<steps).map { index in
      let share = Double(index) / Double(max(1, steps - 1))
      return pow(first + share * (last - first), rho)
    }
  }
}
