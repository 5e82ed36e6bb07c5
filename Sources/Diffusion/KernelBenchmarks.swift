internal import Foundation
internal import Neural
internal import Tensors

/// One measured figure.
public struct BenchmarkResult: Codable, Sendable {
  /// What was measured, such as `denoiser step, published`.
  public var name: String
  /// The figure.
  public var value: Double
  /// Its unit.
  public var unit: String
  /// What it is compared with and the ratio, such as (`share of sgemm`, 0.93); nil for a plain figure.
  public var comparison: Comparison?

  /// Creates a figure.
  public init(name: String, value: Double, unit: String, comparison: Comparison? = nil) {
    self.name = name
    self.value = value
    self.unit = unit
    self.comparison = comparison
  }

  /// A ratio to something measured beside it.
  public struct Comparison: Codable, Sendable {
    /// What the ratio is.
    public var name: String
    /// The ratio.
    public var ratio: Double

    /// Creates a comparison.
    public init(name: String, ratio: Double) {
      self.name = name
      self.ratio = ratio
    }
  }
}

/// Times the kernels of training and sampling against matrix products alone, on one thread.
///
/// Ratios are formed from times taken alternately in one run, because a shared machine changes its speed.
public enum KernelBenchmarks {
  /// Measures every figure.
  ///
  /// - Parameters:
  ///   - repeats: number of times a short figure is measured; the fastest counts.
  ///   - seconds: clock reading in seconds; injected because kernels know no time.
  public static func run(repeats: Int = 7, seconds: () -> Double) throws -> [BenchmarkResult] {
    var results = defaultStep(repeats: repeats, seconds: seconds)
    results += publishedStep(repeats: max(2, repeats / 3), seconds: seconds)
    results += publishedClassifierStep(repeats: repeats, seconds: seconds)
    results.append(try publishedReverseStep(repeats: max(2, repeats / 3), seconds: seconds))
    results.append(try sampling(repeats: max(2, repeats / 3), seconds: seconds))
    results += randomNumbers(repeats: repeats, seconds: seconds)
    return results
  }

  /// One optimiser step of the default denoiser: 256-256-256, batch 1,024, 12 numeric and 4 categorical columns.
  public static func defaultStep(repeats: Int, seconds: () -> Double) -> [BenchmarkResult] {
    let (shape, features, condition) = defaultTable(rows: 8_192)
    let trainer = DenoiserTrainer(
      shape: shape, features: features, condition: condition,
      options: TrainingOptions(steps: 1_000_000, holdoutShare: 0, seed: 1, stream: "benchmark"))
    let products = ProductTimer(shape.network, rows: 1_024)
    let (step, gemm) = fastest(repeats: repeats, seconds: seconds, inner: 4) {
      _ = try? trainer.step()
    } beside: {
      products.run()
    }
    return stepResults(
      name: "denoiser step, default 256-256-256, batch 1024", step, gemm,
      operations: 1_024 * TimeConditionedNetwork(shape.network).operationsPerRow)
  }

  /// One optimiser step of the published denoiser: d, 128, 512, 1024 four times, 512, d; batch 4,096.
  public static func publishedStep(repeats: Int, seconds: () -> Double) -> [BenchmarkResult] {
    let rows = 4_096
    let shape = NetworkShape.published(width: 12, layers: [512, 1_024, 1_024, 1_024, 1_024, 512])
    let run = PublishedStep(shape, rows: rows, shardRows: 1_024)
    let products = ProductTimer(shape, rows: 1_024, times: rows / 1_024)
    let (step, gemm) = fastest(repeats: repeats, seconds: seconds, inner: 1) {
      run.step()
    } beside: {
      products.run()
    }
    return stepResults(
      name: "denoiser step, published, batch 4096", step, gemm,
      operations: Double(rows) * TimeConditionedNetwork(shape).operationsPerRow)
  }

  /// Rows per second of the sampler with 40 evaluations and the default denoiser.
  public static func sampling(repeats: Int, seconds: () -> Double) throws -> BenchmarkResult {
    let rows = 2_048
    let (shape, _, condition) = defaultTable(rows: rows)
    let layout = TimeConditionedNetwork(shape.network).layout
    let parameters = Matrix(rows: 1, columns: layout.count)
    layout.initialize(parameters.pointer, from: RandomStream(seed: 1, name: "parameters"))
    let sampler = try RowSampler(shape: shape, parameters: layout.export(parameters.pointer))
    let stream = RandomStream(seed: 1, name: "sample")
    var best = Double.infinity
    for _ in 0..<repeats {
      let start = seconds()
      _ = try sampler.sample(condition: condition, firstRow: 0, stream: stream)
      best = min(best, seconds() - start)
    }
    return BenchmarkResult(
      name: "sampling, default denoiser, 40 evaluations", value: Double(rows) / best, unit: "rows/s")
  }

  /// Standard normals per second.
  public static func randomNumbers(repeats: Int, seconds: () -> Double) -> [BenchmarkResult] {
    let matrix = Matrix(rows: 1 << 14, columns: 64)
    let stream = RandomStream(seed: 1, name: "normals")
    var best = Double.infinity
    for _ in 0..<repeats {
      let start = seconds()
      stream.fillNormals(matrix, rows: 0..<matrix.rows, firstRow: 0)
      best = min(best, seconds() - start)
    }
    return [BenchmarkResult(name: "normal draws", value: Double(matrix.count) / best / 1e6, unit: "million/s")]
  }

  /// The time of a step, beside that of its matrix products alone; `operations` are those of the forward pass.
  static func stepResults(
    name: String, _ step: Double, _ gemm: Double, operations: Double
  ) -> [BenchmarkResult] {
    [
      BenchmarkResult(
        name: name, value: 1_000 * step, unit: "ms", comparison: .init(name: "share of sgemm", ratio: gemm / step)),
      BenchmarkResult(name: "\(name): sgemm alone on its shapes", value: 3 * operations / gemm / 1e9, unit: "GFLOP/s"),
    ]
  }

  static func fastest(
    repeats: Int, seconds: () -> Double, inner: Int, _ first: () -> Void, beside second: () -> Void
  ) -> (Double, Double) {
    var best = (Double.infinity, Double.infinity)
    for _ in 0..<max(1, repeats) {
      var start = seconds()
      for _ in 0..<inner { first() }
      best.0 = min(best.0, (seconds() - start) / Double(inner))
      start = seconds()
      for _ in 0..<inner { second() }
      best.1 = min(best.1, (seconds() - start) / Double(inner))
    }
    return best
  }

  static func defaultTable(rows: Int) -> (DenoiserShape, FeatureRows, ConditionRows) {
    let layout = FeatureLayout(
      numericCount: 12, levelCounts: [3, 6, 9, 14], scales: [Float](repeating: 1.2, count: 4))
    let stream = RandomStream(seed: 1, name: "table")
    let numerics = Matrix(rows: rows, columns: 12)
    stream.fillNormals(numerics, rows: 0..<rows, firstRow: 0)
    let codes = (0..<rows * 4).map { index in
      Int32(stream.integer(below: layout.levelCounts[index % 4], row: UInt64(index), step: 1))
    }
    let labels = (0..<2).map { part in
      ConditionPart.label(
        codes: (0..<rows).map { Int32(stream.integer(below: 20, row: UInt64($0), step: 2 + UInt32(part))) }, levels: 20)
    }
    return (
      DenoiserShape(features: layout, conditionWidth: 40, layers: [256, 256, 256]),
      FeatureRows(layout: layout, rowCount: rows, numerics: numerics.values, codes: codes),
      ConditionRows(rowCount: rows, parts: labels)
    )
  }
}
