import Diffusion
import Essentials
import Neural
import TaskGraph

/// `train-denoiser`: fits the denoiser of one view, with checkpoints that resume bit for bit.
struct TrainDenoiserBody: TaskBody {
  let kind = "train-denoiser"
  let codeVersion = 4

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.Train.self)
    let view = parameters.view
    let rows = try ViewRows(
      context, view: view, seed: parameters.seed, capacity: max(parameters.steps * parameters.batch, 1),
      stream: "train/\(view.name)")
    let (condition, labelCounts) = try self.condition(context, parameters, rows: rows)
    let shape = DenoiserShape(
      features: rows.map.layout, conditionWidth: condition.width, layers: parameters.layers,
      process: parameters.process, dropout: parameters.dropout)
    guard let decay = LearningRateSchedule.Decay(rawValue: parameters.decay),
      let loss = TrainingLoss(rawValue: parameters.loss)
    else {
      throw ClavaError(.internal, "there is no decay '\(parameters.decay)' or no loss '\(parameters.loss)'")
    }
    let trainer = DenoiserTrainer(
      shape: shape, features: rows.features, condition: condition,
      options: TrainingOptions(
        steps: parameters.steps, batch: parameters.batch, learningRate: parameters.learningRate,
        weightDecay: parameters.weightDecay, ema: parameters.ema, warmup: parameters.warmup, decay: decay,
        remainderBatches: parameters.remainderBatches, loss: loss, holdoutShare: parameters.holdout,
        earlyStopping: parameters.earlyStopping, seed: parameters.seed, stream: "train/\(view.name)"))
    try TrainingRun(
      trainer: trainer, context: context, steps: parameters.until ?? parameters.steps,
      start: context.inputs(OutputName.state).first
    ).run { trainer.shouldStopEarly }
    if parameters.until != nil {
      try TrainerStateStore.write(trainer.state, to: context.outputPath(OutputName.state))
    }
    let gap = trainer.memorisationGap()
    let model = StoredModel(
      information: .init(
        table: view.table, shape: shape, labelCounts: labelCounts, labelCodecs: rows.labelCodecs,
        steps: trainer.completedSteps, rows: rows.total, loss: trainer.metrics.finalLoss,
        validationLoss: gap?.validation, trainingLossOnSameDraws: gap?.training),
      parameters: trainer.samplingParameters, metrics: trainer.metrics)
    try model.write(to: context.outputPath(OutputName.model))
  }

  private func condition(
    _ context: any TaskContext, _ parameters: Parameters.Train, rows: ViewRows
  ) throws -> (ConditionRows, LabelCounts) {
    let parentLabels = try context.inputs("parent-labels").map(RelationLabels.init(path:))
    let childLabels = try context.inputs("child-labels").map(RelationLabels.init(path:))
    let parents =
      parameters.condition.parents
      ? try zip(context.inputs("parent-codec"), context.inputs("parent-rows")).map {
        try StoredTable(codecPath: $0, rowsPath: $1)
      } : []
    let parentRows = try parameters.view.parents.map { rows.select(try rows.table.parentRows($0)) }
    let surroundings = ConditionEncoding.Surroundings(
      parentRows: parentRows,
      parentLabels: zip(parentLabels, parentRows).map { labels, rows in rows.map { labels.labels[Int($0)] } },
      childLabels: childLabels.map { rows.select($0.labels) }, childSizes: childLabels.map { rows.select($0.sizes) })
    let counts = LabelCounts(
      parents: parentLabels.map(\.information.labelCount), children: childLabels.map(\.information.labelCount))
    let encoding = try ConditionEncoding(
      options: parameters.condition, labelCounts: counts, parents: parents,
      parentRows: parentRows)
    return (encoding.rows(surroundings, count: rows.features.rowCount), counts)
  }
}
