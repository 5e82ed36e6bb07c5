/// How rows are drawn from a trained denoiser.
public struct SamplingOptions: Codable, Sendable, Equatable {
  /// The ways from noise to a row.
  public enum Solver: String, Codable, Sendable, CaseIterable {
    /// Two-step solver of the probability flow: few steps for the same quality.
    ///
    /// Source: Lu et al., "DPM-Solver++", 2022, algorithm 2.
    case dpmpp2m
    /// First-order solver of the probability flow.
    ///
    /// Source: Song et al., "Denoising diffusion implicit models", 2021, equation 12 with η = 0.
    case ddim
    /// Draws every step from its posterior. The discrete process takes all steps of its schedule, as published.
    ///
    /// Source: Ho et al., "Denoising diffusion probabilistic models", 2020, algorithm 2.
    case ancestral
  }

  /// The way from noise to a row.
  public var solver: Solver
  /// Number of network evaluations. A discrete process cannot take more than its schedule has, and takes all of them
  /// when `solver` is `ancestral`.
  public var steps: Int
  /// Discrete processes: the largest absolute value of what a step takes for the clean row; nil is any.
  public var limit: Double?

  /// Creates options; the defaults are those of the default recipe.
  public init(solver: Solver = .dpmpp2m, steps: Int = 40, limit: Double? = nil) {
    precondition(steps > 0, "sampling with \(steps) steps")
    self.solver = solver
    self.steps = steps
    self.limit = limit
  }
}
