internal import CKernels
internal import Tensors

/// Scales every column of a batch to mean 0 and variance 1, then by a learnt factor and offset.
///
/// Source: Ioffe and Szegedy, "Batch normalization", 2015.
struct BatchNormalization: Sendable {
  /// Added to the variance.
  static let epsilon = 1e-5
  /// Weight of a batch in the running statistics.
  static let momentum = 0.1

  let columns: Int
  /// Positions of the factor and the offset among the parameters.
  let weight: Int
  let bias: Int
  /// Positions of the running statistics in their own buffer.
  let runningMean: Int
  let runningVariance: Int

  /// Appends `name.weight`, `name.bias` to the parameters and `name.running_mean`, `name.running_var` to the statistics.
  init(_ name: String, columns: Int, parameters: inout ParameterLayout, statistics: inout ParameterLayout) {
    self.columns = columns
    weight = parameters.add("\(name).weight", shape: [columns], fanIn: columns)
    bias = parameters.add("\(name).bias", shape: [columns], fanIn: columns)
    runningMean = statistics.add("\(name).running_mean", shape: [columns], fanIn: columns)
    runningVariance = statistics.add("\(name).running_var", shape: [columns], fanIn: columns)
  }

  /// Forms the factors of a batch from its moments; `factor` is that of kept activations.
  ///
  /// The variance is divided by the number of rows here and by one less in the running value; the running variance of
  /// a single row does not exist and stays what it was.
  func prepare(
    _ batch: BatchStatistics, parameters: UnsafePointer<Float>, running: UnsafeMutablePointer<Float>?, rows: Int,
    factor: Double
  ) {
    let count = Double(rows)
    for column in 0..<columns {
      let mean = batch.mean[column]
      let inverse = 1 / (batch.squares[column] / count + Self.epsilon).squareRoot()
      let scale = Double(parameters[weight + column]) * inverse
      batch.inverse[column] = inverse
      batch.centre.pointer[column] = Float(mean)
      batch.scale.pointer[column] = Float(factor * scale)
      batch.shift.pointer[column] = Float(factor * (Double(parameters[bias + column]) - mean * scale))
      guard let running else { continue }
      let (old, kept) = (running + runningMean + column, 1 - Self.momentum)
      old.pointee = Float(kept * Double(old.pointee) + Self.momentum * mean)
      guard rows > 1 else { continue }
      let variance = running + runningVariance + column
      variance.pointee = Float(kept * Double(variance.pointee) + Self.momentum * batch.squares[column] / (count - 1))
    }
  }

  /// Gradients of factor and offset, and the factors of the gradient of what was normalised, from the sums of a batch.
  func prepareBackward(
    _ batch: BatchStatistics, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>, rows: Int
  ) {
    for column in 0..<columns {
      let inverse = batch.inverse[column]
      let scale = Double(parameters[weight + column]) * inverse
      let product = batch.products[column] * inverse
      gradients[weight + column] = Float(product)
      gradients[bias + column] = Float(batch.sums[column])
      batch.gradientScale.pointer[column] = Float(scale)
      batch.gradientShift.pointer[column] = Float(-scale * batch.sums[column] / Double(rows))
      batch.gradientSlope.pointer[column] = Float(-scale * inverse * product / Double(rows))
    }
  }
}

/// Moments, factors and gradient sums of one layer for one batch.
final class BatchStatistics {
  let columns: Int
  let mean: UnsafeMutablePointer<Double>
  /// Sums of the squared deviations from the mean.
  let squares: UnsafeMutablePointer<Double>
  /// 1 / √(variance + ε).
  let inverse: UnsafeMutablePointer<Double>
  /// Column sums of the gradient, and of the gradient times the deviations from the mean.
  let sums: UnsafeMutablePointer<Double>
  let products: UnsafeMutablePointer<Double>
  /// The mean in single precision.
  let centre: Matrix
  let scale: Matrix
  let shift: Matrix
  let gradientScale: Matrix
  let gradientShift: Matrix
  let gradientSlope: Matrix
  private let memory: UnsafeMutablePointer<Double>

  init(columns: Int) {
    self.columns = columns
    memory = .allocate(capacity: 5 * columns)
    memory.initialize(repeating: 0, count: 5 * columns)
    mean = memory
    squares = memory + columns
    inverse = memory + 2 * columns
    sums = memory + 3 * columns
    products = memory + 4 * columns
    centre = Matrix(rows: 1, columns: columns)
    scale = Matrix(rows: 1, columns: columns)
    shift = Matrix(rows: 1, columns: columns)
    gradientScale = Matrix(rows: 1, columns: columns)
    gradientShift = Matrix(rows: 1, columns: columns)
    gradientSlope = Matrix(rows: 1, columns: columns)
  }

  deinit { memory.deallocate() }

  /// Starts a batch.
  func reset() { memory.update(repeating: 0, count: 5 * columns) }
}
