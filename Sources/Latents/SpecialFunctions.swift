internal import Foundation

/// The gamma function's logarithm and its derivative, which the bound of a variational mixture needs.
///
/// Source: Abramowitz and Stegun, "Handbook of mathematical functions", 6.1.41 and 6.3.18, after moving the argument
/// up to where the asymptotic series is exact to double precision.
package enum SpecialFunctions {
  /// Smallest argument of the series.
  private static let seriesStart = 12.0

  /// Derivative of ln Γ at a positive argument, absolute error below 1e-14 of its size.
  package static func digamma(_ argument: Double) -> Double {
    precondition(argument > 0, "the digamma function is wanted at \(argument), not above 0")
    var x = argument
    var shift = 0.0
    while x < seriesStart {
      shift += 1 / x
      x += 1
    }
    let w = 1 / (x * x)
    var series = 691.0 / 32_760 - w / 12
    series = 1.0 / 132 - w * series
    series = 1.0 / 240 - w * series
    series = 1.0 / 252 - w * series
    series = 1.0 / 120 - w * series
    series = 1.0 / 12 - w * series
    return log(x) - 0.5 / x - w * series - shift
  }

  /// ln Γ at a positive argument, error below 1e-14 of its size or of 1.
  package static func logGamma(_ argument: Double) -> Double {
    precondition(argument > 0, "ln Γ is wanted at \(argument), not above 0")
    var x = argument
    var product = 1.0
    while x < seriesStart {
      product *= x
      x += 1
    }
    let w = 1 / (x * x)
    var series = 691.0 / 360_360 - w / 156
    series = 1.0 / 1_188 - w * series
    series = 1.0 / 1_680 - w * series
    series = 1.0 / 1_260 - w * series
    series = 1.0 / 360 - w * series
    series = 1.0 / 12 - w * series
    return (x - 0.5) * log(x) - x + 0.5 * log(2 * Double.pi) + series / x - log(product)
  }

  /// ln B(a, b) of positive arguments.
  package static func logBeta(_ a: Double, _ b: Double) -> Double { logGamma(a) + logGamma(b) - logGamma(a + b) }
}
