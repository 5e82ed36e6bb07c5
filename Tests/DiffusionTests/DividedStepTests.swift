import Diffusion
import Essentials
import Neural
import Tensors
import Testing

@Suite("Training steps divided among threads")
struct DividedStepTests {
  /// Numbers, categories and a missing-value indicator, all from a stream.
  private func table(rows: Int) -> FeatureRows {
    let stream = RandomStream(seed: 5, name: "table")
    let layout = FeatureLayout(numericCount: 3, levelCounts: [2, 5], scales: [1.4, 1.1])
    return FeatureRows(
      layout: layout, rowCount: rows, numerics: (0..<3 * rows).map { Float(stream.normal(row: UInt64($0))) },
      codes: (0..<2 * rows).map {
        Int32(stream.integer(below: layout.levelCounts[$0 % 2], row: UInt64($0), step: 1))
      })
  }

  /// One way to train.
  struct Variant: Sendable, CustomTestStringConvertible {
    var name: String
    var process: NoiseProcess
    var loss: TrainingLoss = .squaredError
    var dropout = 0.0
    var layers = [24, 24]

    var testDescription: String { name }
  }

  static let variants = [
    Variant(name: "continuous", process: .edm),
    Variant(name: "discrete, dropout", process: .ddpm(GaussianSchedule(kind: .cosine, steps: 50)), dropout: 0.2),
    Variant(
      name: "discrete, bound", process: .ddpm(GaussianSchedule(kind: .linear, steps: 50)), loss: .variationalBound),
    // Large enough that sums of gradients and the optimiser's step are divided, too.
    Variant(name: "continuous, wide", process: .edm, layers: [256, 160]),
  ]

  /// Losses and states of a few steps; `threads` says how many compute each.
  private func train(
    _ variant: Variant, shards: Int, shardRows: Int, threads: (Int) -> Int
  ) throws -> (losses: [UInt64], state: TrainerState, helpers: Int) {
    let rows = shards * shardRows
    // The last shard of a batch is a row short, and the holdout has a number of shards of its own.
    let features = table(rows: 400)
    var options = TrainingOptions(
      steps: 6, batch: rows - 1, warmup: 2, remainderBatches: true, loss: variant.loss, holdoutShare: 0.2,
      earlyStopping: true, shardRows: shardRows, seed: 9, stream: "table")
    options.ema = 0.9
    let condition = ConditionRows(
      rowCount: 400, parts: [.label(codes: (0..<400).map { $0 % 90 - 1 }, levels: 90)])
    let trainer = DenoiserTrainer(
      shape: DenoiserShape(
        features: features.layout, conditionWidth: condition.width, layers: variant.layers, timeDimension: 16,
        process: variant.process, dropout: variant.dropout),
      features: features, condition: condition, options: options)
    #expect(trainer.maximumThreads == shards)
    var losses: [UInt64] = []
    for step in 0..<6 {
      trainer.threads = threads(step)
      losses.append(try trainer.step().bitPattern)
    }
    return (losses, trainer.state, trainer.helperCount)
  }

  @Test("one to five threads give the same bits for every number of micro-shards", arguments: variants)
  func sameBits(variant: Variant) throws {
    for shards in [1, 2, 3, 4, 5, 7, 8, 13] {
      let one = try train(variant, shards: shards, shardRows: 16) { _ in 1 }
      #expect(one.helpers == 0)
      for threads in 2...5 {
        let several = try train(variant, shards: shards, shardRows: 16) { _ in threads }
        #expect(several.losses == one.losses, "\(shards) shards, \(threads) threads")
        #expect(several.state == one.state, "\(shards) shards, \(threads) threads")
        #expect(several.helpers == min(threads, shards) - 1)
      }
    }
  }

  @Test("threads that come and go between steps change no bit", arguments: variants)
  func changing(variant: Variant) throws {
    let one = try train(variant, shards: 5, shardRows: 16) { _ in 1 }
    for pattern in [[1, 2, 3, 4, 5, 1], [5, 1, 4, 2, 1, 3], [2, 2, 1, 1, 2, 2]] {
      let several = try train(variant, shards: 5, shardRows: 16) { pattern[$0] }
      #expect(several.losses == one.losses && several.state == one.state)
    }
  }

  @Test("the sums of many gradients have the same bits for any number of threads")
  func tree() {
    let count = 70_001
    let stream = RandomStream(seed: 3, name: "gradients")
    func sum(_ shards: Int, threads: Int) -> [Float] {
      let tree = GradientTree(count: count, team: ThreadTeam())
      tree.threads = threads
      for shard in 0..<shards {
        let gradient = tree.nextBuffer()
        stream.fillNormals(gradient, rows: 0..<1, firstRow: UInt64(shard))
        tree.add(gradient)
      }
      return tree.finish().values
    }
    for shards in 1...9 {
      let one = sum(shards, threads: 1)
      for threads in 2...4 { #expect(sum(shards, threads: threads) == one) }
    }
  }
}
