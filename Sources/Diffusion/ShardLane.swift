internal import Neural
internal import Tensors

/// What one thread needs to compute a micro-shard: memory that no other thread touches.
final class ShardLane {
  private let shardRows: Int
  private let buffers: NetworkBuffers
  private let conditions: ConditionBuffers
  private let noise: Matrix
  private let levels: NoiseLevels
  private let lossCount: Int
  /// Losses of every row and column of the shard computed last (rows × `lossCount`).
  let losses: UnsafeMutablePointer<Double>

  init(_ shape: DenoiserShape, condition: ConditionRows, options: TrainingOptions, shardRows: Int) {
    self.shardRows = shardRows
    buffers = NetworkBuffers(shape.network, capacity: shardRows)
    conditions = ConditionBuffers(condition, capacity: shardRows)
    noise = Matrix(rows: shardRows, columns: shape.features.width)
    levels = NoiseLevels(
      shape.process, location: options.sigmaLocation, scale: options.sigmaScale, capacity: shardRows)
    lossCount = shape.lossCount
    losses = .allocate(capacity: shardRows * lossCount)
  }

  deinit { losses.deallocate() }

  /// Computes the rows `first..<first + count` of a batch: `losses`, and the gradient of their weighted sum.
  ///
  /// - Parameters:
  ///   - rows: the rows of the table that the batch consists of.
  ///   - gradient: overwritten; nil for the losses alone, without dropout.
  func compute(
    _ denoiser: Denoiser, _ parameters: UnsafePointer<Float>, features: FeatureRows, condition: ConditionRows,
    rows: UnsafePointer<Int32>, first: Int, count: Int, draws: ShardedLoss.Draws, weight: Float, gradient: Matrix?
  ) {
    let shard = rows + first
    draws.noise.fillNormals(noise, rows: 0..<count, firstRow: UInt64(first), step: draws.step)
    levels.draw(rows: count, from: draws.levels, firstRow: UInt64(first), step: draws.step)
    let input = conditions.fill(condition, count: count) { Int(shard[$0]) }
    let rate = denoiser.shape.dropout
    let dropout =
      gradient != nil && rate > 0
      ? Dropout(rate: rate, stream: draws.dropout, firstRow: UInt64(first), step: draws.step) : nil
    losses.update(repeating: 0, count: count * lossCount)
    denoiser.loss(
      parameters, features: features, condition: input, rowIndex: shard, noise: noise.pointer, levels: levels,
      rows: count, weight: weight, columnLoss: losses, lossStride: lossCount, gradients: gradient?.pointer,
      dropout: dropout, buffers)
  }
}
