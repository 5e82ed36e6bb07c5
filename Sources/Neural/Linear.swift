internal import CKernels
internal import Tensors

/// An affine map y = x · Wᵀ + b whose parameters lie in a flat buffer; W is `[out, in]`.
struct Linear: Sendable {
  let inputs: Int
  let outputs: Int
  let weight: Int
  let bias: Int

  /// Appends `name.weight` and `name.bias` to a layout.
  init(_ name: String, inputs: Int, outputs: Int, layout: inout ParameterLayout) {
    self.inputs = inputs
    self.outputs = outputs
    weight = layout.add("\(name).weight", shape: [outputs, inputs], fanIn: inputs)
    bias = layout.add("\(name).bias", shape: [outputs], fanIn: inputs)
  }

  /// output = input · Wᵀ, added to what is there when `accumulate`; the bias is left to the activation that follows.
  func multiply(
    _ parameters: UnsafePointer<Float>, _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>,
    rows: Int, accumulate: Bool = false
  ) {
    BLAS.multiply(
      rows: rows, columns: outputs, inner: inputs, input, stride: inputs, transposed: false, parameters + weight,
      stride: inputs, transposed: true, into: output, stride: outputs, beta: accumulate ? 1 : 0)
  }

  /// W's gradient from the gradient of the output.
  func weightGradient(
    _ outputGradient: UnsafePointer<Float>, input: UnsafePointer<Float>, into gradients: UnsafeMutablePointer<Float>,
    rows: Int
  ) {
    BLAS.multiply(
      rows: outputs, columns: inputs, inner: rows, outputGradient, stride: outputs, transposed: true, input,
      stride: inputs, transposed: false, into: gradients + weight, stride: inputs)
  }

  /// The bias's gradient: the column sums of the output's gradient.
  func biasGradient(
    _ outputGradient: UnsafePointer<Float>, into gradients: UnsafeMutablePointer<Float>, rows: Int
  ) {
    ck_column_sums(outputGradient, gradients + bias, Int64(rows), Int64(outputs))
  }

  /// The input's gradient times `scale`.
  func inputGradient(
    _ parameters: UnsafePointer<Float>, _ outputGradient: UnsafePointer<Float>,
    into inputGradient: UnsafeMutablePointer<Float>, rows: Int, scale: Float = 1
  ) {
    BLAS.multiply(
      rows: rows, columns: inputs, inner: outputs, outputGradient, stride: outputs, transposed: false,
      parameters + weight, stride: inputs, transposed: false, into: inputGradient, stride: inputs, alpha: scale)
  }
}
