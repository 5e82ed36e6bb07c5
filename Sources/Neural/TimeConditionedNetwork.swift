internal import CKernels
internal import Tensors

/// A perceptron on (row, time, condition) with hand-written forward and backward passes over flat parameters.
///
/// The network itself is only sizes and positions: parameters, gradients and buffers are passed in, so one network
/// serves training, averaged parameters and several threads.
public struct TimeConditionedNetwork: Sendable {
  /// Sizes and names.
  public let shape: NetworkShape
  /// Positions of the parameters.
  public let layout: ParameterLayout

  let projection: Linear
  let conditionWeight: Int
  let time: (first: Linear, second: Linear)
  let body: [Linear]
  private let frequencies: [Double]

  /// Lays out the parameters of a network.
  public init(_ shape: NetworkShape) {
    self.shape = shape
    var layout = ParameterLayout()
    projection = Linear(shape.inputName, inputs: shape.inputWidth, outputs: shape.embeddingWidth, layout: &layout)
    conditionWeight =
      shape.conditionWidth == 0
      ? 0
      : layout.add(
        "\(shape.conditionName).weight", shape: [shape.embeddingWidth, shape.conditionWidth],
        fanIn: shape.conditionWidth, transposed: true)
    time = (
      Linear(shape.timeNames[0], inputs: shape.timeDimension, outputs: shape.timeDimension, layout: &layout),
      Linear(shape.timeNames[1], inputs: shape.timeDimension, outputs: shape.embeddingWidth, layout: &layout)
    )
    let widths = [shape.embeddingWidth] + shape.hiddenWidths + [shape.outputWidth]
    precondition(
      shape.bodyNames.count == widths.count - 1,
      "\(shape.bodyNames.count) names for \(widths.count - 1) body layers")
    var body: [Linear] = []
    for (index, name) in shape.bodyNames.enumerated() {
      body.append(Linear(name, inputs: widths[index], outputs: widths[index + 1], layout: &layout))
    }
    self.body = body
    self.layout = layout
    frequencies = TimeEmbedding.frequencies(dimension: shape.timeDimension)
  }

  /// Multiply-adds of one forward pass of one row, times two.
  public var operationsPerRow: Double {
    let layers = [projection, time.first, time.second] + body
    let products = layers.reduce(0) { $0 + $1.inputs * $1.outputs } + shape.conditionWidth * shape.embeddingWidth
    return 2 * Double(products)
  }

  /// Fills the embeddings of `rows` times.
  public func embed(_ times: UnsafePointer<Double>, rows: Int, _ buffers: NetworkBuffers) {
    TimeEmbedding.fill(
      buffers.embedding.pointer, times: times, frequencies: frequencies, dimension: shape.timeDimension, rows: rows)
  }

  /// `buffers.output` from `buffers.input`, `buffers.embedding` and a condition; keeps what the backward pass needs.
  ///
  /// - Parameter dropout: masks the activations between the body's layers; nil keeps all of them.
  public func forward(
    _ parameters: UnsafePointer<Float>, condition: ConditionInput, rows: Int, _ buffers: NetworkBuffers,
    dropout: Dropout? = nil
  ) {
    precondition(rows <= buffers.capacity, "\(rows) rows do not fit into buffers of \(buffers.capacity)")
    time.first.multiply(parameters, buffers.embedding.pointer, into: buffers.timeKept.pointer, rows: rows)
    Activation.silu.forward(
      buffers.timeKept.pointer, output: buffers.timeActivation.pointer, bias: parameters + time.first.bias,
      rows: rows, columns: time.first.outputs)
    let h = buffers.kept[0].pointer
    time.second.multiply(parameters, buffers.timeActivation.pointer, into: h, rows: rows)
    projection.multiply(parameters, buffers.input.pointer, into: h, rows: rows, accumulate: true)
    addCondition(parameters, condition, into: h, rows: rows)

    let bias = buffers.combinedBias.pointer
    for column in 0..<shape.embeddingWidth {
      bias[column] = parameters[projection.bias &+ column] + parameters[time.second.bias &+ column]
    }
    if shape.activatesEmbedding {
      shape.activation.forward(
        h, output: buffers.activations[0].pointer, bias: bias, rows: rows, columns: shape.embeddingWidth)
    } else {
      ck_bias_add(h, bias, Int64(rows), Int64(shape.embeddingWidth))
    }
    for index in 0..<body.count - 1 {
      let layer = body[index]
      let next = buffers.kept[index + 1].pointer
      layer.multiply(parameters, buffers.activations[index].pointer, into: next, rows: rows)
      shape.activation.forward(
        next, output: buffers.activations[index + 1].pointer, bias: parameters + layer.bias, rows: rows,
        columns: layer.outputs)
      if let dropout {
        dropout.apply(
          buffers.activations[index + 1].pointer, derivative: shape.activation.worksInPlace ? nil : next,
          layer: index, rows: rows, columns: layer.outputs)
      }
    }
    let head = body[body.count - 1]
    head.multiply(parameters, buffers.activations[body.count - 1].pointer, into: buffers.output.pointer, rows: rows)
    ck_bias_add(buffers.output.pointer, parameters + head.bias, Int64(rows), Int64(head.outputs))
  }

  /// Gradients of all parameters from the gradient of the output in `buffers.output`, written over `gradients`.
  ///
  /// - Parameters:
  ///   - wantsInputGradient: also fills `buffers.inputGradient`.
  ///   - dropout: the masks of the forward pass.
  public func backward(
    _ parameters: UnsafePointer<Float>, condition: ConditionInput, rows: Int, _ buffers: NetworkBuffers,
    gradients: UnsafeMutablePointer<Float>, wantsInputGradient: Bool = false, dropout: Dropout? = nil
  ) {
    var gradient = buffers.output.pointer
    var spare = (buffers.firstGradient.pointer, buffers.secondGradient.pointer)
    let head = body[body.count - 1]
    head.biasGradient(gradient, into: gradients, rows: rows)
    for index in body.indices.reversed() {
      let layer = body[index]
      layer.weightGradient(
        gradient, input: buffers.activations[index].pointer, into: gradients, rows: rows)
      // Masked elements are zero in what the forward pass kept; only the factor of the others is left to apply.
      let scale = index > 0 ? dropout?.keptScale ?? 1 : 1
      layer.inputGradient(parameters, gradient, into: spare.0, rows: rows, scale: scale)
      gradient = spare.0
      spare = (spare.1, spare.0)
      let biasGradient = gradients + (index > 0 ? body[index - 1].bias : projection.bias)
      if index > 0 || shape.activatesEmbedding {
        shape.activation.backward(
          gradient, kept: buffers.kept[index].pointer, biasGradient: biasGradient, rows: rows,
          columns: layer.inputs)
      } else {
        ck_column_sums(gradient, biasGradient, Int64(rows), Int64(layer.inputs))
      }
    }
    (gradients + time.second.bias).update(from: gradients + projection.bias, count: shape.embeddingWidth)
    projection.weightGradient(gradient, input: buffers.input.pointer, into: gradients, rows: rows)
    conditionGradient(condition, gradient, into: gradients, rows: rows)
    time.second.weightGradient(gradient, input: buffers.timeActivation.pointer, into: gradients, rows: rows)
    if wantsInputGradient {
      projection.inputGradient(parameters, gradient, into: buffers.inputGradient.pointer, rows: rows)
    }
    time.second.inputGradient(parameters, gradient, into: spare.0, rows: rows)
    Activation.silu.backward(
      spare.0, kept: buffers.timeKept.pointer, biasGradient: gradients + time.first.bias, rows: rows,
      columns: time.first.outputs)
    time.first.weightGradient(spare.0, input: buffers.embedding.pointer, into: gradients, rows: rows)
  }

  func addCondition(
    _ parameters: UnsafePointer<Float>, _ condition: ConditionInput, into h: UnsafeMutablePointer<Float>, rows: Int
  ) {
    let columns = shape.embeddingWidth
    switch condition {
    case .none:
      break
    case .dense(let values):
      BLAS.multiply(
        rows: rows, columns: columns, inner: shape.conditionWidth, values, stride: shape.conditionWidth,
        transposed: false, parameters + conditionWeight, stride: columns, transposed: false, into: h, stride: columns,
        beta: 1)
    case .sparse(let indices, let values, let entries):
      ck_sparse_product(
        h, indices, values, parameters + conditionWeight, Int64(rows), Int64(entries), Int64(columns))
    }
  }

  private func conditionGradient(
    _ condition: ConditionInput, _ gradient: UnsafePointer<Float>, into gradients: UnsafeMutablePointer<Float>,
    rows: Int
  ) {
    guard shape.conditionWidth > 0 else { return }
    let columns = shape.embeddingWidth
    let target = gradients + conditionWeight
    switch condition {
    case .none:
      target.update(repeating: 0, count: columns * shape.conditionWidth)
    case .dense(let values):
      BLAS.multiply(
        rows: shape.conditionWidth, columns: columns, inner: rows, values, stride: shape.conditionWidth,
        transposed: true, gradient, stride: columns, transposed: false, into: target, stride: columns)
    case .sparse(let indices, let values, let entries):
      target.update(repeating: 0, count: columns * shape.conditionWidth)
      ck_sparse_gradient(target, indices, values, gradient, Int64(rows), Int64(entries), Int64(columns))
    }
  }
}
