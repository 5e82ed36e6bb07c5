internal import CKernels
internal import Essentials
internal import Neural
internal import Tensors

/// Runs a denoiser over micro-shards of a batch: fixed row ranges whose gradients are summed in a fixed tree.
///
/// Shards may be computed by several threads at a time. What is added up, and in which order, follows from the shards
/// alone, so that the bits are the same for any number of threads.
final class ShardedLoss {
  let denoiser: Denoiser
  private let features: FeatureRows
  private let condition: ConditionRows
  private let options: TrainingOptions
  private let shardRows: Int
  private let columnLoss: UnsafeMutablePointer<Double>
  private let tree: GradientTree
  private let team: ThreadTeam
  private var lanes: [ShardLane] = []

  /// Threads that compute shards, the caller's included.
  var threads = 1 {
    didSet { tree.threads = threads }
  }

  init(
    denoiser: Denoiser, features: FeatureRows, condition: ConditionRows, options: TrainingOptions, capacity: Int,
    team: ThreadTeam
  ) {
    self.denoiser = denoiser
    self.features = features
    self.condition = condition
    self.options = options
    self.team = team
    shardRows = max(1, min(options.shardRows, capacity))
    columnLoss = .allocate(capacity: denoiser.shape.lossCount)
    tree = GradientTree(count: denoiser.network.layout.count, team: team)
  }

  deinit { columnLoss.deallocate() }

  /// Number of micro-shards of so many rows.
  func shardCount(_ rows: Int) -> Int { (rows + shardRows - 1) / shardRows }

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

  /// Computes as many shards at a time as there are threads, and adds them up in their order.
  private func run(
    _ parameters: Matrix, rows: UnsafeBufferPointer<Int32>, draws: Draws, wantsGradient: Bool
  ) -> Double {
    guard let base = rows.baseAddress, !rows.isEmpty else { return 0 }
    let columns = denoiser.shape.lossCount
    let total = Double(rows.count) * Double(columns)
    let weight = Float(1 / total)
    let shards = shardCount(rows.count)
    columnLoss.update(repeating: 0, count: columns)
    var done = 0
    while done < shards {
      let first = done
      let wave = min(threads, shards - done)
      let lanes = readyLanes(wave)
      let gradients = (0..<wave).map { _ in wantsGradient ? tree.nextBuffer() : nil }
      func extent(_ part: Int) -> (first: Int, count: Int) {
        let start = (first + part) * shardRows
        return (start, min(shardRows, rows.count - start))
      }
      team.run(parts: wave, threads: wave) { [denoiser, features, condition] part, _ in
        let (first, count) = extent(part)
        lanes[part].compute(
          denoiser, parameters.pointer, features: features, condition: condition, rows: base, first: first,
          count: count, draws: draws, weight: weight, gradient: gradients[part])
      }
      for part in 0..<wave {
        ck_add_losses(columnLoss, lanes[part].losses, Int64(extent(part).count), Int64(columns))
        if let gradient = gradients[part] { tree.add(gradient) }
      }
      done += wave
    }
    var sum = 0.0
    for column in 0..<columns { sum += columnLoss[column] }
    return sum / total
  }

  /// As many lanes; made when they are first needed, and kept.
  private func readyLanes(_ count: Int) -> [ShardLane] {
    while lanes.count < count {
      lanes.append(ShardLane(denoiser.shape, condition: condition, options: options, shardRows: shardRows))
    }
    return lanes
  }
}
