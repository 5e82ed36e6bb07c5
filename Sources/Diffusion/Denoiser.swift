internal import CKernels
public import Neural
internal import Tensors

/// A network with the inputs and losses of its noise process.
///
/// The continuous process has the preconditioning of EDM and mixed heads: squared error for numeric columns,
/// cross-entropy for categorical ones. In the discrete process the network predicts the noise of all its inputs,
/// scaled one-hot columns included.
///
/// Source: Karras et al., "Elucidating the design space of diffusion-based generative models", 2022, table 1 with
/// σ_data = 1; Ho et al., "Denoising diffusion probabilistic models", 2020, algorithm 1.
public final class Denoiser: Sendable {
  /// Sizes.
  public let shape: DenoiserShape
  /// The network.
  public let network: TimeConditionedNetwork
  let heads: KernelLayout
  private let bound: VariationalBound?

  /// Creates a denoiser.
  public init(_ shape: DenoiserShape, loss: TrainingLoss = .squaredError) {
    precondition(shape.features.width > 0, "a table without columns has nothing to denoise")
    self.shape = shape
    network = TimeConditionedNetwork(shape.network)
    heads = KernelLayout(shape.features)
    switch (loss, shape.process) {
    case (.variationalBound, .ddpm(let schedule)): bound = VariationalBound(schedule)
    case (.variationalBound, .edm): preconditionFailure("the variational bound belongs to the discrete process")
    case (.squaredError, _): bound = nil
    }
  }

  /// Sums of the losses of some rows, and the gradient of weight × their total.
  ///
  /// - Parameters:
  ///   - parameters: flat, in the order of `network.layout`.
  ///   - features: the table.
  ///   - condition: conditions of the rows, in the same order.
  ///   - rowIndex: the rows of the table.
  ///   - noise: rows × width standard normals.
  ///   - levels: noise level of every row.
  ///   - weight: factor of every loss, 1 / (batch size × `shape.lossCount`) for the mean.
  ///   - columnLoss: `shape.lossCount` sums, added to.
  ///   - lossStride: distance of the sums of two rows: 0 to sum over rows, `shape.lossCount` to keep each row's losses.
  ///   - gradients: overwritten; nil for the loss alone.
  ///   - dropout: masks of a training step.
  package func loss(
    _ parameters: UnsafePointer<Float>, features: FeatureRows, condition: ConditionInput,
    rowIndex: UnsafePointer<Int32>, noise: UnsafePointer<Float>, levels: NoiseLevels, rows: Int,
    weight: Float, columnLoss: UnsafeMutablePointer<Double>, lossStride: Int = 0,
    gradients: UnsafeMutablePointer<Float>?, dropout: Dropout? = nil, _ buffers: NetworkBuffers
  ) {
    features.numerics.withUnsafeBufferPointer { numerics in
      features.codes.withUnsafeBufferPointer { codes in
        // A table may lack either kind of column; the kernels then read nothing through the stand-in.
        let table = (numerics: numerics.baseAddress ?? noise, codes: codes.baseAddress ?? rowIndex)
        withUnsafePointer(to: heads.value) { layout in
          ck_edm_inputs(
            buffers.input.pointer, layout, table.numerics, table.codes, rowIndex, noise, levels.sigma, Int64(rows))
          network.embed(levels.times, rows: rows, buffers)
          network.forward(parameters, condition: condition, rows: rows, buffers, dropout: dropout)
          let output = buffers.output.pointer
          switch (shape.process, bound) {
          case (.edm, _):
            ck_edm_loss(
              output, columnLoss, Int64(lossStride), layout, table.numerics, table.codes, rowIndex, noise,
              levels.sigma, Int64(rows), weight)
          case (.ddpm, .none):
            ck_noise_loss(
              output, columnLoss, Int64(lossStride), layout, table.codes, rowIndex, noise, Int64(rows), weight)
          case (.ddpm, .some(let bound)):
            withUnsafePointer(to: bound.value) { bound in
              ck_bound_loss(
                output, columnLoss, Int64(lossStride), layout, table.numerics, table.codes, rowIndex, noise,
                levels.times, bound, Int64(rows), weight)
            }
          }
        }
      }
    }
    if let gradients {
      network.backward(
        parameters, condition: condition, rows: rows, buffers, gradients: gradients, dropout: dropout)
    }
  }
}
