import Diffusion
import Essentials
import Neural
import TaskGraph

/// `train-classifier`: fits the classifier that tells the labels of a relation from noisy rows of its child table
/// (paper, section 4.2; reference-method §8).
struct TrainClassifierBody: TaskBody {
  let kind = "train-classifier"
  let codeVersion = 2

  func run(_ context: any TaskContext) throws {
    let parameters = try context.parameters(Parameters.TrainClassifier.self)
    let view = parameters.view
    let labels = try RelationLabels(path: context.input("target"))
    let stream = "classify/\(labels.information.relation)"
    let rows = try ViewRows(
      context, view: view, seed: parameters.seed, capacity: max(parameters.steps * parameters.batch, 1), stream: stream)
    let all = try rows.table.parentRows(parameters.target).map { labels.labels[Int($0)] }
    let targets = rows.select(all)
    let shape = ClassifierShape(
      inputWidth: rows.map.layout.width, classCount: Int(all.max() ?? 0) + 1,
      timeDimension: parameters.timeDimension, layers: parameters.layers, dropout: parameters.dropout)
    let trainer = ClassifierTrainer(
      shape: shape, process: parameters.process, features: rows.features, labels: targets,
      options: ClassifierOptions(
        steps: parameters.steps, batch: parameters.batch, learningRate: parameters.learningRate,
        weightDecay: parameters.weightDecay, lossSquared: parameters.lossSquared,
        remainderBatches: parameters.remainderBatches, seed: parameters.seed, stream: stream))
    try TrainingRun(trainer: trainer, context: context, steps: parameters.steps).run()
    let model = StoredClassifier(
      information: .init(
        relation: labels.information.relation, shape: shape, steps: trainer.completedSteps, rows: rows.total,
        loss: trainer.metrics.finalLoss),
      tensors: trainer.modelTensors, metrics: trainer.metrics)
    try model.write(to: context.outputPath(OutputName.model))
  }
}
