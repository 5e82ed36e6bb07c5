internal import CKernels
internal import Tensors

/// A trained classifier for rows that share a time: log-probabilities and the gradient of the rows.
///
/// With running statistics a normalisation is an affine map of every column, so it is folded into the linear layer
/// behind it; so is the projection into the first layer, where the time branch is nothing but a bias. What is left is
/// a perceptron with leaky rectifiers. Buffers are allocated once; one object serves one thread.
public final class ClassifierInference {
  /// Sizes.
  public let shape: ClassifierShape
  /// The most rows of one call.
  public let capacity: Int

  private let network: ClassifierNetwork
  private let parameters: Matrix
  /// Folded weights, `[out, in]`, and biases of every layer. The first bias depends on the time.
  private let weights: [Matrix]
  private let biases: [Matrix]
  private let timeSum: Matrix
  private let timeHidden: Matrix
  private let embedding: Matrix
  private var preparedTime: Double?
  private let layers: [Matrix]
  private let logits: Matrix
  private let gradients: (Matrix, Matrix)

  /// Folds parameters and running statistics.
  ///
  /// - Parameters:
  ///   - parameters: in the order of `network.layout`.
  ///   - running: in the order of `network.statistics`.
  ///   - capacity: the most rows of one call.
  public init(
    _ network: ClassifierNetwork, parameters source: UnsafePointer<Float>, running: UnsafePointer<Float>, capacity: Int
  ) {
    self.network = network
    self.capacity = capacity
    shape = network.shape
    parameters = Matrix(rows: 1, columns: network.layout.count)
    parameters.pointer.update(from: source, count: parameters.count)
    var weights: [Matrix] = []
    var biases: [Matrix] = []
    for (index, layer) in network.body.enumerated() {
      let folded = Self.folded(network, layer: index, source, running)
      weights.append(index == 0 ? Self.projected(network, source) : folded.weight)
      biases.append(index == 0 ? Matrix(rows: 1, columns: layer.outputs) : folded.bias)
    }
    self.weights = weights
    self.biases = biases
    let time = shape.timeDimension
    timeSum = Matrix(rows: 1, columns: time)
    timeHidden = Matrix(rows: 1, columns: time)
    embedding = Matrix(rows: 1, columns: time)
    layers = shape.layers.map { Matrix(rows: capacity, columns: $0) }
    logits = Matrix(rows: capacity, columns: shape.classCount)
    let widest = max(shape.inputWidth, shape.layers.max() ?? 0)
    gradients = (Matrix(rows: capacity, columns: widest), Matrix(rows: capacity, columns: widest))
  }

  /// Logits of rows that share a time (rows × classes), valid until the next call.
  public func logits(input: UnsafePointer<Float>, time: Double, rows: Int) -> UnsafePointer<Float> {
    UnsafePointer(forward(input, time: time, rows: rows))
  }

  /// gradient += scale · ∂/∂input Σ ln p(label | row), rows with a negative label left alone.
  public func addGradient(
    input: UnsafePointer<Float>, time: Double, labels: UnsafePointer<Int32>, rows: Int, scale: Float,
    to gradient: UnsafeMutablePointer<Float>
  ) {
    guard rows > 0 else { return }
    let output = forward(input, time: time, rows: rows)
    // The loss is the negative log-probability.
    _ = ck_label_loss(output, labels, -scale, Int64(rows), Int64(shape.classCount))
    var (current, next) = (output, gradients.0.pointer)
    for index in weights.indices.reversed() {
      let weight = weights[index]
      let target = index == 0 ? gradient : next
      BLAS.multiply(
        rows: rows, columns: weight.columns, inner: weight.rows, current, stride: weight.rows, transposed: false,
        weight.pointer, stride: weight.columns, transposed: false, into: target, stride: weight.columns,
        beta: index == 0 ? 1 : 0)
      guard index > 0 else { return }
      ck_leaky_backward(
        target, layers[index - 1].pointer, network.slope(index - 1), Int64(rows), Int64(weight.columns))
      next = (target == gradients.0.pointer ? gradients.1 : gradients.0).pointer
      current = target
    }
  }

  private func forward(
    _ input: UnsafePointer<Float>, time: Double, rows: Int
  ) -> UnsafeMutablePointer<Float> {
    precondition(rows <= capacity, "\(rows) rows do not fit into a classifier for \(capacity)")
    prepare(time: time)
    var current = input
    for (index, weight) in weights.enumerated() {
      let isHead = index == layers.count
      let output = (isHead ? logits : layers[index]).pointer
      BLAS.multiply(
        rows: rows, columns: weight.rows, inner: weight.columns, current, stride: weight.columns, transposed: false,
        weight.pointer, stride: weight.columns, transposed: true, into: output, stride: weight.rows)
      if isHead {
        ck_bias_add(output, biases[index].pointer, Int64(rows), Int64(weight.rows))
      } else {
        ck_bias_leaky(output, biases[index].pointer, network.slope(index), Int64(rows), Int64(weight.rows))
      }
      current = UnsafePointer(output)
    }
    return logits.pointer
  }

  /// Sets the bias of the first layer to that of a time.
  private func prepare(time: Double) {
    guard preparedTime != time else { return }
    let source = UnsafePointer(parameters.pointer)
    let (first, second, layer) = (network.time.first, network.time.second, network.body[0])
    withUnsafePointer(to: time) {
      TimeEmbedding.fill(
        embedding.pointer, times: $0, frequencies: network.frequencies, dimension: shape.timeDimension, rows: 1)
    }
    first.multiply(source, embedding.pointer, into: timeHidden.pointer, rows: 1)
    Activation.silu.apply(timeHidden.pointer, bias: source + first.bias, rows: 1, columns: first.outputs)
    second.multiply(source, timeHidden.pointer, into: timeSum.pointer, rows: 1)
    for column in 0..<shape.timeDimension {
      timeSum.pointer[column] += source[network.projection.bias + column] + source[second.bias + column]
    }
    layer.multiply(source, timeSum.pointer, into: biases[0].pointer, rows: 1)
    for column in 0..<layer.outputs { biases[0].pointer[column] += source[layer.bias + column] }
    preparedTime = time
  }

  /// The first layer's weights times those of the projection, `[out, input width]`.
  private static func projected(_ network: ClassifierNetwork, _ source: UnsafePointer<Float>) -> Matrix {
    let (layer, projection) = (network.body[0], network.projection)
    let result = Matrix(rows: layer.outputs, columns: projection.inputs)
    BLAS.multiply(
      rows: layer.outputs, columns: projection.inputs, inner: layer.inputs, source + layer.weight,
      stride: layer.inputs, transposed: false, source + projection.weight, stride: projection.inputs,
      transposed: false, into: result.pointer, stride: projection.inputs)
    return result
  }

  /// A layer with the normalisation before it: W diag(s) and b + W t for the affine map s a + t.
  private static func folded(
    _ network: ClassifierNetwork, layer index: Int, _ source: UnsafePointer<Float>, _ running: UnsafePointer<Float>
  ) -> (weight: Matrix, bias: Matrix) {
    let layer = network.body[index]
    let weight = Matrix(rows: layer.outputs, columns: layer.inputs)
    let bias = Matrix(rows: 1, columns: layer.outputs)
    guard index > 0 else { return (weight, bias) }
    let before = network.normalizations[index - 1]
    var (scales, shifts): ([Double], [Double]) = ([], [])
    for column in 0..<layer.inputs {
      let variance = Double(running[before.runningVariance + column])
      let scale = Double(source[before.weight + column]) / (variance + BatchNormalization.epsilon).squareRoot()
      scales.append(scale)
      shifts.append(Double(source[before.bias + column]) - scale * Double(running[before.runningMean + column]))
    }
    for row in 0..<layer.outputs {
      var sum = Double(source[layer.bias + row])
      for column in 0..<layer.inputs {
        let value = Double(source[layer.weight + row * layer.inputs + column])
        weight.pointer[row * layer.inputs + column] = Float(value * scales[column])
        sum += value * shifts[column]
      }
      bias.pointer[row] = Float(sum)
    }
    return (weight, bias)
  }
}
