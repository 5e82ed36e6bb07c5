import Foundation
import Neural
import Storage
import Tensors
import TestSupport
import Testing

@Suite("Published classifier")
struct ClassifierGoldenTests {
  private let shape = ClassifierShape(
    inputWidth: 6, classCount: 5, timeDimension: 16, layers: [16, 32, 24], dropout: 0)
  private let rows = 32

  private func harness() throws -> (ClassifierHarness, ArtifactReader) {
    let file = try ArtifactReader(path: Fixtures.path("golden/classifier.h5"))
    let harness = ClassifierHarness(shape, rows: rows)
    try harness.load("params", file)
    return (harness, file)
  }

  /// Runs the three training batches of the file; `body` sees each after its forward pass.
  private func train(
    _ harness: ClassifierHarness, _ file: ArtifactReader, _ body: (Int, [Int32]) throws -> Void
  ) throws {
    let input = try numbers("train/x_t", file).map { Float($0) }
    let times = try file.read("train/t", as: Int32.self).map(Double.init)
    let labels = try file.read("train/y", as: Int32.self)
    for batch in 0..<3 {
      let range = rows * batch..<rows * (batch + 1)
      harness.set(input: Array(input[6 * range.lowerBound..<6 * range.upperBound]), times: Array(times[range]))
      harness.forward(rows: rows, updatesRunning: true)
      try body(batch, Array(labels[range]))
    }
  }

  @Test("training logits, losses and running statistics equal the reference")
  func training() throws {
    let (harness, file) = try harness()
    let logits = try numbers("train/logits", file)
    let losses = try numbers("train/loss", file)
    let means = try numbers("train/running_mean", file)
    let variances = try numbers("train/running_var", file)
    try train(harness, file) { batch, labels in
      let expected = Array(logits[batch * rows * 5..<(batch + 1) * rows * 5])
      #expect(maximumDifference(harness.buffers.output.values, expected) < 2e-5)
      let loss = harness.network.loss(labels: labels, rows: rows, harness.buffers)
      #expect(abs(loss - losses[batch]) < 1e-5)
      let names = ["model.2", "model.6", "model.10"]
      let mean = names.flatMap { harness.tensor("\($0).running_mean") }
      let variance = names.flatMap { harness.tensor("\($0).running_var") }
      #expect(maximumDifference(mean, Array(means[72 * batch..<72 * (batch + 1)])) < 1e-6)
      #expect(maximumDifference(variance, Array(variances[72 * batch..<72 * (batch + 1)])) < 1e-6)
    }
  }

  @Test("every gradient equals the reference, also that of the squared loss")
  func gradients() throws {
    let (harness, file) = try harness()
    var labels: [Int32] = []
    try train(harness, file) { batch, values in
      guard batch == 0 else { return }
      labels = values
      harness.lossAndGradient(labels: labels)
      for tensor in harness.network.layout.export(harness.gradients.pointer) {
        let expected = try numbers("grads_batch0/\(tensor.name)", file)
        #expect(maximumDifference(tensor.values, expected) < 1e-6, "\(tensor.name)")
      }
      harness.lossAndGradient(labels: labels, lossSquared: true)
      let expected = try numbers("reference_quirk/grad_model.0.weight", file)
      #expect(maximumDifference(harness.tensor("model.0.weight"), expected) < 1e-6)
    }
  }

  @Test("evaluation logits, log-probabilities and the gradient of the rows equal the reference")
  func evaluation() throws {
    let (harness, file) = try harness()
    try train(harness, file) { _, _ in }
    let input = try numbers("eval/x", file).map { Float($0) }
    let times = try file.read("eval/t", as: Int32.self)
    let labels = try file.read("eval/y", as: Int32.self)
    let logits = try numbers("eval/logits", file)
    let logProbabilities = try numbers("eval/log_softmax", file)
    let gradients = try numbers("eval/grad_x", file)
    let classifier = harness.inference(capacity: rows)
    for row in 0..<rows {
      let values = Array(input[6 * row..<6 * row + 6])
      let output = classifier.logits(input: values, time: Double(times[row]), rows: 1)
      let found = (0..<5).map { output[$0] }
      #expect(maximumDifference(found, Array(logits[5 * row..<5 * row + 5])) < 2e-5)
      let shift = log(found.reduce(0) { $0 + exp(Double($1)) })
      #expect(
        maximumDifference(found.map { Double($0) - shift }, Array(logProbabilities[5 * row..<5 * row + 5])) < 2e-5)

      var gradient = [Float](repeating: 1, count: 6)
      classifier.addGradient(
        input: values, time: Double(times[row]), labels: [labels[row]], rows: 1, scale: 2, to: &gradient)
      let expected = gradients[6 * row..<6 * row + 6].map { 1 + 2 * $0 }
      #expect(maximumDifference(gradient, expected) < 2e-5)
    }
  }
}
