import Diffusion
import Neural
import Tensors

/// Evaluates the loss of a denoiser on all rows of a table with given noise.
final class LossHarness {
  let denoiser: Denoiser
  let parameters: Matrix
  let gradients: Matrix
  let buffers: DenoiserBuffers
  let features: FeatureRows
  let condition: Matrix
  let noise: Matrix
  let sigma: [Double]
  private(set) var columnLoss: [Double]

  init(shape: DenoiserShape, features: FeatureRows, condition: ConditionRows, noise: [Float], sigma: [Double]) {
    denoiser = Denoiser(shape)
    let count = denoiser.network.layout.count
    parameters = Matrix(rows: 1, columns: count)
    gradients = Matrix(rows: 1, columns: count)
    buffers = DenoiserBuffers(denoiser, capacity: features.rowCount)
    self.features = features
    self.condition = Matrix(rows: features.rowCount, columns: condition.width)
    condition.fill(self.condition, rows: 0..<features.rowCount)
    self.noise = Matrix(rows: features.rowCount, columns: shape.features.width, values: noise)
    self.sigma = sigma
    columnLoss = [Double](repeating: 0, count: shape.features.columnCount)
    denoiser.network.layout.initialize(parameters.pointer, from: RandomStream(seed: 4, name: "parameters"))
  }

  /// The mean loss; `gradients` holds its gradient afterwards.
  func run(_ input: ConditionInput? = nil) -> Double {
    let rows = features.rowCount
    let total = Double(rows * features.layout.columnCount)
    var sums = [Double](repeating: 0, count: columnLoss.count)
    let rowIndex = Array(0..<Int32(rows))
    denoiser.loss(
      parameters.pointer, features: features, condition: input ?? .dense(condition.pointer), rowIndex: rowIndex,
      noise: noise.pointer, sigma: sigma, rows: rows, weight: Float(1 / total), columnLoss: &sums,
      gradients: gradients.pointer, buffers)
    columnLoss = sums.map { $0 / Double(rows) }
    return sums.reduce(0, +) / total
  }
}
