import Diffusion
import Essentials
import Storage
import Tables
import TaskGraph
import Tensors

/// `train-denoiser`: fits the conditional denoiser of one view, with checkpoints that resume bit for bit.
struct TrainDenoiserBody: TaskBody {
  let kind = "train-denoiser"
  let codeVersion = 1

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.Train.self)
    let table = try StoredTable(codecPath: context.input("codec"), rowsPath: context.input("rows"))
    let map = FeatureMap(table.codec)
    let total = try table.rowCount()
    // More rows than the training ever looks at need not be in memory: a random part of them is one epoch.
    let capacity = max(parameters.steps * parameters.batch, 1)
    let chosen: [Int32]? =
      total > capacity
      ? Array(
        RandomStream(seed: parameters.seed, name: "train/\(parameters.table)/rows").permutation(count: total)
          .prefix(capacity)) : nil
    let features = try FeatureEncoding.rows(
      of: table, map: map, rows: chosen, stream: RandomStream(seed: parameters.seed, name: "encode/\(parameters.table)")
    )
    let (condition, labelCounts) = try self.condition(
      context, parameters, table: table, rows: chosen, count: features.rowCount)
    let shape = DenoiserShape(
      features: map.layout, conditionWidth: condition.width, layers: parameters.layers)
    let trainer = DenoiserTrainer(
      shape: shape, features: features, condition: condition,
      options: TrainingOptions(
        steps: parameters.steps, batch: parameters.batch, learningRate: parameters.learningRate,
        weightDecay: parameters.weightDecay, ema: parameters.ema, holdoutShare: parameters.holdout,
        earlyStopping: parameters.earlyStopping, seed: parameters.seed, stream: "train/\(parameters.table)"))
    try resume(trainer, context)
    try train(trainer, context, steps: parameters.steps)
    let gap = trainer.memorisationGap()
    let model = StoredModel(
      information: .init(
        table: parameters.table, shape: shape, labelCounts: labelCounts, steps: trainer.completedSteps, rows: total,
        loss: trainer.metrics.finalLoss, validationLoss: gap?.validation, trainingLossOnSameDraws: gap?.training),
      parameters: trainer.samplingParameters, metrics: trainer.metrics)
    try model.write(to: context.outputPath(OutputName.model))
  }

  private func train(_ trainer: DenoiserTrainer, _ context: any TaskContext, steps: Int) throws {
    while trainer.completedSteps < steps && !trainer.shouldStopEarly {
      let loss = try trainer.step()
      context.report(
        TaskProgress(fraction: Double(trainer.completedSteps) / Double(steps), step: trainer.completedSteps, loss: loss)
      )
      if context.shouldStop {
        try save(trainer, context)
        throw ClavaError(.interrupted, "stopped after step \(trainer.completedSteps) of \(steps)")
      }
      if context.isCheckpointDue { try save(trainer, context) }
    }
  }

  private func save(_ trainer: DenoiserTrainer, _ context: any TaskContext) throws {
    let state = trainer.state
    try context.saveCheckpoint(step: state.step) { path in try TrainerStateStore.write(state, to: path) }
  }

  /// Restores the newest checkpoint that fits; one that does not is set aside and the one before is tried.
  private func resume(_ trainer: DenoiserTrainer, _ context: any TaskContext) throws {
    while let path = try context.latestCheckpoint() {
      do {
        try trainer.restore(from: TrainerStateStore.read(path))
        context.log("continuing after step \(trainer.completedSteps)")
        return
      } catch let error as ClavaError {
        context.rejectCheckpoint(path, because: error.description)
      }
    }
  }

  private func condition(
    _ context: any TaskContext, _ parameters: Parameters.Train, table: StoredTable, rows: [Int32]?, count: Int
  ) throws -> (ConditionRows, LabelCounts) {
    let parentLabels = try context.inputs("parent-labels").map(RelationLabels.init(path:))
    let childLabels = try context.inputs("child-labels").map(RelationLabels.init(path:))
    let parents = try zip(context.inputs("parent-codec"), context.inputs("parent-rows")).map {
      try StoredTable(codecPath: $0, rowsPath: $1)
    }
    func chosen(_ values: [Int32]) -> [Int32] { rows.map { $0.map { values[Int($0)] } } ?? values }
    let parentRows = try parents.indices.map { chosen(try table.parentRows($0)) }
    let surroundings = ConditionEncoding.Surroundings(
      parentRows: parentRows,
      parentLabels: zip(parentLabels, parentRows).map { labels, rows in rows.map { labels.labels[Int($0)] } },
      childLabels: childLabels.map { chosen($0.labels) }, childSizes: childLabels.map { chosen($0.sizes) })
    let counts = LabelCounts(
      parents: parentLabels.map(\.information.labelCount), children: childLabels.map(\.information.labelCount))
    let encoding = try ConditionEncoding(
      table: parameters.table, options: parameters.condition, labelCounts: counts, parents: parents,
      parentRows: parentRows, seed: parameters.seed)
    return (encoding.rows(surroundings, count: count), counts)
  }
}

extension TrainingMetrics {
  /// Mean loss of the last tenth of the training.
  fileprivate var finalLoss: Double {
    let part = training.suffix(max(1, training.count / 10))
    return part.isEmpty ? 0 : part.reduce(0) { $0 + $1.loss } / Double(part.count)
  }
}
