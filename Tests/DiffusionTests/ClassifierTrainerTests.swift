import Diffusion
import Essentials
import Foundation
import Neural
import Tensors
import Testing

@Suite("Classifier trainer")
struct ClassifierTrainerTests {
  /// Rows whose label is decided by their first column, with a categorical column beside it.
  private func table(rows: Int, classes: Int) -> (FeatureRows, [Int32]) {
    let stream = RandomStream(seed: 9, name: "table")
    let layout = FeatureLayout(numericCount: 2, levelCounts: [3], scales: [1])
    let labels = (0..<rows).map { Int32(stream.integer(below: classes, row: UInt64($0))) }
    let numerics = (0..<rows).flatMap { row in
      [
        Float(Double(labels[row]) - Double(classes - 1) / 2 + 0.1 * stream.normal(row: UInt64(row), step: 1)),
        Float(stream.normal(row: UInt64(row), step: 2)),
      ]
    }
    let codes = (0..<rows).map { Int32(stream.integer(below: 3, row: UInt64($0), step: 3)) }
    return (FeatureRows(layout: layout, rowCount: rows, numerics: numerics, codes: codes), labels)
  }

  private func shape(classes: Int) -> ClassifierShape {
    ClassifierShape(inputWidth: 5, classCount: classes, timeDimension: 16, layers: [32, 48, 32], dropout: 0.2)
  }

  private func trainer(
    rows: Int, classes: Int, process: NoiseProcess, _ options: ClassifierOptions
  ) -> ClassifierTrainer {
    let (features, labels) = table(rows: rows, classes: classes)
    return ClassifierTrainer(
      shape: shape(classes: classes), process: process, features: features, labels: labels, options: options)
  }

  private static let processes: [NoiseProcess] = [.edm, .ddpm(GaussianSchedule(steps: 100))]

  @Test("separable labels are learnt at small noise", arguments: processes)
  func learning(process: NoiseProcess) throws {
    let options = ClassifierOptions(steps: 300, batch: 256, learningRate: 2e-3, seed: 4, stream: "learning")
    let trainer = trainer(rows: 1_000, classes: 4, process: process, options)
    while !trainer.isFinished { try trainer.step() }
    let history = trainer.metrics.training
    #expect(history.count == 300 / ClassifierTrainer.historyInterval)
    #expect(try #require(history.last).loss < 0.8 * (try #require(history.first)).loss)

    let classifier = try LabelClassifier(
      shape: trainer.shape, tensors: trainer.modelTensors, capacity: 64)
    let (features, labels) = table(rows: 1_000, classes: 4)
    let stream = RandomStream(seed: 1, name: "accuracy")
    let small: (sigma: Double, time: Double) =
      switch process {
      case .edm: (0.05, 250 * -2.995_732)
      case .ddpm(let schedule): (schedule.noiseLevel(1), 1)
      }
    let accuracy = classifier.accuracy(
      features: features, labels: labels, sigma: small.sigma, time: small.time, stream: stream)
    #expect(accuracy > 0.95)
    // Labels that are all wrong: every row counts in the denominator.
    let wrong = classifier.accuracy(
      features: features, labels: labels.map { ($0 + 1) % 4 }, sigma: small.sigma, time: small.time, stream: stream)
    #expect(wrong <= 1 - accuracy)
  }

  @Test("a restored state continues with the same bits", arguments: [false, true])
  func resume(remainder: Bool) throws {
    let options = ClassifierOptions(
      steps: 12, batch: 48, learningRate: 1e-3, lossSquared: remainder, remainderBatches: remainder, seed: 4,
      stream: "resume")
    func make() -> ClassifierTrainer { trainer(rows: 100, classes: 3, process: .edm, options) }
    let whole = make()
    let first = make()
    for _ in 0..<5 {
      try whole.step()
      try first.step()
    }
    let second = make()
    try second.restore(from: first.state)
    while !whole.isFinished { #expect(try whole.step() == second.step()) }
    #expect(second.isFinished && second.state == whole.state)
    #expect(second.modelTensors == whole.modelTensors)

    var damaged = first.state
    damaged.tensors.removeAll { $0.name == "running/model.2.running_mean" }
    #expect(throws: ClavaError.self) { try make().restore(from: damaged) }
  }

  @Test("one row, one label and a remainder of one row train")
  func smallest() throws {
    for (rows, classes) in [(1, 1), (1, 3), (49, 1), (49, 2)] {
      let options = ClassifierOptions(
        steps: 4, batch: 48, remainderBatches: true, seed: 4, stream: "smallest")
      let trainer = trainer(rows: rows, classes: classes, process: Self.processes[1], options)
      while !trainer.isFinished { #expect(try trainer.step().isFinite) }
      let classifier = try LabelClassifier(shape: trainer.shape, tensors: trainer.modelTensors)
      let (features, labels) = table(rows: rows, classes: classes)
      let accuracy = classifier.accuracy(
        features: features, labels: labels, sigma: 0, time: 0, stream: RandomStream(seed: 1, name: "x"))
      #expect((0...1).contains(accuracy) && (classes > 1 || accuracy == 1))
    }
  }

  @Test("log-probabilities are those of a distribution, and rise along the gradient")
  func gradientDirection() throws {
    let options = ClassifierOptions(steps: 60, batch: 128, learningRate: 2e-3, seed: 4, stream: "direction")
    let trainer = trainer(rows: 400, classes: 3, process: Self.processes[1], options)
    while !trainer.isFinished { try trainer.step() }
    let classifier = try LabelClassifier(shape: trainer.shape, tensors: trainer.modelTensors, capacity: 16)
    let input = Matrix(rows: 40, columns: 5)
    RandomStream(seed: 2, name: "input").fillNormals(input, rows: 0..<40, firstRow: 0)
    let before = classifier.logProbabilities(input: input, time: 10, rows: 40)
    for row in 0..<40 {
      let total = (0..<3).reduce(0.0) { $0 + exp(Double(before[3 * row + $1])) }
      #expect(abs(total - 1) < 1e-5)
    }
    let labels = (0..<16).map { Int32($0 % 3) }
    let gradient = Matrix(rows: 16, columns: 5)
    classifier.addGradient(
      input: input.pointer, time: 10, labels: labels, rows: 16, scale: 0.01, to: gradient.pointer)
    for index in 0..<gradient.count { input.pointer[index] += gradient.pointer[index] }
    let after = classifier.logProbabilities(input: input, time: 10, rows: 16)
    for row in 0..<16 {
      let position = 3 * row + Int(labels[row])
      #expect(after[position] >= before[position])
    }
  }

  @Test("a model of another classifier is refused")
  func refusal() throws {
    let options = ClassifierOptions(steps: 1, batch: 8, seed: 4, stream: "refusal")
    let trainer = trainer(rows: 8, classes: 3, process: .edm, options)
    #expect(throws: ClavaError.self) {
      try LabelClassifier(shape: shape(classes: 4), tensors: trainer.modelTensors)
    }
  }
}
