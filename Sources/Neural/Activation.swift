internal import CKernels

/// An element-wise nonlinearity with its bias.
public enum Activation: String, Codable, Sendable {
  /// x · sigmoid(x).
  case silu
  /// max(0, x).
  case relu

  /// Adds the bias and applies the nonlinearity.
  ///
  /// `h` (rows × columns) becomes whatever `backward` needs; `output` receives the activation. For ReLU both are the
  /// same memory.
  func forward(
    _ h: UnsafeMutablePointer<Float>, output: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, rows: Int,
    columns: Int
  ) {
    switch self {
    case .silu: ck_bias_silu(h, output, bias, Int64(rows), Int64(columns))
    case .relu: ck_bias_relu(h, bias, Int64(rows), Int64(columns))
    }
  }

  /// Adds the bias and applies the nonlinearity in place, keeping nothing for a backward pass.
  func apply(_ h: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, rows: Int, columns: Int) {
    switch self {
    case .silu: ck_bias_silu_in_place(h, bias, Int64(rows), Int64(columns))
    case .relu: ck_bias_relu(h, bias, Int64(rows), Int64(columns))
    }
  }

  /// Turns the gradient of the activation into that of the sum before it, and gives the bias its gradient.
  func backward(
    _ gradient: UnsafeMutablePointer<Float>, kept: UnsafePointer<Float>, biasGradient: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int
  ) {
    switch self {
    case .silu: ck_silu_backward(gradient, kept, biasGradient, Int64(rows), Int64(columns))
    case .relu: ck_relu_backward(gradient, kept, biasGradient, Int64(rows), Int64(columns))
    }
  }

  /// True when the activation may overwrite the sum it came from.
  var worksInPlace: Bool { self == .relu }
}
