internal import CKernels
public import Tensors

/// Memory for inference on blocks of rows that share one time.
public final class InferenceBuffers {
  /// The most rows that fit.
  public let capacity: Int
  /// The network's output (capacity × output width).
  public let output: Matrix
  let layers: [Matrix]

  /// Creates buffers for blocks of up to `capacity` rows.
  public init(_ shape: NetworkShape, capacity: Int) {
    self.capacity = capacity
    output = Matrix(rows: capacity, columns: shape.outputWidth)
    layers = ([shape.embeddingWidth] + shape.hiddenWidths).map { Matrix(rows: capacity, columns: $0) }
  }
}

extension TimeConditionedNetwork {
  /// The time branch of several times with all biases of h added (times × embedding width).
  ///
  /// Rows that share a time see it as nothing but a bias of h.
  public func timeBranch(_ parameters: UnsafePointer<Float>, times: [Double]) -> Matrix {
    let embedding = Matrix(rows: times.count, columns: shape.timeDimension)
    let frequencies = TimeEmbedding.frequencies(dimension: shape.timeDimension)
    times.withUnsafeBufferPointer { times in
      guard let base = times.baseAddress else { return }
      TimeEmbedding.fill(
        embedding.pointer, times: base, frequencies: frequencies, dimension: shape.timeDimension, rows: times.count)
    }
    let hidden = Matrix(rows: times.count, columns: shape.timeDimension)
    time.first.multiply(parameters, embedding.pointer, into: hidden.pointer, rows: times.count)
    Activation.silu.apply(
      hidden.pointer, bias: parameters + time.first.bias, rows: times.count, columns: shape.timeDimension)
    let result = Matrix(rows: times.count, columns: shape.embeddingWidth)
    time.second.multiply(parameters, hidden.pointer, into: result.pointer, rows: times.count)
    for row in 0..<times.count {
      for column in 0..<shape.embeddingWidth {
        result[row, column] += parameters[projection.bias + column] + parameters[time.second.bias + column]
      }
    }
    return result
  }

  /// W_c c of a block of rows (rows × embedding width).
  public func conditionBranch(
    _ parameters: UnsafePointer<Float>, _ condition: ConditionInput, into result: UnsafeMutablePointer<Float>,
    rows: Int
  ) {
    result.update(repeating: 0, count: rows * shape.embeddingWidth)
    addCondition(parameters, condition, into: result, rows: rows)
  }

  /// `buffers.output` for rows that share one time.
  ///
  /// - Parameters:
  ///   - input: rows × input width.
  ///   - timeRow: a row of `timeBranch`.
  ///   - conditionRows: the result of `conditionBranch`, or nil without a condition.
  public func infer(
    _ parameters: UnsafePointer<Float>, input: UnsafePointer<Float>, timeRow: UnsafePointer<Float>,
    conditionRows: UnsafePointer<Float>?, rows: Int, _ buffers: InferenceBuffers
  ) {
    precondition(rows <= buffers.capacity, "\(rows) rows do not fit into buffers of \(buffers.capacity)")
    var current = buffers.layers[0].pointer
    if let conditionRows { current.update(from: conditionRows, count: rows * shape.embeddingWidth) }
    projection.multiply(parameters, input, into: current, rows: rows, accumulate: conditionRows != nil)
    if shape.activatesEmbedding {
      shape.activation.apply(current, bias: timeRow, rows: rows, columns: shape.embeddingWidth)
    } else {
      ck_bias_add(current, timeRow, Int64(rows), Int64(shape.embeddingWidth))
    }
    for index in 0..<body.count - 1 {
      let layer = body[index]
      let next = buffers.layers[index + 1].pointer
      layer.multiply(parameters, current, into: next, rows: rows)
      shape.activation.apply(next, bias: parameters + layer.bias, rows: rows, columns: layer.outputs)
      current = next
    }
    let head = body[body.count - 1]
    head.multiply(parameters, current, into: buffers.output.pointer, rows: rows)
    ck_bias_add(buffers.output.pointer, parameters + head.bias, Int64(rows), Int64(head.outputs))
  }
}
