internal import CKernels
public import Tensors

/// A time-conditioned classifier of noisy rows with batch normalisation and dropout, with hand-written forward and
/// backward passes over flat parameters.
///
/// h₀ = proj(x) + time₂(SiLU(time₀(embedding(t)))); then for every width a linear layer, a rectifier (leaky after the
/// first layer), batch normalisation and dropout; a linear layer gives one logit per label.
///
/// Source: Pang et al., "ClavaDDPM", 2024, and its code: names `proj`, `time_embed.0`, `time_embed.2`, `model.4i` for
/// the linear layers and `model.4i+2` for the normalisations.
public struct ClassifierNetwork: Sendable {
  /// Sizes.
  public let shape: ClassifierShape
  /// Positions of the parameters.
  public let layout: ParameterLayout
  /// Positions of the running statistics.
  public let statistics: ParameterLayout

  let projection: Linear
  let time: (first: Linear, second: Linear)
  let body: [Linear]
  let normalizations: [BatchNormalization]
  let threshold: UInt32
  let frequencies: [Double]

  /// Factor of negative values behind every layer but the first.
  static let leak: Float = 0.01

  /// Lays out the parameters of a classifier.
  public init(_ shape: ClassifierShape) {
    precondition(
      shape.inputWidth > 0 && shape.classCount > 0 && shape.timeDimension > 0 && !shape.layers.isEmpty
        && shape.layers.allSatisfy { $0 > 0 },
      "a classifier of \(shape.inputWidth) columns, \(shape.classCount) labels, layers \(shape.layers)")
    self.shape = shape
    var layout = ParameterLayout()
    var statistics = ParameterLayout()
    projection = Linear("proj", inputs: shape.inputWidth, outputs: shape.timeDimension, layout: &layout)
    time = (
      Linear("time_embed.0", inputs: shape.timeDimension, outputs: shape.timeDimension, layout: &layout),
      Linear("time_embed.2", inputs: shape.timeDimension, outputs: shape.timeDimension, layout: &layout)
    )
    var body: [Linear] = []
    var normalizations: [BatchNormalization] = []
    let widths = [shape.timeDimension] + shape.layers
    for (index, width) in shape.layers.enumerated() {
      body.append(Linear("model.\(4 * index)", inputs: widths[index], outputs: width, layout: &layout))
      normalizations.append(
        BatchNormalization(
          "model.\(4 * index + 2)", columns: width, parameters: &layout, statistics: &statistics))
    }
    let last = shape.layers.count
    body.append(Linear("model.\(4 * last)", inputs: widths[last], outputs: shape.classCount, layout: &layout))
    self.body = body
    self.normalizations = normalizations
    self.layout = layout
    self.statistics = statistics
    threshold = ClassifierDropout.threshold(shape.dropout)
    frequencies = TimeEmbedding.frequencies(dimension: shape.timeDimension)
  }

  /// Draws initial parameters: ±1/√(number of inputs), normalisations 1 and 0.
  public func initialize(_ parameters: UnsafeMutablePointer<Float>, from stream: RandomStream) {
    layout.initialize(parameters, from: stream)
    for layer in normalizations {
      (parameters + layer.weight).update(repeating: 1, count: layer.columns)
      (parameters + layer.bias).update(repeating: 0, count: layer.columns)
    }
  }

  /// Sets the running statistics to those of no batch: mean 0 and variance 1.
  public func initializeStatistics(_ running: UnsafeMutablePointer<Float>) {
    for layer in normalizations {
      (running + layer.runningMean).update(repeating: 0, count: layer.columns)
      (running + layer.runningVariance).update(repeating: 1, count: layer.columns)
    }
  }

  func slope(_ layer: Int) -> Float { layer == 0 ? 0 : Self.leak }

  /// Fills the time embeddings of a batch.
  package func embed(_ times: UnsafePointer<Double>, rows: Int, _ buffers: ClassifierBuffers) {
    TimeEmbedding.fill(
      buffers.embedding.pointer, times: times, frequencies: frequencies, dimension: shape.timeDimension, rows: rows)
  }

  /// Logits of a training batch in `buffers.output` from `buffers.input` and the embeddings, normalised by the
  /// statistics of the batch; keeps what the backward pass needs.
  ///
  /// - Parameters:
  ///   - running: the running statistics, updated; nil leaves them alone.
  ///   - dropout: the decisions of this step; nil keeps every activation.
  package func forward(
    _ parameters: UnsafePointer<Float>, running: UnsafeMutablePointer<Float>?, dropout: ClassifierDropout?, rows: Int,
    _ buffers: ClassifierBuffers
  ) {
    precondition(rows <= buffers.capacity, "\(rows) rows do not fit into buffers of \(buffers.capacity)")
    fillHidden(parameters, rows: rows, buffers)
    let drops = dropout != nil && threshold > 0
    for (index, layer) in body.enumerated() {
      if index < normalizations.count { buffers.statistics[index].reset() }
      buffers.forEachBlock(of: rows) { start, count in
        if index > 0, drops, let dropout {
          ck_dropout_mask(
            buffers.kept[index - 1] + start * layer.inputs, Int64(count), Int64(layer.inputs), threshold, dropout.key,
            UInt32(start), dropout.step, UInt32(index - 1))
        }
        let input = self.input(ofLayer: index, start: start, count: count, drops: drops, buffers)
        let isHead = index == normalizations.count
        let output = (isHead ? buffers.output : buffers.activations[index]).pointer + start * layer.outputs
        layer.multiply(parameters, input, into: output, rows: count)
        let bias = parameters + layer.bias
        if isHead {
          ck_bias_add(output, bias, Int64(count), Int64(layer.outputs))
        } else {
          let batch = buffers.statistics[index]
          ck_bias_leaky_moments(
            output, bias, slope(index), Int64(count), Int64(layer.outputs), Int64(start), batch.mean, batch.squares)
        }
      }
      if index < normalizations.count {
        normalizations[index].prepare(
          buffers.statistics[index], parameters: parameters, running: running, rows: rows,
          factor: drops ? ClassifierDropout.factor(threshold: threshold) : 1)
      }
    }
  }

  /// The input of a linear layer for one block: h₀, or the normalised activations of the layer before.
  func input(
    ofLayer index: Int, start: Int, count: Int, drops: Bool, _ buffers: ClassifierBuffers
  ) -> UnsafeMutablePointer<Float> {
    guard index > 0 else { return buffers.hidden.pointer + start * shape.timeDimension }
    let (batch, columns) = (buffers.statistics[index - 1], shape.layers[index - 1])
    let result = buffers.normalised.pointer
    ck_normalise(
      result, buffers.activations[index - 1].pointer + start * columns,
      drops ? UnsafePointer(buffers.kept[index - 1] + start * columns) : nil, batch.scale.pointer, batch.shift.pointer,
      Int64(count), Int64(columns))
    return result
  }

  private func fillHidden(_ parameters: UnsafePointer<Float>, rows: Int, _ buffers: ClassifierBuffers) {
    time.first.multiply(parameters, buffers.embedding.pointer, into: buffers.timeKept.pointer, rows: rows)
    Activation.silu.forward(
      buffers.timeKept.pointer, output: buffers.timeActivation.pointer, bias: parameters + time.first.bias, rows: rows,
      columns: time.first.outputs)
    let hidden = buffers.hidden.pointer
    time.second.multiply(parameters, buffers.timeActivation.pointer, into: hidden, rows: rows)
    projection.multiply(parameters, buffers.input.pointer, into: hidden, rows: rows, accumulate: true)
    let bias = buffers.combinedBias.pointer
    for column in 0..<shape.timeDimension {
      bias[column] = parameters[projection.bias + column] + parameters[time.second.bias + column]
    }
    ck_bias_add(hidden, bias, Int64(rows), Int64(shape.timeDimension))
  }
}
