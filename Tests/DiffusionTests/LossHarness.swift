import Diffusion
import Foundation
import Neural
import Tensors

/// Evaluates the loss of a denoiser on all rows of a table with given noise.
final class LossHarness {
  let denoiser: Denoiser
  let parameters: Matrix
  let gradients: Matrix
  let buffers: NetworkBuffers
  let features: FeatureRows
  let condition: Matrix
  let noise: Matrix
  let levels: NoiseLevels
  private(set) var columnLoss: [Double]

  /// - Parameter levels: σ of every row in the continuous process, its step in the discrete one.
  init(
    shape: DenoiserShape, features: FeatureRows, condition: ConditionRows, noise: [Float], levels values: [Double],
    loss: TrainingLoss = .squaredError
  ) {
    denoiser = Denoiser(shape, loss: loss)
    let count = denoiser.network.layout.count
    parameters = Matrix(rows: 1, columns: count)
    gradients = Matrix(rows: 1, columns: count)
    buffers = NetworkBuffers(shape.network, capacity: features.rowCount)
    self.features = features
    self.condition = Matrix(rows: features.rowCount, columns: condition.width)
    condition.fill(self.condition, rows: 0..<features.rowCount)
    self.noise = Matrix(rows: features.rowCount, columns: shape.features.width, values: noise)
    levels = NoiseLevels(shape.process, capacity: features.rowCount)
    for (row, value) in values.enumerated() {
      switch shape.process {
      case .edm:
        levels.sigma[row] = value
        levels.times[row] = NoiseProcess.timeFactor * log(value)
      case .ddpm(let schedule):
        levels.sigma[row] = schedule.noiseLevel(Int(value))
        levels.times[row] = value
      }
    }
    columnLoss = [Double](repeating: 0, count: shape.lossCount)
    denoiser.network.layout.initialize(parameters.pointer, from: RandomStream(seed: 4, name: "parameters"))
  }

  /// The mean loss; `gradients` holds its gradient afterwards.
  func run(_ input: ConditionInput? = nil, dropout: Dropout? = nil) -> Double {
    let rows = features.rowCount
    let total = Double(rows * denoiser.shape.lossCount)
    var sums = [Double](repeating: 0, count: columnLoss.count)
    let rowIndex = Array(0..<Int32(rows))
    denoiser.loss(
      parameters.pointer, features: features, condition: input ?? .dense(condition.pointer), rowIndex: rowIndex,
      noise: noise.pointer, levels: levels, rows: rows, weight: Float(1 / total), columnLoss: &sums,
      gradients: gradients.pointer, dropout: dropout, buffers)
    columnLoss = sums.map { $0 / Double(rows) }
    return sums.reduce(0, +) / total
  }

  /// The largest difference of the gradient along random directions and a difference quotient of the loss, relative to
  /// the larger of the derivative and a twentieth.
  func gradientError(width: Float = 1e-3, dropout: Dropout? = nil) -> Double {
    _ = run(dropout: dropout)
    let count = denoiser.network.layout.count
    let gradient = gradients.values
    let start = parameters.values
    var largest = 0.0
    for direction in 0..<4 {
      let stream = RandomStream(seed: 3, name: "direction \(direction)")
      let step = (0..<count).map { gradient[$0] == 0 ? 0 : Float(stream.normal(row: UInt64($0))) }
      let expected = zip(gradient, step).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      func loss(_ factor: Float) -> Double {
        for index in 0..<count { parameters.pointer[index] = start[index] + factor * step[index] }
        return run(dropout: dropout)
      }
      let quotient = (loss(width) - loss(-width)) / Double(2 * width)
      largest = max(largest, abs(quotient - expected) / max(abs(expected), 0.05))
    }
    parameters.pointer.update(from: start, count: count)
    return largest
  }
}
