import Diffusion
public import TaskGraph

/// The training losses of the networks of a finished plan.
public enum LossCurves {
  /// Losses of one network.
  public struct Curve: Sendable {
    /// A point of a curve.
    public struct Point: Sendable {
      /// Optimiser steps done.
      public let step: Int
      /// Mean loss of training rows.
      public let loss: Double
      /// Mean loss of rows kept from training, where there are some.
      public let validationLoss: Double?
    }

    /// The view it was trained for.
    public let view: String
    /// In the order of steps, at most `limit` of them.
    public let points: [Point]
  }

  /// Reads the curves of all denoisers, in the order of the plan.
  ///
  /// - Parameters:
  ///   - limit: points of a curve; longer ones are thinned evenly.
  ///   - path: where an output's file is.
  /// - Throws: `ClavaError.damaged` if a model cannot be read.
  public static func read(
    _ plan: Plan, outputs: [TaskIdentifier: [TaskOutput]], limit: Int = 200, path: (TaskOutput) -> String
  ) throws -> [Curve] {
    try plan.tasks.filter { $0.kind == TrainDenoiserBody().kind }.compactMap { task -> Curve? in
      guard let output = outputs[task.id]?.first(where: { $0.name == OutputName.model }) else { return nil }
      let metrics = try StoredModel.metrics(path: path(output))
      return Curve(view: String(task.id.name.dropFirst(task.id.kind.count + 1)), points: metrics.points(limit: limit))
    }
  }
}

extension TrainingMetrics {
  /// The losses as points of one curve, thinned evenly to at most `limit` of them, the last one kept.
  fileprivate func points(limit: Int) -> [LossCurves.Curve.Point] {
    let validated = Dictionary(validation.map { ($0.step, $0.loss) }, uniquingKeysWith: { first, _ in first })
    let stride = max(1, (training.count + limit - 1) / max(1, limit))
    return training.indices.filter { (training.count - 1 - $0).isMultiple(of: stride) }.map {
      .init(step: training[$0].step, loss: training[$0].loss, validationLoss: validated[training[$0].step])
    }
  }
}
