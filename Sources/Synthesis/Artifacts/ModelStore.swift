import Diffusion
import Essentials
import Storage

/// A trained denoiser: averaged weights and how the training went. Holds no training rows.
struct StoredModel {
  /// What is known of a model besides its weights.
  struct Information: Codable {
    var table: String
    var shape: DenoiserShape
    var labelCounts: LabelCounts
    var steps: Int
    var rows: Int
    /// Mean training loss over the last tenth of the steps.
    var loss: Double
    /// Loss of rows kept from training, where there is a holdout.
    var validationLoss: Double?
    /// Training loss on the same fixed draws as the validation loss, for comparison.
    var memorisationGap: Double?
  }

  var information: Information
  var parameters: [Float]
  /// Mean loss of each hundredth of the training.
  var lossCurve: [Double]

  init(information: Information, parameters: [Float], lossCurve: [Double]) {
    self.information = information
    self.parameters = parameters
    self.lossCurve = lossCurve
  }

  init(path: String) throws {
    let reader = try ArtifactReader(path: path)
    information = try reader.readJSON("information", as: Information.self)
    parameters = try reader.read("parameters", as: Float.self)
    lossCurve = try reader.read("loss-curve", as: Double.self)
  }

  /// Reads only the information.
  static func information(path: String) throws -> Information {
    try ArtifactReader(path: path).readJSON("information", as: Information.self)
  }

  func write(to path: String) throws {
    let writer = try ArtifactWriter(path: path)
    try writer.writeJSON("information", information)
    try writer.write("parameters", parameters)
    try writer.write("loss-curve", lossCurve)
    try writer.finish()
  }
}
