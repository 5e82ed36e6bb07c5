internal import Essentials
public import Neural
internal import Tensors

/// Trains one denoiser, step by step.
///
/// All random draws are addressed by step and row, so a state taken after any step continues with the same bits.
public final class DenoiserTrainer {
  /// Sizes of the denoiser.
  public let shape: DenoiserShape
  /// How it is trained.
  public let options: TrainingOptions
  /// Steps completed.
  public private(set) var completedSteps = 0
  /// What was measured so far.
  public private(set) var metrics = TrainingMetrics()

  private let denoiser: Denoiser
  private let team = ThreadTeam()
  private let parameters: OptimizedParameters
  private let best: Matrix?
  private let shards: ShardedLoss
  private var plan: BatchPlan
  private let schedule: LearningRateSchedule
  private let settings: AdamWSettings
  private let trainingDraws: ShardedLoss.Draws
  private let validationDraws: ShardedLoss.Draws

  /// Steps between two measurements of the validation loss.
  public static let validationInterval = 50
  /// Batch losses that are averaged into one point of the training history.
  public static let historyInterval = 25

  /// Prepares a training from its first step; needs at least one row and one column.
  public init(shape: DenoiserShape, features: FeatureRows, condition: ConditionRows, options: TrainingOptions) {
    precondition(features.layout == shape.features, "the rows have another layout than the denoiser")
    precondition(features.rowCount > 0, "a denoiser cannot be trained on no rows")
    precondition(options.batch > 0 && options.shardRows > 0, "a batch and a shard need at least one row")
    precondition(
      condition.rowCount == features.rowCount && condition.width == shape.conditionWidth,
      "conditions of \(condition.rowCount) x \(condition.width) for \(features.rowCount) rows and width "
        + "\(shape.conditionWidth)")
    self.shape = shape
    self.options = options
    denoiser = Denoiser(shape, loss: options.loss)
    plan = BatchPlan(rowCount: features.rowCount, options: options)
    shards = ShardedLoss(
      denoiser: denoiser, features: features, condition: condition, options: options,
      capacity: max(plan.batch, plan.holdout.count), team: team)
    parameters = OptimizedParameters(denoiser.network.layout)
    parameters.initialize(from: RandomStream(seed: options.seed, name: "\(options.stream)/initial"))
    let keepsBest = options.earlyStopping && !plan.holdout.isEmpty
    best = keepsBest ? Matrix(rows: 1, columns: denoiser.network.layout.count) : nil
    schedule = LearningRateSchedule(
      base: options.learningRate, warmup: options.warmup, steps: options.steps, decay: options.decay)
    settings = AdamWSettings(weightDecay: options.weightDecay)
    trainingDraws = ShardedLoss.Draws(options: options, name: "", step: 0)
    validationDraws = ShardedLoss.Draws(options: options, name: "validation-", step: 0)
  }

  /// True when all steps are done.
  public var isFinished: Bool { completedSteps >= options.steps }

  /// True when early stopping is on and the validation loss has not improved for a fifth of the steps.
  public var shouldStopEarly: Bool {
    guard options.earlyStopping, let best = metrics.best else { return false }
    return completedSteps - best.step >= max(Self.validationInterval, options.steps / 5)
  }

  /// Number of rows kept out of training.
  public var holdoutCount: Int { plan.holdout.count }

  /// Threads that compute the next steps, the caller's included; the bits are the same for any number.
  public var threads: Int {
    get { shards.threads }
    set { shards.threads = min(max(1, newValue), maximumThreads) }
  }

  /// Threads beyond this number would have nothing to do: a batch has so many micro-shards.
  public var maximumThreads: Int { shards.shardCount(plan.batch) }

  /// Threads beside the caller's that were started so far.
  package var helperCount: Int { team.helperCount }

  /// One optimiser step; returns the loss of its batch before the update.
  ///
  /// - Throws: `ClavaError` when the loss is not finite; the parameters are then those of the step before.
  @discardableResult
  public func step() throws -> Double {
    let step = completedSteps
    var loss = 0.0
    plan.withRows(step: step) { rows in
      let result = shards.lossAndGradient(parameters.values, rows: rows, draws: trainingDraws.at(step: step))
      loss = result.loss
      guard loss.isFinite else { return }
      parameters.update(
        gradients: result.gradient.pointer, step: step, learningRate: schedule.rate(step: step),
        averageDecay: AverageDecay.value(step: step, limit: options.ema), settings: settings, team: team,
        threads: threads)
    }
    guard loss.isFinite else {
      throw ClavaError(
        .tasks, "the training loss of \(options.stream) became \(loss) at step \(step + 1) of \(options.steps)",
        remedy: "use a lower learning rate (it is \(options.learningRate)) or a longer warm-up")
    }
    completedSteps += 1
    record(loss)
    return loss
  }

  private func record(_ loss: Double) {
    metrics.openSum += loss
    metrics.openCount += 1
    let isLast = completedSteps == options.steps
    if metrics.openCount == Self.historyInterval || isLast {
      metrics.training.append(.init(step: completedSteps, loss: metrics.openSum / Double(metrics.openCount)))
      metrics.openSum = 0
      metrics.openCount = 0
    }
    guard completedSteps % Self.validationInterval == 0 || isLast, !plan.holdout.isEmpty else { return }
    let point = TrainingMetrics.Point(step: completedSteps, loss: averageLoss(plan.holdout))
    metrics.validation.append(point)
    if point.loss < metrics.best?.loss ?? .infinity {
      metrics.best = point
      best?.pointer.update(from: parameters.average.pointer, count: parameters.layout.count)
    }
  }

  private func averageLoss(_ rows: [Int32]) -> Double {
    rows.withUnsafeBufferPointer { shards.loss(parameters.average, rows: $0, draws: validationDraws) }
  }

  /// Loss of the parameter average on as many training rows as there are holdout rows and on the holdout rows, with
  /// the same noise; nil without a holdout.
  ///
  /// A validation loss well above the training loss says that the network has memorised rows.
  public func memorisationGap() -> (training: Double, validation: Double)? {
    guard !plan.holdout.isEmpty else { return nil }
    let count = min(plan.holdout.count, plan.training.count)
    let sample = (0..<count).map { plan.training[$0 * plan.training.count / count] }
    return (averageLoss(sample), averageLoss(plan.holdout))
  }

  /// The parameters to sample with, under the names of the network: the best average when early stopping has kept
  /// one, else the average of the last step.
  public var samplingParameters: [NamedTensor] {
    let source = metrics.best == nil ? parameters.average : best ?? parameters.average
    return parameters.layout.export(source.pointer)
  }

  /// A copy of everything needed to continue.
  public var state: TrainerState {
    var tensors = parameters.export()
    if let best { tensors += parameters.layout.export(best.pointer, prefix: "best/") }
    return TrainerState(step: completedSteps, tensors: tensors, metrics: metrics)
  }

  /// Continues from a state of the same training.
  ///
  /// - Throws: `ClavaError` when the state belongs to another network; the trainer must then be discarded.
  public func restore(from state: TrainerState) throws {
    let tensors = Dictionary(state.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var problem = parameters.load(tensors)
    if let best { problem = problem ?? parameters.layout.load(tensors, prefix: "best/", into: best.pointer) }
    if !(0...options.steps).contains(state.step) {
      problem = problem ?? "step \(state.step) is outside a training of \(options.steps) steps"
    }
    if let problem {
      throw ClavaError(
        .damaged, "the checkpoint of \(options.stream) does not fit its network: \(problem)",
        remedy: "delete the checkpoint; the training then starts again")
    }
    completedSteps = state.step
    metrics = state.metrics
  }
}
