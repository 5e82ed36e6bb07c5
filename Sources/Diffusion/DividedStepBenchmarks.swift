internal import Neural
internal import Tensors

/// Times training steps whose micro-shards several threads compute.
extension KernelBenchmarks {
  /// Optimiser steps of the default and of the published denoiser, on one thread and on several in turns.
  ///
  /// - Parameters:
  ///   - seconds: a clock on the wall; processor time would not show what is gained.
  public static func dividedSteps(threads: Int, repeats: Int, seconds: () -> Double) -> [BenchmarkResult] {
    [
      dividedDefaultStep(threads: threads, repeats: repeats, seconds: seconds),
      dividedPublishedStep(threads: threads, repeats: max(2, repeats / 3), seconds: seconds),
    ].compactMap(\.self)
  }

  /// One step of the default denoiser (`defaultStep`): two micro-shards; nil if that is too few for the threads.
  public static func dividedDefaultStep(
    threads: Int, repeats: Int, seconds: () -> Double
  ) -> BenchmarkResult? {
    let (shape, features, condition) = defaultTable(rows: 8_192)
    let trainer = DenoiserTrainer(
      shape: shape, features: features, condition: condition,
      options: TrainingOptions(steps: 1_000_000, holdoutShare: 0, seed: 1, stream: "benchmark"))
    return divided(
      trainer, "denoiser step, default 256-256-256, batch 1024", threads: threads, repeats: repeats, inner: 8,
      seconds: seconds)
  }

  /// One step of the published denoiser (`publishedStep`): eight micro-shards.
  public static func dividedPublishedStep(
    threads: Int, repeats: Int, seconds: () -> Double
  ) -> BenchmarkResult? {
    let rows = 4_096
    let layout = FeatureLayout(numericCount: 12, levelCounts: [], scales: [])
    let numerics = Matrix(rows: rows, columns: 12)
    RandomStream(seed: 1, name: "table").fillNormals(numerics, rows: 0..<rows, firstRow: 0)
    let trainer = DenoiserTrainer(
      shape: DenoiserShape(
        features: layout, conditionWidth: 0, layers: [512, 1_024, 1_024, 1_024, 1_024, 512],
        process: .ddpm(GaussianSchedule(kind: .cosine, steps: 2_000))),
      features: FeatureRows(layout: layout, rowCount: rows, numerics: numerics.values, codes: []),
      condition: ConditionRows(rowCount: rows),
      options: TrainingOptions(steps: 1_000_000, batch: rows, holdoutShare: 0, seed: 1, stream: "benchmark"))
    return divided(
      trainer, "denoiser step, published, batch 4096", threads: threads, repeats: repeats, inner: 1,
      seconds: seconds)
  }

  private static func divided(
    _ trainer: DenoiserTrainer, _ name: String, threads: Int, repeats: Int, inner: Int, seconds: () -> Double
  ) -> BenchmarkResult? {
    guard threads <= trainer.maximumThreads else { return nil }
    // Helpers and their memory are made before the clock runs.
    trainer.threads = threads
    _ = try? trainer.step()
    let (several, one) = fastest(repeats: repeats, seconds: seconds, inner: inner) {
      trainer.threads = threads
      _ = try? trainer.step()
    } beside: {
      trainer.threads = 1
      _ = try? trainer.step()
    }
    return BenchmarkResult(
      name: "\(name), \(threads) threads", value: 1_000 * several, unit: "ms",
      comparison: .init(name: "times as fast as one", ratio: one / several))
  }
}
