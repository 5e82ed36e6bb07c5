internal import CKernels
internal import Foundation

/// The variational bound of a schedule as a function of the error of the predicted noise, in memory of its own.
///
/// For t > 0 the bound is KL(q(x_{t−1} | x_t, x₀) ‖ p(x_{t−1} | x_t)) with the model variance of the sampler. Both
/// means have the same part in x_t, so with r = posterior variance / model variance it is
/// ½(r − 1 − ln r) + β² / (2 α (1 − ᾱ) σ²) · (ε̂ − ε)² nats a column. At t = 0 it is −ln of the probability of a bin of
/// width 2/255 around x₀, and the outermost bins, beyond ±0.999, are open.
///
/// Source: Ho et al., "Denoising diffusion probabilistic models", 2020, equations 5, 12 and 13. Unchecked because
/// nothing changes after initialisation.
final class VariationalBound: @unchecked Sendable {
  let value: ck_bound
  private let factors: UnsafeMutablePointer<Double>
  private let constants: UnsafeMutablePointer<Double>

  init(_ schedule: GaussianSchedule) {
    factors = .allocate(capacity: schedule.steps)
    constants = .allocate(capacity: schedule.steps)
    let bits = M_LOG2E
    for step in 0..<schedule.steps {
      let beta = schedule.betas[step]
      let variance = schedule.samplingVariances[step]
      let product = schedule.cumulativeProducts[step]
      factors[step] = bits * beta * beta / (2 * (1 - beta) * (1 - product) * variance)
      let excess = schedule.posteriorVariances[step] / variance - 1
      constants[step] = step == 0 ? 0 : bits * 0.5 * (excess - log1p(excess))
    }
    value = ck_bound(
      factors: factors, constants: constants, error_factor: schedule.noiseLevel(0),
      inverse_deviation: 1 / schedule.samplingVariances[0].squareRoot())
  }

  deinit {
    factors.deallocate()
    constants.deallocate()
  }
}
