internal import Neural
internal import Tensors

/// Runs a denoiser over micro-shards of a batch: fixed row ranges whose gradients are summed in a fixed tree.
final class ShardedLoss {
  let denoiser: Denoiser
  private let features: FeatureRows
  private let condition: ConditionRows
  private let options: TrainingOptions
  private let shardRows: Int
  private let buffers: NetworkBuffers
  private let conditions: ConditionBuffers
  private let noise: Matrix
  private let levels: NoiseLevels
  private let columnLoss: UnsafeMutablePointer<Double>
  private let tree: GradientTree

  init(
    denoiser: Denoiser, features: FeatureRows, condition: ConditionRows, options: TrainingOptions, capacity: Int
  ) {
    self.denoiser = denoiser
    self.features = features
    self.condition = condition
    self.options = options
    shardRows = max(1, min(options.shardRows, capacity))
    buffers = NetworkBuffers(denoiser.shape.network, capacity: shardRows)
    conditions = ConditionBuffers(condition, capacity: shardRows)
    noise = Matrix(rows: shardRows, columns: denoiser.shape.features.width)
    levels = NoiseLevels(
      denoiser.shape.process, location: options.sigmaLocation, scale: options.sigmaScale, capacity: shardRows)
    columnLoss = .allocate(capacity: denoiser.shape.lossCount)
    tree = GradientTree(count: denoiser.network.layout.count)
  }

  deinit { columnLoss.deallocate() }

  /// The streams of one batch: row r of the batch takes draw (r, step) of each.
  struct Draws {
    let noise: RandomStream
    let levels: RandomStream
    let dropout: RandomStream
    let step: UInt32

    init(options: TrainingOptions, name: String, step: Int) {
      noise = RandomStream(seed: options.seed, name: "\(options.stream)/\(name)noise")
      levels = RandomStream(seed: options.seed, name: "\(options.stream)/\(name)sigma")
      dropout = RandomStream(seed: options.seed, name: "\(options.stream)/\(name)dropout")
      self.step = UInt32(truncatingIfNeeded: step)
    }

    private init(_ other: Draws, step: Int) {
      noise = other.noise
      levels = other.levels
      dropout = other.dropout
      self.step = UInt32(truncatingIfNeeded: step)
    }

    func at(step: Int) -> Draws { Draws(self, step: step) }
  }

  /// The mean loss of the rows, without gradients and without dropout.
  func loss(_ parameters: Matrix, rows: UnsafeBufferPointer<Int32>, draws: Draws) -> Double {
    run(parameters, rows: rows, draws: draws, wantsGradient: false)
  }

  /// The mean loss of the rows and its gradient, valid until the next call.
  func lossAndGradient(
    _ parameters: Matrix, rows: UnsafeBufferPointer<Int32>, draws: Draws
  ) -> (loss: Double, gradient: Matrix) {
    let loss = run(parameters, rows: rows, draws: draws, wantsGradient: true)
    return (loss, tree.finish())
  }

  private func run(
    _ parameters: Matrix, rows: UnsafeBufferPointer<Int32>, draws: Draws, wantsGradient: Bool
  ) -> Double {
    guard let base = rows.baseAddress, !rows.isEmpty else { return 0 }
    let columns = denoiser.shape.lossCount
    let total = Double(rows.count) * Double(columns)
    columnLoss.update(repeating: 0, count: columns)
    var start = 0
    while start < rows.count {
      let count = min(shardRows, rows.count - start)
      let shard = base + start
      draws.noise.fillNormals(noise, rows: 0..<count, firstRow: UInt64(start), step: draws.step)
      levels.draw(rows: count, from: draws.levels, firstRow: UInt64(start), step: draws.step)
      let input = conditions.fill(condition, count: count) { Int(shard[$0]) }
      let gradient = wantsGradient ? tree.nextBuffer() : nil
      let rate = denoiser.shape.dropout
      let dropout =
        wantsGradient && rate > 0
        ? Dropout(rate: rate, stream: draws.dropout, firstRow: UInt64(start), step: draws.step) : nil
      denoiser.loss(
        parameters.pointer, features: features, condition: input, rowIndex: shard, noise: noise.pointer,
        levels: levels, rows: count, weight: Float(1 / total), columnLoss: columnLoss,
        gradients: gradient?.pointer, dropout: dropout, buffers)
      if let gradient { tree.add(gradient) }
      start += count
    }
    var sum = 0.0
    for column in 0..<columns { sum += columnLoss[column] }
    return sum / total
  }
}
