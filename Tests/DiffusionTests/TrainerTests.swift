import Diffusion
import Essentials
import Neural
import Tensors
import Testing

@Suite("Training")
struct TrainerTests {
  /// A number, a second that follows it, and a category that is its sign.
  private func table(rows: Int, numericCount: Int = 2, categories: Bool = true) -> FeatureRows {
    let stream = RandomStream(seed: 5, name: "table")
    var numerics: [Float] = []
    var codes: [Int32] = []
    for row in 0..<UInt64(rows) {
      let first = stream.normal(row: row)
      let second = 0.9 * first + 0.19.squareRoot() * stream.normal(row: row, draw: 1)
      numerics += [Float(first), Float(second)].prefix(numericCount)
      if categories { codes.append(first > 0 ? 1 : 0) }
    }
    return FeatureRows(
      layout: FeatureLayout(
        numericCount: numericCount, levelCounts: categories ? [2] : [], scales: categories ? [1.4] : []),
      rowCount: rows, numerics: numerics, codes: codes)
  }

  private func trainer(
    _ features: FeatureRows, layers: [Int] = [32, 32], condition: ConditionRows? = nil,
    process: NoiseProcess = .edm, dropout: Double = 0,
    _ change: (inout TrainingOptions) -> Void = { _ in }
  ) -> DenoiserTrainer {
    var options = TrainingOptions(steps: 20, batch: 128, warmup: 5, shardRows: 48, seed: 9, stream: "table")
    change(&options)
    let condition = condition ?? ConditionRows(rowCount: features.rowCount)
    return DenoiserTrainer(
      shape: DenoiserShape(
        features: features.layout, conditionWidth: condition.width, layers: layers, timeDimension: 16,
        process: process, dropout: dropout),
      features: features, condition: condition, options: options)
  }

  @Test("training interrupted at any step continues with the same bits", arguments: [1, 10, 19])
  func resume(interruption: Int) throws {
    let features = table(rows: 330)
    let condition = ConditionRows(
      rowCount: 330, parts: [.label(codes: (0..<330).map { $0 % 90 - 1 }, levels: 90)])
    func make() -> DenoiserTrainer {
      trainer(features, condition: condition) { options in
        options.earlyStopping = true
        options.steps = 60
      }
    }
    let whole = make()
    for _ in 0..<60 { try whole.step() }
    let first = make()
    for _ in 0..<interruption { try first.step() }
    let second = make()
    try second.restore(from: first.state)
    while !second.isFinished { try second.step() }
    #expect(second.state == whole.state)
    #expect(second.samplingParameters == whole.samplingParameters)
    #expect(whole.metrics.validation.count == 2 && whole.metrics.training.count == 3)
  }

  @Test(
    "training of the discrete process interrupted at any step continues with the same bits",
    arguments: [1, 10, 19], TrainingLoss.allCases)
  func resumeDiscrete(interruption: Int, loss: TrainingLoss) throws {
    let features = table(rows: 330)
    func make() -> DenoiserTrainer {
      trainer(features, process: .ddpm(GaussianSchedule(steps: 100)), dropout: 0.2) { options in
        options.decay = .published
        options.warmup = 0
        options.ema = 0
        options.remainderBatches = true
        options.loss = loss
      }
    }
    let whole = make()
    for _ in 0..<20 { try whole.step() }
    let first = make()
    for _ in 0..<interruption { try first.step() }
    let second = make()
    try second.restore(from: first.state)
    while !second.isFinished { try second.step() }
    #expect(second.state == whole.state)
    // Without an average the parameters of the last step are those to sample with.
    let last = whole.state.tensors.filter { $0.name.hasPrefix("parameters/") }.map(\.values)
    #expect(whole.samplingParameters.map(\.values) == last)
  }

  @Test("an epoch of whole batches drops the remainder, one with a remainder sees every row once")
  func remainder() {
    var options = TrainingOptions(steps: 20, batch: 32, holdoutShare: 0, seed: 9, stream: "plan")
    for usesRemainder in [false, true] {
      options.remainderBatches = usesRemainder
      var plan = BatchPlan(rowCount: 75, options: options)
      var sizes: [Int] = []
      var seen: [Int32] = []
      for step in 0..<(usesRemainder ? 3 : 2) {
        plan.withRows(step: step) { rows in
          sizes.append(rows.count)
          seen += rows
        }
      }
      #expect(sizes == (usesRemainder ? [32, 32, 11] : [32, 32]))
      #expect(Set(seen).count == seen.count)
      plan.withRows(step: sizes.count) { #expect($0.count == 32) }
    }
  }

  @Test("two trainings with the same seed are equal and another seed differs")
  func determinism() throws {
    let features = table(rows: 150)
    let runs = try [UInt64(9), 9, 10].map { seed in
      let trainer = trainer(features) { $0.seed = seed }
      return try (0..<20).map { _ in try trainer.step() }
    }
    #expect(runs[0] == runs[1])
    #expect(runs[0] != runs[2])
  }

  @Test("the size of a micro-shard changes rounding only", arguments: [1, 7, 128])
  func shards(rows: Int) throws {
    let features = table(rows: 150)
    let reference = trainer(features)
    let other = trainer(features) { $0.shardRows = rows }
    for _ in 0..<5 {
      let difference = abs(try reference.step() - (try other.step()))
      #expect(difference < 1e-4)
    }
  }

  @Test("tables of one to three rows, without numbers or without categories train and sample", arguments: 1...3)
  func tinyTables(rows: Int) throws {
    for features in [
      table(rows: rows), table(rows: rows, numericCount: 0), table(rows: rows, numericCount: 1, categories: false),
    ] {
      let trainer = trainer(features, layers: [8])
      for _ in 0..<20 { #expect(try trainer.step().isFinite) }
      #expect(trainer.isFinished && trainer.memorisationGap() == nil)
      let sampler = try RowSampler(
        shape: trainer.shape, parameters: trainer.samplingParameters, options: SamplingOptions(steps: 3))
      let block = try sampler.sample(
        condition: ConditionRows(rowCount: 5), firstRow: 0, stream: RandomStream(seed: 1, name: "sample"))
      #expect(block.numerics.count == 5 * features.layout.numericCount)
      #expect(block.logProbabilities.count == 5 * features.layout.levelTotal)
    }
  }

  @Test("a fifth of the steps without improvement asks to stop, and the best average is kept")
  func earlyStopping() throws {
    // Forty rows' worth of noise and a large network: the holdout loss rises soon.
    let stream = RandomStream(seed: 5, name: "noise")
    let features = FeatureRows(
      layout: FeatureLayout(numericCount: 8, levelCounts: [], scales: []), rowCount: 200,
      numerics: (0..<1_600).map { Float(stream.normal(row: UInt64($0))) }, codes: [])
    let trainer = trainer(features, layers: [128, 128]) { options in
      options.steps = 2_000
      options.learningRate = 4e-3
      options.holdoutShare = 0.2
      options.earlyStopping = true
    }
    #expect(trainer.holdoutCount == 40)
    while !trainer.isFinished, !trainer.shouldStopEarly { try trainer.step() }
    let best = try #require(trainer.metrics.best)
    #expect(trainer.completedSteps < 2_000)
    #expect(trainer.completedSteps - best.step >= 400)
    let average = trainer.state.tensors.filter { $0.name.hasPrefix("average/") }.map(\.values)
    #expect(trainer.samplingParameters.map(\.values) != average)
    let gap = try #require(trainer.memorisationGap())
    #expect(gap.validation > gap.training)
  }

  @Test("a loss that is not finite stops the training with the step and a remedy")
  func notFinite() throws {
    var numerics = [Float](repeating: 0.5, count: 40)
    numerics[7] = .infinity
    let features = FeatureRows(
      layout: FeatureLayout(numericCount: 1, levelCounts: [], scales: []), rowCount: 40, numerics: numerics,
      codes: [])
    let trainer = trainer(features)
    let before = trainer.state
    do {
      try trainer.step()
      Issue.record("the step succeeded")
    } catch let error as ClavaError {
      #expect(error.description.contains("step 1 of 20"))
      #expect(error.description.contains("learning rate"))
    }
    #expect(trainer.state == before)
  }

  @Test("a state of another network is refused with the tensor's name")
  func foreignState() throws {
    let features = table(rows: 20)
    let state = trainer(features, layers: [16]).state
    #expect {
      try trainer(features, layers: [24]).restore(from: state)
    } throws: { error in
      "\(error)".contains("parameters/px.weight has shape [16, 4], expected [24, 4]")
    }
  }

  @Test(
    "a trained denoiser reproduces correlation and dependence of its table",
    arguments: [NoiseProcess.edm, .ddpm(GaussianSchedule(steps: 200))])
  func learns(process: NoiseProcess) throws {
    let features = table(rows: 1_000)
    let trainer = trainer(features, layers: [64, 64], process: process) { options in
      options.steps = process == .edm ? 500 : 1_000
      options.batch = 256
      options.shardRows = 256
      options.warmup = 50
      options.learningRate = 3e-3
    }
    while !trainer.isFinished { try trainer.step() }
    let history = trainer.metrics.training
    #expect(try #require(history.last).loss < 0.75 * (try #require(history.first).loss))
    let sampler = try RowSampler(
      shape: trainer.shape, parameters: trainer.samplingParameters, options: SamplingOptions(steps: 20))
    let block = try sampler.sample(
      condition: ConditionRows(rowCount: 2_000), firstRow: 0, stream: RandomStream(seed: 1, name: "sample"))
    let categories = Calibration.mostProbable(logProbabilities: block.logProbabilities, levels: 2)
    var sums = (xy: 0.0, xx: 0.0, yy: 0.0)
    var agreeing = 0
    for row in 0..<2_000 {
      let (x, y) = (Double(block.numerics[2 * row]), Double(block.numerics[2 * row + 1]))
      sums = (sums.xy + x * y, sums.xx + x * x, sums.yy + y * y)
      if (x > 0) == (categories[row] == 1) { agreeing += 1 }
    }
    #expect(abs(sums.xy / (sums.xx * sums.yy).squareRoot() - 0.9) < 0.05)
    #expect(abs(sums.xx / 2_000 - 1) < 0.2)
    #expect(agreeing > 1_800)
  }
}
