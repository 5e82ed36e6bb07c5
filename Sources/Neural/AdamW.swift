internal import CKernels
public import Essentials
internal import Foundation
public import Tensors

/// Constants of AdamW.
public struct AdamWSettings: Codable, Sendable, Equatable {
  /// Decay of the mean of the gradients.
  public var beta1 = 0.9
  /// Decay of the mean of their squares.
  public var beta2 = 0.999
  /// Added to the root of the second moment.
  public var epsilon = 1e-8
  /// Decoupled weight decay, applied to all parameters.
  public var weightDecay = 1e-5

  /// Creates settings.
  public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 1e-5) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }
}

/// Parameters, the optimiser's moments and the moving average, each one flat buffer.
///
/// Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
public final class OptimizedParameters {
  /// Names and positions.
  public let layout: ParameterLayout
  /// The parameters.
  public let values: Matrix
  /// Moving average of the parameters; the one to sample with.
  public let average: Matrix
  /// Mean of the gradients.
  public let mean: Matrix
  /// Mean of the squared gradients.
  public let variance: Matrix

  /// Creates zeros.
  public init(_ layout: ParameterLayout) {
    self.layout = layout
    values = Matrix(rows: 1, columns: layout.count)
    average = Matrix(rows: 1, columns: layout.count)
    mean = Matrix(rows: 1, columns: layout.count)
    variance = Matrix(rows: 1, columns: layout.count)
  }

  /// Draws initial parameters; the average starts equal to them.
  public func initialize(from stream: RandomStream) {
    layout.initialize(values.pointer, from: stream)
    average.pointer.update(from: values.pointer, count: layout.count)
  }

  /// One update.
  ///
  /// - Parameters:
  ///   - gradients: as long as the parameters.
  ///   - step: number of updates made before.
  ///   - learningRate: rate of this step.
  ///   - averageDecay: weight of the old average.
  ///   - team: threads that update a range of the parameters each; every parameter stands alone, so the bits are the
  ///     same for any number.
  ///   - threads: how many of them may.
  public func update(
    gradients: UnsafePointer<Float>, step: Int, learningRate: Double, averageDecay: Double, settings: AdamWSettings,
    team: ThreadTeam? = nil, threads: Int = 1
  ) {
    let count = Double(step + 1)
    let constants = ck_adamw_settings(
      learning_rate: Float(learningRate), weight_decay: Float(settings.weightDecay), beta1: Float(settings.beta1),
      beta2: Float(settings.beta2), first_rest: Float(1 - settings.beta1), second_rest: Float(1 - settings.beta2),
      epsilon: Float(settings.epsilon),
      first_correction: Float(1 - pow(settings.beta1, count)),
      second_correction_root: Float((1 - pow(settings.beta2, count)).squareRoot()),
      average_decay: Float(averageDecay), average_rest: Float(1 - averageDecay))
    let (values, mean, variance, average) = (values.pointer, mean.pointer, variance.pointer, average.pointer)
    func update(_ range: Range<Int>) {
      withUnsafePointer(to: constants) { constants in
        let first = range.lowerBound
        ck_adamw_average(
          values + first, mean + first, variance + first, average + first, gradients + first, Int64(range.count),
          constants)
      }
    }
    if let team, threads > 1 {
      team.divide(layout.count, threads: threads, update)
    } else {
      update(0..<layout.count)
    }
  }

  /// All four buffers as tensors `parameters/…`, `average/…`, `mean/…`, `variance/…`.
  public func export() -> [NamedTensor] {
    zip(Self.prefixes, buffers).flatMap { layout.export($1.pointer, prefix: $0) }
  }

  /// Takes over all four buffers; returns a sentence when a tensor is missing or has another shape.
  public func load(_ tensors: [String: NamedTensor]) -> String? {
    for (prefix, buffer) in zip(Self.prefixes, buffers) {
      if let problem = layout.load(tensors, prefix: prefix, into: buffer.pointer) { return problem }
    }
    return nil
  }

  private static let prefixes = ["parameters/", "average/", "mean/", "variance/"]
  private var buffers: [Matrix] { [values, average, mean, variance] }
}
