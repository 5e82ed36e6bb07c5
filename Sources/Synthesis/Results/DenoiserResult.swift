public import Essentials
public import TaskGraph

/// What a trained denoiser came to.
public struct DenoiserResult: Sendable, Hashable, Codable {
  /// Its name, as in `denoisers` of the configuration.
  public var denoiser: String
  /// Optimiser steps it was trained for.
  public var steps: Int
  /// Rows it was trained on, those kept from training included.
  public var rows: Int
  /// Mean training loss over the last tenth of the steps.
  public var loss: Double
  /// Loss of rows kept from training; nil where there are none.
  public var validationLoss: Double?
  /// Loss of as many training rows on the same draws.
  public var trainingLossOnSameDraws: Double?
  /// Content of the file of the network, which is its name in the object store.
  public var file: Digest
  /// Content of the network, whatever file holds it.
  public var content: Digest

  /// Reads the result out of committed outputs.
  ///
  /// - Parameters:
  ///   - outputs: those of the plan's tasks.
  ///   - path: where an output's file is.
  /// - Throws: `ClavaError.damaged` if the network cannot be read, `.internal` if it is not there.
  public static func gather(
    _ denoiser: String, outputs: [TaskIdentifier: [TaskOutput]], path: (TaskOutput) -> String
  ) throws -> DenoiserResult {
    guard let output = outputs[TaskNames.train(denoiser)]?.first(where: { $0.name == OutputName.model }) else {
      throw ClavaError(.internal, "the model of denoiser \(denoiser) is not among the results")
    }
    let model = try StoredModel.information(path: path(output))
    return DenoiserResult(
      denoiser: denoiser, steps: model.steps, rows: model.rows, loss: model.loss, validationLoss: model.validationLoss,
      trainingLossOnSameDraws: model.trainingLossOnSameDraws, file: output.digest, content: output.contentDigest)
  }
}
