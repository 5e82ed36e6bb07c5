internal import CKernels
internal import Tensors

/// Keeps the clean row x̂₀ that a predicted noise implies within a range.
///
/// Near the end of the cosine schedule x̂₀ = (x − √(1 − ᾱ) ε̂) / √ᾱ magnifies an error of ε̂ thousands of times. A model of
/// few rows errs there, and its chain leaves the range of the data for good. Where x̂₀ lies outside ±limit, ε̂ becomes the
/// noise that the nearest value of the range implies, for every solver alike.
///
/// Source: the clipping of x̂₀ in Ho et al., "Denoising diffusion probabilistic models", 2020, as released.
struct CleanRowLimit {
  let schedule: GaussianSchedule
  let limit: Double

  /// Writes the predicted noise that keeps to the range.
  func apply(
    to output: UnsafePointer<Float>, state: UnsafePointer<Float>, step: Int, result: Matrix, elements: Int
  ) {
    let product = schedule.cumulativeProducts[step]
    ck_limit_clean(
      result.pointer, state, output, Float(product.squareRoot()), Float((1 - product).squareRoot()), Float(limit),
      Int64(elements))
  }
}
