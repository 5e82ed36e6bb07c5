internal import Neural
internal import Tensors

extension KernelBenchmarks {
  private static let publishedWidth = 12
  private static let publishedClasses = 20

  /// One optimiser step of the published classifier on 12 columns and 20 labels, batch 4,096, dropout ½; drawing the
  /// noise is part of the step.
  public static func publishedClassifierStep(repeats: Int, seconds: () -> Double) -> [BenchmarkResult] {
    let batch = 4_096
    let (shape, features, labels) = publishedTable(rows: batch)
    let trainer = ClassifierTrainer(
      shape: shape, process: .ddpm(GaussianSchedule()), features: features, labels: labels,
      options: ClassifierOptions(steps: 1_000_000, batch: batch, seed: 1, stream: "benchmark"))
    let products = ProductTimer(shape, rows: batch)
    let (step, gemm) = fastest(repeats: repeats, seconds: seconds, inner: 1) {
      _ = try? trainer.step()
    } beside: {
      products.run()
    }
    return stepResults(
      name: "classifier step, published, batch 4096", step, gemm, operations: Double(batch) * shape.operationsPerRow)
  }

  /// One guided reverse step of 20,000 rows: the published denoiser, the gradient of the published classifier and the
  /// update with its noise.
  public static func publishedReverseStep(repeats: Int, seconds: () -> Double) throws -> BenchmarkResult {
    let rows = 20_000
    let (classifierShape, features, labels) = publishedTable(rows: rows)
    // The fewest steps that a schedule has: every row takes both.
    let schedule = GaussianSchedule(steps: GaussianSchedule.fewestSteps)
    let shape = DenoiserShape(
      features: features.layout, conditionWidth: 0, layers: [512, 1_024, 1_024, 1_024, 1_024, 512],
      process: .ddpm(schedule))
    let layout = TimeConditionedNetwork(shape.network).layout
    let parameters = Matrix(rows: 1, columns: layout.count)
    layout.initialize(parameters.pointer, from: RandomStream(seed: 1, name: "parameters"))
    let sampler = try RowSampler(
      shape: shape, parameters: layout.export(parameters.pointer),
      options: SamplingOptions(solver: .ancestral, steps: schedule.steps))
    let trainer = ClassifierTrainer(
      shape: classifierShape, process: .ddpm(schedule), features: features, labels: labels,
      options: ClassifierOptions(steps: 1, batch: 64, seed: 1, stream: "benchmark"))
    let classifier = try LabelClassifier(
      shape: classifierShape, tensors: trainer.modelTensors, capacity: RowSampler.subBlockRows)
    let guidance = [GuidanceTerm(classifier: classifier, labels: labels, scale: 1)]
    let condition = ConditionRows(rowCount: rows, parts: [])
    let stream = RandomStream(seed: 1, name: "sample")
    var best = Double.infinity
    for _ in 0..<max(1, repeats) {
      let start = seconds()
      _ = try sampler.sample(condition: condition, guidance: guidance, firstRow: 0, stream: stream)
      best = min(best, (seconds() - start) / Double(sampler.evaluationCount))
    }
    return BenchmarkResult(
      name: "guided reverse step, published, 20000 rows", value: 1_000 * best, unit: "ms")
  }

  private static func publishedTable(rows: Int) -> (ClassifierShape, FeatureRows, [Int32]) {
    let stream = RandomStream(seed: 1, name: "published table")
    let numerics = Matrix(rows: rows, columns: publishedWidth)
    stream.fillNormals(numerics, rows: 0..<rows, firstRow: 0)
    let layout = FeatureLayout(numericCount: publishedWidth, levelCounts: [], scales: [])
    return (
      ClassifierShape(inputWidth: publishedWidth, classCount: publishedClasses),
      FeatureRows(layout: layout, rowCount: rows, numerics: numerics.values, codes: []),
      (0..<rows).map { Int32(stream.integer(below: publishedClasses, row: UInt64($0), step: 1)) }
    )
  }
}
