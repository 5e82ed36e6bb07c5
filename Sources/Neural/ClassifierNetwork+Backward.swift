internal import CKernels
internal import Tensors

extension ClassifierNetwork {
  /// The mean cross-entropy of a batch from its logits in `buffers.output`, which become its gradient.
  ///
  /// - Parameter lossSquared: the gradient is that of half the squared loss, as the published trainer has it.
  package func loss(
    labels: UnsafePointer<Int32>, lossSquared: Bool = false, rows: Int, _ buffers: ClassifierBuffers
  ) -> Double {
    let output = buffers.output.pointer
    let sum = ck_label_loss(output, labels, 1 / Float(rows), Int64(rows), Int64(shape.classCount))
    let loss = sum / Double(rows)
    if lossSquared {
      for index in 0..<rows * shape.classCount { output[index] *= Float(loss) }
    }
    return loss
  }

  /// Gradients of all parameters from the gradient of the logits in `buffers.output`, written over `gradients`.
  ///
  /// - Parameters:
  ///   - drops: whether the forward pass left activations out.
  ///   - inputGradient: receives the gradient of the rows (rows × input width) when given.
  package func backward(
    _ parameters: UnsafePointer<Float>, drops: Bool, rows: Int, _ buffers: ClassifierBuffers,
    gradients: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>? = nil
  ) {
    let drops = drops && threshold > 0
    let factor = Float(drops ? ClassifierDropout.factor(threshold: threshold) : 1)
    var gradient = buffers.output.pointer
    var spare = (buffers.firstGradient.pointer, buffers.secondGradient.pointer)
    for (index, layer) in body.enumerated().reversed() {
      let isHead = index == normalizations.count
      if !isHead {
        normalizations[index].prepareBackward(
          buffers.statistics[index], parameters: parameters, gradients: gradients, rows: rows)
      }
      buffers.biasSums.update(repeating: 0, count: layer.outputs)
      buffers.forEachBlock(of: rows) { start, count in
        let block = gradient + start * layer.outputs
        if !isHead { throughNormalization(index, block, start: start, count: count, buffers) }
        let input = self.input(ofLayer: index, start: start, count: count, drops: drops, buffers)
        layer.addWeightGradient(block, input: input, into: gradients, rows: count, accumulate: start > 0)
        let below = spare.0 + start * layer.inputs
        layer.inputGradient(parameters, block, into: below, rows: count)
        guard index > 0 else { return }
        let (batch, kept) = (
          buffers.statistics[index - 1], drops ? buffers.kept[index - 1] + start * layer.inputs : nil
        )
        ck_normalise_sums(
          below, buffers.activations[index - 1].pointer + start * layer.inputs, kept, batch.centre.pointer, factor,
          Int64(count), Int64(layer.inputs), batch.sums, batch.products)
      }
      if isHead {
        layer.biasGradient(gradient, into: gradients, rows: rows)
      } else {
        for column in 0..<layer.outputs { gradients[layer.bias + column] = Float(buffers.biasSums[column]) }
      }
      gradient = spare.0
      spare = (spare.1, spare.0)
    }
    hiddenBackward(
      parameters, gradient, spare: spare.0, rows: rows, buffers, gradients: gradients, inputGradient: inputGradient)
  }

  /// Turns the gradient of a block's normalised activations into that of the layer's sums.
  private func throughNormalization(
    _ index: Int, _ gradient: UnsafeMutablePointer<Float>, start: Int, count: Int, _ buffers: ClassifierBuffers
  ) {
    let (batch, columns) = (buffers.statistics[index], shape.layers[index])
    ck_normalise_backward(
      gradient, buffers.activations[index].pointer + start * columns, batch.centre.pointer,
      batch.gradientScale.pointer, batch.gradientShift.pointer, batch.gradientSlope.pointer, slope(index),
      Int64(count), Int64(columns), buffers.biasSums)
  }

  /// Gradients of the projection and the time branch from that of h₀.
  private func hiddenBackward(
    _ parameters: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, spare: UnsafeMutablePointer<Float>,
    rows: Int, _ buffers: ClassifierBuffers, gradients: UnsafeMutablePointer<Float>,
    inputGradient: UnsafeMutablePointer<Float>?
  ) {
    projection.biasGradient(gradient, into: gradients, rows: rows)
    (gradients + time.second.bias).update(from: gradients + projection.bias, count: shape.timeDimension)
    projection.weightGradient(gradient, input: buffers.input.pointer, into: gradients, rows: rows)
    time.second.weightGradient(gradient, input: buffers.timeActivation.pointer, into: gradients, rows: rows)
    if let inputGradient { projection.inputGradient(parameters, gradient, into: inputGradient, rows: rows) }
    time.second.inputGradient(parameters, gradient, into: spare, rows: rows)
    Activation.silu.backward(
      spare, kept: buffers.timeKept.pointer, biasGradient: gradients + time.first.bias, rows: rows,
      columns: time.first.outputs)
    time.first.weightGradient(spare, input: buffers.embedding.pointer, into: gradients, rows: rows)
  }
}

extension Linear {
  /// W's gradient of one block of rows, added to that of the blocks before when `accumulate`.
  fileprivate func addWeightGradient(
    _ outputGradient: UnsafePointer<Float>, input: UnsafePointer<Float>, into gradients: UnsafeMutablePointer<Float>,
    rows: Int, accumulate: Bool
  ) {
    BLAS.multiply(
      rows: outputs, columns: inputs, inner: rows, outputGradient, stride: outputs, transposed: true, input,
      stride: inputs, transposed: false, into: gradients + weight, stride: inputs, beta: accumulate ? 1 : 0)
  }
}
