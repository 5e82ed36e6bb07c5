import Diffusion
import Neural
import Storage

/// A trained classifier of noisy rows: weights, running statistics and how the training went. Holds no training rows.
struct StoredClassifier {
  /// What is known of a classifier besides its weights.
  struct Information: Codable {
    var relation: String
    var shape: ClassifierShape
    var steps: Int
    var rows: Int
    /// Mean training loss over the last tenth of the steps.
    var loss: Double
  }

  var information: Information
  var tensors: [NamedTensor]
  var metrics: TrainingMetrics

  init(information: Information, tensors: [NamedTensor], metrics: TrainingMetrics) {
    self.information = information
    self.tensors = tensors
    self.metrics = metrics
  }

  init(path: String) throws {
    let reader = try ArtifactReader(path: path)
    information = try reader.readJSON("information", as: Information.self)
    metrics = try reader.readJSON("metrics", as: TrainingMetrics.self)
    tensors = try TensorStore.read(reader, names: reader.readJSON("tensors", as: [String].self))
  }

  func write(to path: String) throws {
    let writer = try ArtifactWriter(path: path)
    try writer.writeJSON("information", information)
    try writer.writeJSON("metrics", metrics)
    try writer.writeJSON("tensors", tensors.map(\.name))
    try TensorStore.write(tensors, to: writer)
    try writer.finish()
  }
}
