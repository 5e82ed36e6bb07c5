public import Neural

/// What a trainer has measured so far.
public struct TrainingMetrics: Codable, Sendable, Equatable {
  /// A loss and the number of steps completed when it was measured.
  public struct Point: Codable, Sendable, Equatable {
    /// Steps completed.
    public var step: Int
    /// The loss.
    public var loss: Double
  }

  /// Training loss, each the mean of the batch losses since the point before.
  public var training: [Point] = []
  /// Loss of the parameter average on the holdout rows, with fixed noise.
  public var validation: [Point] = []
  /// The smallest validation loss.
  public var best: Point?
  /// Sum and number of batch losses that belong to no point yet.
  public var openSum = 0.0
  public var openCount = 0

  /// Creates empty metrics.
  public init() {}
}

/// Everything needed to continue training with the same bits.
public struct TrainerState: Sendable, Equatable {
  /// Steps completed.
  public var step: Int
  /// Parameters, average, moments and, with early stopping, the best average.
  public var tensors: [NamedTensor]
  /// What was measured.
  public var metrics: TrainingMetrics

  /// Creates a state.
  public init(step: Int, tensors: [NamedTensor], metrics: TrainingMetrics) {
    self.step = step
    self.tensors = tensors
    self.metrics = metrics
  }
}
