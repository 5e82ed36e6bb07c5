public import Neural

/// What training minimises.
public enum TrainingLoss: String, Codable, Sendable, CaseIterable {
  /// Squared error of the prediction (and cross-entropy of categories in the continuous process).
  case squaredError = "squared_error"
  /// The variational bound of a discrete process, in bits.
  case variationalBound = "variational_bound"
}

/// How a denoiser is trained.
public struct TrainingOptions: Codable, Sendable, Equatable {
  /// Number of optimiser steps.
  public var steps: Int
  /// Rows of a step; fewer when the table has fewer.
  public var batch: Int
  /// Learning rate before warm-up and decay.
  public var learningRate: Double
  /// Decoupled weight decay.
  public var weightDecay: Double
  /// Upper bound of the decay of the parameter average; 0 samples with the parameters of the last step.
  public var ema: Double
  /// Steps over which the learning rate rises.
  public var warmup: Int
  /// How the learning rate falls.
  public var decay: LearningRateSchedule.Decay
  /// True when what is left of an epoch after its whole batches makes a smaller batch; false when it is dropped.
  public var remainderBatches: Bool
  /// What is minimised; the variational bound belongs to the discrete process.
  public var loss: TrainingLoss
  /// Mean and standard deviation of ln σ in the continuous process.
  public var sigmaLocation, sigmaScale: Double
  /// Share of the rows that is kept out of training, at most 2,048 rows; none below 200 rows.
  public var holdoutShare: Double
  /// Stop when the holdout loss has not improved for a fifth of the steps, and keep the best average.
  public var earlyStopping: Bool
  /// Rows of a micro-shard. Part of the numeric plan: another value gives other last bits.
  public var shardRows: Int
  /// Seed of all random draws.
  public var seed: UInt64
  /// Prefix of the names of all random streams.
  public var stream: String

  /// Creates options; the defaults are those of the default recipe.
  public init(
    steps: Int = 1_200, batch: Int = 1_024, learningRate: Double = 1e-3, weightDecay: Double = 1e-5,
    ema: Double = 0.999, warmup: Int = 100, decay: LearningRateSchedule.Decay = .cosine,
    remainderBatches: Bool = false, loss: TrainingLoss = .squaredError, sigmaLocation: Double = -0.8,
    sigmaScale: Double = 1.4,
    holdoutShare: Double = 0.05, earlyStopping: Bool = false, shardRows: Int = 512, seed: UInt64, stream: String
  ) {
    self.steps = steps
    self.batch = batch
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.ema = ema
    self.warmup = warmup
    self.decay = decay
    self.remainderBatches = remainderBatches
    self.loss = loss
    self.sigmaLocation = sigmaLocation
    self.sigmaScale = sigmaScale
    self.holdoutShare = holdoutShare
    self.earlyStopping = earlyStopping
    self.shardRows = shardRows
    self.seed = seed
    self.stream = stream
  }
}
