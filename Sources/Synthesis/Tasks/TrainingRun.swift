import Diffusion
import Essentials
import TaskGraph

/// A network that is trained step by step and can be continued from a stored state.
protocol SteppedTrainer: AnyObject {
  var completedSteps: Int { get }
  /// Threads beyond this number would have nothing to do.
  var maximumThreads: Int { get }
  /// Threads that compute the next steps; the bits are the same for any number.
  var threads: Int { get set }
  var state: TrainerState { get }
  func step() throws -> Double
  func restore(from state: TrainerState) throws
}

extension DenoiserTrainer: SteppedTrainer {}

/// Batch normalisation needs the statistics of the whole batch in every layer, so a step is not divided.
extension ClassifierTrainer: SteppedTrainer {
  var maximumThreads: Int { 1 }
  var threads: Int {
    get { 1 }
    set {}
  }
}

/// Runs a training inside a task: progress, checkpoints and continuation.
struct TrainingRun {
  let trainer: any SteppedTrainer
  let context: any TaskContext
  /// Where this training, or this part of it, ends.
  let steps: Int
  /// State that an earlier part of the training left.
  var start: String?

  /// Trains to the last step, or until `isDone` says that more would not help.
  func run(until isDone: () -> Bool = { false }) throws {
    try resume()
    var divided = 0
    defer {
      if divided > 0 { context.log("\(divided) steps were computed by several threads, in slots that were idle") }
    }
    while trainer.completedSteps < steps && !isDone() {
      trainer.threads = context.threads(upTo: trainer.maximumThreads)
      if trainer.threads > 1 { divided += 1 }
      let loss = try trainer.step()
      context.report(
        TaskProgress(fraction: Double(trainer.completedSteps) / Double(steps), step: trainer.completedSteps, loss: loss)
      )
      if context.shouldStop {
        try save()
        throw ClavaError(.interrupted, "stopped after step \(trainer.completedSteps) of \(steps)")
      }
      if context.isCheckpointDue { try save() }
    }
  }

  private func save() throws {
    let state = trainer.state
    try context.saveCheckpoint(step: state.step) { path in try TrainerStateStore.write(state, to: path) }
  }

  /// Restores the newest checkpoint that fits; one that does not is set aside and the one before is tried.
  private func resume() throws {
    while let path = try context.latestCheckpoint() {
      do {
        try trainer.restore(from: TrainerStateStore.read(path))
        context.log("continuing after step \(trainer.completedSteps)")
        return
      } catch let error as ClavaError {
        context.rejectCheckpoint(path, because: error.description)
      }
    }
    if let start { try trainer.restore(from: TrainerStateStore.read(start)) }
  }
}

extension TrainingMetrics {
  /// Mean loss of the last tenth of the training.
  var finalLoss: Double {
    let part = training.suffix(max(1, training.count / 10))
    return part.isEmpty ? 0 : part.reduce(0) { $0 + $1.loss } / Double(part.count)
  }
}
