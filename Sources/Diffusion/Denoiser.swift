internal import CKernels
public import Neural
internal import Tensors

/// Sizes of a denoiser.
public struct DenoiserShape: Codable, Sendable, Equatable {
  /// Columns of the table.
  public var features: FeatureLayout
  /// Columns of the condition; 0 for none.
  public var conditionWidth: Int
  /// Width of every hidden layer; at least one.
  public var layers: [Int]
  /// Length of the time embedding.
  public var timeDimension: Int

  /// Creates a shape.
  public init(features: FeatureLayout, conditionWidth: Int, layers: [Int], timeDimension: Int = 128) {
    self.features = features
    self.conditionWidth = conditionWidth
    self.layers = layers
    self.timeDimension = timeDimension
  }

  /// The network behind it.
  public var network: NetworkShape {
    .conditional(
      inputWidth: features.width, conditionWidth: conditionWidth, outputWidth: features.width,
      timeDimension: timeDimension, layers: layers)
  }

  /// Number of parameters.
  public var parameterCount: Int { TimeConditionedNetwork(network).layout.parameterCount }
}

/// A network with the preconditioning of EDM and mixed heads: squared error for numeric columns, cross-entropy for
/// categorical ones.
///
/// Source: Karras et al., "Elucidating the design space of diffusion-based generative models", 2022, table 1 with
/// σ_data = 1.
public final class Denoiser: Sendable {
  /// Sizes.
  public let shape: DenoiserShape
  /// The network.
  public let network: TimeConditionedNetwork
  let heads: KernelLayout

  /// Factor of ln σ before the time embedding.
  public static let timeFactor = 250.0

  /// Creates a denoiser.
  public init(_ shape: DenoiserShape) {
    precondition(shape.features.width > 0, "a table without columns has nothing to denoise")
    self.shape = shape
    network = TimeConditionedNetwork(shape.network)
    heads = KernelLayout(shape.features)
  }

  /// Sums of the losses of some rows, and the gradient of weight × their total.
  ///
  /// - Parameters:
  ///   - parameters: flat, in the order of `network.layout`.
  ///   - features: the table.
  ///   - condition: conditions of the rows, in the same order.
  ///   - rowIndex: the rows of the table.
  ///   - noise: rows × width standard normals.
  ///   - sigma: noise level of every row.
  ///   - weight: factor of every loss, 1 / (batch size × columns) for the mean.
  ///   - columnLoss: one sum per column, added to.
  ///   - gradients: overwritten; nil for the loss alone.
  package func loss(
    _ parameters: UnsafePointer<Float>, features: FeatureRows, condition: ConditionInput,
    rowIndex: UnsafePointer<Int32>, noise: UnsafePointer<Float>, sigma: UnsafePointer<Double>, rows: Int,
    weight: Float, columnLoss: UnsafeMutablePointer<Double>, gradients: UnsafeMutablePointer<Float>?,
    _ buffers: DenoiserBuffers
  ) {
    features.numerics.withUnsafeBufferPointer { numerics in
      features.codes.withUnsafeBufferPointer { codes in
        // A table may lack either kind of column; the kernels then read nothing through the stand-in.
        let numerics = numerics.baseAddress ?? noise
        let codes = codes.baseAddress ?? rowIndex
        withUnsafePointer(to: heads.value) { layout in
          ck_edm_inputs(
            buffers.network.input.pointer, layout, numerics, codes, rowIndex, noise, sigma, Int64(rows))
          ck_edm_times(buffers.times, sigma, Self.timeFactor, Int64(rows))
          network.embed(buffers.times, rows: rows, buffers.network)
          network.forward(parameters, condition: condition, rows: rows, buffers.network)
          ck_edm_loss(
            buffers.network.output.pointer, columnLoss, layout, numerics, codes, rowIndex, noise, sigma,
            Int64(rows), weight)
        }
      }
    }
    if let gradients {
      network.backward(
        parameters, condition: condition, rows: rows, buffers.network, gradients: gradients)
    }
  }
}

/// Memory for one block of rows in training.
package final class DenoiserBuffers {
  package let network: NetworkBuffers
  let times: UnsafeMutablePointer<Double>

  package init(_ denoiser: Denoiser, capacity: Int) {
    network = NetworkBuffers(denoiser.shape.network, capacity: capacity)
    times = .allocate(capacity: max(1, capacity))
  }

  deinit { times.deallocate() }
}
