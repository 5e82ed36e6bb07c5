internal import CKernels
internal import Essentials
public import Neural
internal import Tensors

/// Trains one classifier of noisy rows, step by step.
///
/// All random draws are addressed by step and row, so a state taken after any step continues with the same bits.
public final class ClassifierTrainer {
  /// Sizes of the classifier.
  public let shape: ClassifierShape
  /// How rows are made noisy.
  public let process: NoiseProcess
  /// How it is trained.
  public let options: ClassifierOptions
  /// Steps completed.
  public private(set) var completedSteps = 0
  /// What was measured so far; a classifier has no validation loss.
  public private(set) var metrics = TrainingMetrics()

  private let network: ClassifierNetwork
  private let parameters: OptimizedParameters
  private let running: Matrix
  private let gradients: Matrix
  private let buffers: ClassifierBuffers
  private let rows: ClassifierNoise
  private let labels: [Int32]
  private let batchLabels: UnsafeMutablePointer<Int32>
  private var plan: BatchPlan
  private let dropout: RandomStream
  private let settings: AdamWSettings

  /// Batch losses that are averaged into one point of the training history.
  public static let historyInterval = 25

  /// Prepares a training from its first step; needs at least one row.
  ///
  /// - Parameter labels: one per row, each in 0..<classCount.
  public init(
    shape: ClassifierShape, process: NoiseProcess, features: FeatureRows, labels: [Int32], options: ClassifierOptions
  ) {
    precondition(features.rowCount > 0 && options.batch > 0, "a classifier cannot be trained on no rows")
    precondition(
      features.layout.width == shape.inputWidth,
      "rows of width \(features.layout.width) for a classifier of \(shape.inputWidth)")
    precondition(labels.count == features.rowCount, "\(labels.count) labels for \(features.rowCount) rows")
    precondition(
      labels.allSatisfy { $0 >= 0 && Int($0) < shape.classCount }, "a label is outside 0..<\(shape.classCount)")
    self.shape = shape
    self.process = process
    self.options = options
    self.labels = labels
    network = ClassifierNetwork(shape)
    parameters = OptimizedParameters(network.layout)
    network.initialize(
      parameters.values.pointer, from: RandomStream(seed: options.seed, name: "\(options.stream)/initial"))
    parameters.average.pointer.update(from: parameters.values.pointer, count: network.layout.count)
    running = Matrix(rows: 1, columns: network.statistics.count)
    network.initializeStatistics(running.pointer)
    gradients = Matrix(rows: 1, columns: network.layout.count)
    plan = BatchPlan(
      rowCount: features.rowCount,
      options: TrainingOptions(
        batch: options.batch, remainderBatches: options.remainderBatches, holdoutShare: 0, seed: options.seed,
        stream: options.stream))
    buffers = ClassifierBuffers(shape, capacity: plan.batch)
    batchLabels = .allocate(capacity: plan.batch)
    rows = ClassifierNoise(features, process: process, options: options, capacity: plan.batch)
    dropout = RandomStream(seed: options.seed, name: "\(options.stream)/dropout")
    settings = AdamWSettings(weightDecay: options.weightDecay)
  }

  deinit { batchLabels.deallocate() }

  /// True when all steps are done.
  public var isFinished: Bool { completedSteps >= options.steps }

  /// One optimiser step; returns the mean cross-entropy of its batch before the update.
  ///
  /// - Throws: `ClavaError` when the loss is not finite; the parameters are then those of the step before.
  @discardableResult
  public func step() throws -> Double {
    var loss = 0.0
    let step = completedSteps
    plan.withRows(step: step) { loss = update($0, step: step) }
    guard loss.isFinite else {
      throw ClavaError(
        .tasks,
        "the training loss of \(options.stream) became \(loss) at step \(completedSteps + 1) of \(options.steps)",
        remedy: "use a lower learning rate (it is \(options.learningRate))")
    }
    completedSteps += 1
    record(loss)
    return loss
  }

  private func update(_ batch: UnsafeBufferPointer<Int32>, step: Int) -> Double {
    guard let index = batch.baseAddress else { return 0 }
    for (position, row) in batch.enumerated() { batchLabels[position] = labels[Int(row)] }
    rows.fill(buffers.input, rows: index, count: batch.count, step: step)
    network.embed(rows.times, rows: batch.count, buffers)
    network.forward(
      parameters.values.pointer, running: running.pointer, dropout: ClassifierDropout(stream: dropout, step: step),
      rows: batch.count, buffers)
    let loss = network.loss(
      labels: batchLabels, lossSquared: options.lossSquared, rows: batch.count, buffers)
    guard loss.isFinite else { return loss }
    network.backward(
      parameters.values.pointer, drops: true, rows: batch.count, buffers, gradients: gradients.pointer)
    parameters.update(
      gradients: gradients.pointer, step: step, learningRate: options.learningRate, averageDecay: 0,
      settings: settings)
    return loss
  }

  private func record(_ loss: Double) {
    metrics.openSum += loss
    metrics.openCount += 1
    guard metrics.openCount == Self.historyInterval || completedSteps == options.steps else { return }
    metrics.training.append(.init(step: completedSteps, loss: metrics.openSum / Double(metrics.openCount)))
    metrics.openSum = 0
    metrics.openCount = 0
  }

  /// Weights and running statistics under the names of the network: what `LabelClassifier` takes.
  public var modelTensors: [NamedTensor] {
    network.layout.export(parameters.values.pointer) + network.statistics.export(running.pointer)
  }

  /// A copy of everything needed to continue.
  public var state: TrainerState {
    TrainerState(
      step: completedSteps,
      tensors: parameters.export() + network.statistics.export(running.pointer, prefix: "running/"), metrics: metrics)
  }

  /// Continues from a state of the same training.
  ///
  /// - Throws: `ClavaError` when the state belongs to another network; the trainer must then be discarded.
  public func restore(from state: TrainerState) throws {
    let tensors = Dictionary(state.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var problem = parameters.load(tensors)
    problem = problem ?? network.statistics.load(tensors, prefix: "running/", into: running.pointer)
    if !(0...options.steps).contains(state.step) {
      problem = problem ?? "step \(state.step) is outside a training of \(options.steps) steps"
    }
    if let problem {
      throw ClavaError(
        .damaged, "the checkpoint of \(options.stream) does not fit its classifier: \(problem)",
        remedy: "delete the checkpoint; the training then starts again")
    }
    completedSteps = state.step
    metrics = state.metrics
  }
}
