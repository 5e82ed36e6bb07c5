import Foundation
import Neural
import Tensors
import TestSupport
import Testing

@Suite("Classifier network")
struct ClassifierNetworkTests {
  private let shape = ClassifierShape(
    inputWidth: 3, classCount: 4, timeDimension: 8, layers: [70, 20, 9], dropout: 0.3)

  private func harness(rows: Int, _ shape: ClassifierShape? = nil) -> (ClassifierHarness, [Int32]) {
    let shape = shape ?? self.shape
    let harness = ClassifierHarness(shape, rows: rows)
    let stream = RandomStream(seed: 3, name: "rows")
    let input = (0..<rows * shape.inputWidth).map { Float(stream.normal(row: UInt64($0))) }
    let times = (0..<rows).map { Double(stream.integer(below: 50, row: UInt64($0), step: 1)) }
    harness.set(input: input, times: times)
    return (harness, (0..<rows).map { Int32(stream.integer(below: shape.classCount, row: UInt64($0), step: 2)) })
  }

  private func dropout(step: Int = 0) -> ClassifierDropout {
    ClassifierDropout(stream: RandomStream(seed: 5, name: "dropout"), step: step)
  }

  @Test("gradients equal differences of the loss", arguments: [false, true])
  func numericalGradients(drops: Bool) {
    // More rows than a block, so that sums over blocks take part.
    let (harness, labels) = harness(rows: 700)
    keepClearOfKinks(harness)
    let decisions = drops ? dropout() : nil
    let inputGradient = Matrix(rows: labels.count, columns: shape.inputWidth)
    harness.lossAndGradient(labels: labels, dropout: decisions, inputGradient: inputGradient)
    let gradients = harness.gradients.values
    let input = inputGradient.values

    func loss() -> Double {
      harness.forward(rows: labels.count, dropout: decisions)
      return harness.network.loss(labels: labels, rows: labels.count, harness.buffers)
    }
    func difference(_ pointer: UnsafeMutablePointer<Float>, by distance: Float) -> Double {
      let old = pointer.pointee
      pointer.pointee = old + distance
      let above = loss()
      pointer.pointee = old - distance
      let below = loss()
      pointer.pointee = old
      return (above - below) / Double(2 * distance)
    }
    for slice in harness.network.layout.slices {
      let index = slice.offset + slice.count / 2
      let found = difference(harness.parameters.pointer + index, by: 4e-3)
      #expect(abs(found - Double(gradients[index])) < 1e-4, "\(slice.name): \(found) and \(gradients[index])")
    }
    for index in [0, 1_000, 2_099] {
      let found = difference(harness.buffers.input.pointer + index, by: 0.02)
      #expect(abs(found - Double(input[index])) < 2e-5, "input \(index): \(found) and \(input[index])")
    }
  }

  /// Gives every rectifier sums of one sign, where differences of the loss are exact: positive ones in the first layer,
  /// both signs in turns behind it.
  private func keepClearOfKinks(_ harness: ClassifierHarness) {
    for slice in harness.network.layout.slices
    where ["model.0.bias", "model.4.bias", "model.8.bias"].contains(slice.name) {
      for column in 0..<slice.count {
        harness.parameters.pointer[slice.offset + column] = slice.name != "model.0.bias" && column % 2 == 1 ? -8 : 8
      }
    }
  }

  @Test("a batch repeated many times has the gradient of the batch")
  func repeatedRows() {
    let (few, labels) = harness(rows: 60)
    few.lossAndGradient(labels: labels)
    // 20 times 60 rows: three blocks, the last one short.
    let many = ClassifierHarness(shape, rows: 1_200)
    let stream = RandomStream(seed: 3, name: "rows")
    many.set(
      input: (0..<3_600).map { few.buffers.input.pointer[$0 % 180] },
      times: (0..<1_200).map { Double(stream.integer(below: 50, row: UInt64($0 % 60), step: 1)) })
    many.lossAndGradient(labels: (0..<1_200).map { labels[$0 % 60] })
    #expect(maximumDifference(many.gradients.values, few.gradients.values) < 1e-6)
  }

  @Test("two rows and one block or several give the moments of the batch")
  func moments() {
    let (harness, labels) = harness(rows: 1_100)
    harness.forward(rows: labels.count, updatesRunning: true)
    // The first normalisation sees rectified sums of h0, which a second pass over the parameters gives.
    let mean = harness.tensor("model.2.running_mean")
    let variance = harness.tensor("model.2.running_var")
    let values = rectifiedSums(harness, rows: labels.count)
    for column in stride(from: 0, to: 70, by: 7) {
      let column = (column, values.map { $0[column] })
      let average = column.1.reduce(0, +) / Double(labels.count)
      let squares = column.1.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(labels.count - 1)
      #expect(abs(Double(mean[column.0]) - 0.1 * average) < 1e-6)
      #expect(abs(Double(variance[column.0]) - (0.9 + 0.1 * squares)) < 1e-6)
    }
  }

  /// max(0, W (proj x + time₂ SiLU(time₀ e) + biases) + b) in double precision.
  private func rectifiedSums(_ harness: ClassifierHarness, rows: Int) -> [[Double]] {
    let parameters = Dictionary(
      uniqueKeysWithValues: harness.network.layout.export(harness.parameters.pointer).map {
        ($0.name, $0.values.map(Double.init))
      })
    func linear(_ name: String, _ input: [Double]) -> [Double] {
      let (weight, bias) = (parameters["\(name).weight"] ?? [], parameters["\(name).bias"] ?? [])
      return bias.indices.map { row in
        bias[row] + input.indices.reduce(0) { $0 + weight[row * input.count + $1] * input[$1] }
      }
    }
    let stream = RandomStream(seed: 3, name: "rows")
    return (0..<rows).map { row in
      let time = Double(stream.integer(below: 50, row: UInt64(row), step: 1))
      let frequencies = TimeEmbedding.frequencies(dimension: 8)
      let embedding = frequencies.map { cos(time * $0) } + frequencies.map { sin(time * $0) }
      let hidden = linear("time_embed.0", embedding).map { $0 / (1 + exp(-$0)) }
      let branch = linear("time_embed.2", hidden)
      let input = (0..<3).map { Double(harness.buffers.input[row, $0]) }
      let h = zip(linear("proj", input), branch).map { $0 + $1 }
      return linear("model.0", h).map { max(0, $0) }
    }
  }

  @Test("dropout leaves out its share, keeps the mean and depends on the step only")
  func dropoutShare() {
    let share = 0.3
    let shape = ClassifierShape(inputWidth: 3, classCount: 4, timeDimension: 8, layers: [200], dropout: share)
    let (harness, labels) = harness(rows: 600, shape)
    // With every weight of the head 1 / 200 a logit is the mean of the layer's activations.
    guard let head = harness.network.layout.slices.first(where: { $0.name == "model.4.weight" }),
      let offset = harness.network.layout.slices.first(where: { $0.name == "model.2.bias" })
    else {
      Issue.record("the classifier has no head")
      return
    }
    for index in 0..<head.count { harness.parameters.pointer[head.offset + index] = 1.0 / 200 }
    // A normalised activation has mean 0; the offset gives it mean 1.
    for index in 0..<offset.count { harness.parameters.pointer[offset.offset + index] = 1 }
    func logits(_ decisions: ClassifierDropout?) -> [Double] {
      harness.forward(rows: labels.count, dropout: decisions)
      return harness.buffers.output.values.map(Double.init)
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let (all, first, second) = (logits(nil), logits(dropout()), logits(dropout(step: 1)))
    // 120,000 activations of mean 1: the standard error of the kept ones' mean is below 0.005.
    #expect(abs(mean(first) - mean(all)) < 0.02)
    #expect(first != all && first != second)
    #expect(first == logits(dropout()))
  }

  @Test("a batch of one row trains and leaves the running variance alone")
  func oneRow() {
    let (harness, labels) = harness(rows: 1)
    harness.forward(rows: 1, updatesRunning: true, dropout: dropout())
    let loss = harness.network.loss(labels: labels, rows: 1, harness.buffers)
    harness.network.backward(
      harness.parameters.pointer, drops: true, rows: 1, harness.buffers, gradients: harness.gradients.pointer)
    #expect(loss.isFinite && harness.gradients.values.allSatisfy { $0.isFinite })
    #expect(harness.tensor("model.6.running_var").allSatisfy { $0 == 1 })
    #expect(harness.tensor("model.12.bias").contains { $0 != 0 })
  }

  @Test("evaluation does not depend on how rows are divided, and a negative label leaves its row alone")
  func evaluation() {
    let (harness, labels) = harness(rows: 40)
    harness.forward(rows: 40, updatesRunning: true)
    let classifier = harness.inference(capacity: 40)
    let input = harness.buffers.input.pointer
    let wanted = labels.enumerated().map { $0.offset % 5 == 0 ? -1 : $0.element }
    var gradient = [Float](repeating: 0, count: 120)
    classifier.addGradient(input: input, time: 7, labels: wanted, rows: 40, scale: 1, to: &gradient)
    for row in 0..<40 {
      let own = gradient[3 * row..<3 * row + 3]
      #expect(own.contains { $0 != 0 } == (row % 5 != 0))
      var single: [Float] = [0, 0, 0]
      classifier.addGradient(input: input + 3 * row, time: 7, labels: [wanted[row]], rows: 1, scale: 1, to: &single)
      #expect(maximumDifference(Array(own), single) < 1e-6)
    }
    // Another time gives another gradient, and the first one again gives the same bits.
    var other = [Float](repeating: 0, count: 120)
    classifier.addGradient(input: input, time: 8, labels: wanted, rows: 40, scale: 1, to: &other)
    var again = [Float](repeating: 0, count: 120)
    classifier.addGradient(input: input, time: 7, labels: wanted, rows: 40, scale: 1, to: &again)
    #expect(other != gradient && again == gradient)
  }
}
