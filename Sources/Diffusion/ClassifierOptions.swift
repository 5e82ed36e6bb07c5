/// How a classifier of noisy rows is trained.
public struct ClassifierOptions: Codable, Sendable, Equatable {
  /// Number of optimiser steps.
  public var steps: Int
  /// Rows of a step; fewer when the table has fewer.
  public var batch: Int
  /// Learning rate of every step.
  public var learningRate: Double
  /// Decoupled weight decay.
  public var weightDecay: Double
  /// The gradient is that of half the squared loss, as in the published code.
  public var lossSquared: Bool
  /// The rows that are left of an epoch make a step of their own.
  public var remainderBatches: Bool
  /// Mean and standard deviation of ln σ, where the noise process draws σ.
  public var sigmaLocation, sigmaScale: Double
  /// Seed of all random draws.
  public var seed: UInt64
  /// Prefix of the names of all random streams.
  public var stream: String

  /// Creates options; the defaults are those of the published method, except that whole batches are drawn and the loss
  /// is not squared.
  public init(
    steps: Int = 20_000, batch: Int = 4_096, learningRate: Double = 1e-4, weightDecay: Double = 0.01,
    lossSquared: Bool = false, remainderBatches: Bool = false, sigmaLocation: Double = -0.8, sigmaScale: Double = 1.4,
    seed: UInt64, stream: String
  ) {
    self.steps = steps
    self.batch = batch
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.lossSquared = lossSquared
    self.remainderBatches = remainderBatches
    self.sigmaLocation = sigmaLocation
    self.sigmaScale = sigmaScale
    self.seed = seed
    self.stream = stream
  }
}
