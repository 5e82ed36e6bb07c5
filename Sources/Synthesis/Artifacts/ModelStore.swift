import Diffusion
import Neural
import Storage
import Tables

/// A trained denoiser: the weights to sample with and how the training went. Holds no training rows.
struct StoredModel {
  /// What is known of a model besides its weights.
  struct Information: Codable {
    var table: String
    var shape: DenoiserShape
    var labelCounts: LabelCounts
    /// How the labels that are columns of the model are coded.
    var labelCodecs: [CategoricalCodec]
    var steps: Int
    var rows: Int
    /// Mean training loss over the last tenth of the steps.
    var loss: Double
    /// Loss of rows kept from training, where there is a holdout.
    var validationLoss: Double?
    /// Loss of as many training rows on the same draws: far below the validation loss means memorised rows.
    var trainingLossOnSameDraws: Double?
  }

  var information: Information
  /// The weights, by name.
  var parameters: [NamedTensor]
  /// Losses during training.
  var metrics: TrainingMetrics

  init(information: Information, parameters: [NamedTensor], metrics: TrainingMetrics) {
    self.information = information
    self.parameters = parameters
    self.metrics = metrics
  }

  init(path: String) throws {
    let reader = try ArtifactReader(path: path)
    information = try reader.readJSON("information", as: Information.self)
    metrics = try reader.readJSON("metrics", as: TrainingMetrics.self)
    parameters = try TensorStore.read(reader, names: reader.readJSON("tensors", as: [String].self))
  }

  /// Reads only the information.
  static func information(path: String) throws -> Information {
    try ArtifactReader(path: path).readJSON("information", as: Information.self)
  }

  /// Reads only the losses.
  static func metrics(path: String) throws -> TrainingMetrics {
    try ArtifactReader(path: path).readJSON("metrics", as: TrainingMetrics.self)
  }

  func write(to path: String) throws {
    let writer = try ArtifactWriter(path: path)
    try writer.writeJSON("information", information)
    try writer.writeJSON("metrics", metrics)
    try writer.writeJSON("tensors", parameters.map(\.name))
    try TensorStore.write(parameters, to: writer)
    try writer.finish()
  }
}
