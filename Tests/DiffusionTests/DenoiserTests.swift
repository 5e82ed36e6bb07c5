import Diffusion
import Neural
import Storage
import Tensors
import TestSupport
import Testing

@Suite("Denoiser of the default recipe")
struct DenoiserTests {
  @Test("input, losses and every gradient equal the reference")
  func golden() throws {
    let golden = try GoldenRecipe()
    let file = golden.file
    let harness = LossHarness(
      shape: golden.shape, features: try golden.features(), condition: try golden.condition("denoiser"),
      noise: try file.read("denoiser/noise", as: Float.self), levels: try file.read("denoiser/sigma", as: Double.self))
    let named = Dictionary(uniqueKeysWithValues: golden.tensors.map { ($0.name, $0) })
    #expect(harness.denoiser.network.layout.load(named, into: harness.parameters.pointer) == nil)

    let loss = harness.run()
    #expect(abs(loss - (try file.read("denoiser/loss", as: Double.self)[0])) < 1e-5)
    let columns = try file.read("denoiser/loss_per_column", as: Double.self)
    #expect(maximumDifference(harness.columnLoss, columns) < 1e-5)
    let input = harness.buffers.input.values
    #expect(maximumDifference(input, try file.read("denoiser/network_input", as: Double.self)) < 1e-5)
    let embedding = harness.buffers.embedding.values
    #expect(maximumDifference(embedding, try file.read("denoiser/time_embedding", as: Double.self)) < 1e-6)
    for tensor in harness.denoiser.network.layout.export(harness.gradients.pointer) {
      let expected = try file.read("denoiser/grads/\(tensor.name)", as: Double.self)
      #expect(relativeDifference(tensor.values.map(Double.init), expected) < 1e-3, "\(tensor.name)")
    }

    harness.denoiser.network.forward(
      harness.parameters.pointer, condition: .dense(harness.condition.pointer), rows: 16, harness.buffers)
    let output = harness.buffers.output.values
    #expect(maximumDifference(output, try file.read("denoiser/output", as: Double.self)) < 1e-5)
  }

  private func small(missing: Bool = false) -> (DenoiserShape, FeatureRows, ConditionRows) {
    let layout = FeatureLayout(
      numericCount: 2, levelCounts: [2, 5, 37], scales: [2, 1.5, 1.1], numericMissing: missing ? [nil, 0] : nil)
    let rows = 24
    let stream = RandomStream(seed: 1, name: "small")
    let features = FeatureRows(
      layout: layout, rowCount: rows,
      numerics: (0..<rows * 2).map { Float(stream.normal(row: UInt64($0))) },
      codes: (0..<rows * 3).map { index in
        missing && index % 3 == 0
          ? 1 : Int32(stream.integer(below: layout.levelCounts[index % 3], row: UInt64(index), step: 1))
      })
    let labels = (0..<rows).map { Int32(stream.integer(below: 61, row: UInt64($0), step: 2)) - 1 }
    let condition = ConditionRows(
      rowCount: rows,
      parts: [
        .label(codes: labels, levels: 60), .scalars((0..<rows).map { Float($0) / 10 }),
        .parent(rows: (0..<rows).map { Int32($0 / 3) }, features),
      ])
    let shape = DenoiserShape(
      features: layout, conditionWidth: condition.width, layers: [70, 24], timeDimension: 9)
    return (shape, features, condition)
  }

  private func harness(missing: Bool = false) -> LossHarness {
    let (shape, features, condition) = small(missing: missing)
    let stream = RandomStream(seed: 2, name: "noise")
    return LossHarness(
      shape: shape, features: features, condition: condition,
      noise: (0..<24 * shape.features.width).map { Float(stream.normal(row: UInt64($0))) },
      levels: (0..<24).map { 0.05 * Double($0 + 1) })
  }

  @Test("the gradient along random directions equals a difference quotient of the loss")
  func numericalGradient() {
    #expect(harness().gradientError() < 0.01)
  }

  @Test("with dropout the gradient is that of the masked network")
  func dropoutGradient() {
    let harness = harness()
    let dropout = Dropout(rate: 0.4, stream: RandomStream(seed: 1, name: "dropout"), firstRow: 7, step: 3)
    let plain = harness.run()
    #expect(harness.run(dropout: dropout) != plain)
    #expect(harness.gradientError(dropout: dropout) < 0.01)
  }

  @Test("the sparse product of the condition and its gradient equal the dense ones")
  func sparseCondition() {
    let harness = harness()
    let (_, _, condition) = small()
    let dense = harness.run()
    let denseGradient = harness.gradients.values
    var columns: [Int32] = []
    var values: [Float] = []
    // The entries of a row: all columns that differ from zero, filled up with absent ones.
    for row in 0..<24 {
      let found = (0..<condition.width).filter { harness.condition[row, $0] != 0 }
      columns += found.map { Int32($0) } + [Int32](repeating: -1, count: 8 - found.count)
      values += found.map { harness.condition[row, $0] } + [Float](repeating: 9, count: 8 - found.count)
    }
    let sparse = columns.withUnsafeBufferPointer { columns in
      values.withUnsafeBufferPointer { values in
        guard let columns = columns.baseAddress, let values = values.baseAddress else { return Double.nan }
        return harness.run(.sparse(columns: columns, values: values, entries: 8))
      }
    }
    #expect(abs(sparse - dense) < 1e-6)
    #expect(relativeDifference(harness.gradients.values, denseGradient) < 1e-5)
  }

  @Test("conditions lie side by side: labels, scalars, the parent's numerics and scaled levels")
  func conditionLayout() {
    let (_, features, condition) = small()
    #expect(condition.width == 60 + 1 + 46)
    let matrix = Matrix(rows: 24, columns: condition.width)
    condition.fill(matrix, rows: 0..<24)
    let row = 17
    var expected = [Float](repeating: 0, count: condition.width)
    if case .label(let codes, _) = condition.parts[0], codes[row] >= 0 { expected[Int(codes[row])] = 1 }
    expected[60] = 1.7
    let parent = row / 3
    expected[61] = features.numerics[2 * parent]
    expected[62] = features.numerics[2 * parent + 1]
    expected[63 + Int(features.codes[3 * parent])] = 2
    expected[65 + Int(features.codes[3 * parent + 1])] = 1.5
    expected[70 + Int(features.codes[3 * parent + 2])] = 1.1
    #expect(Array(matrix.row(row)) == expected)
    let part = Matrix(rows: 4, columns: condition.width)
    condition.rows(16..<20).fill(part, rows: 0..<4)
    #expect(Array(part.row(1)) == expected)
  }

  @Test("a missing number contributes no loss while its indicator does")
  func missing() {
    let harness = harness(missing: true)
    _ = harness.run()
    #expect(harness.columnLoss[0] > 0)
    #expect(harness.columnLoss[1] == 0)
    #expect(harness.columnLoss[2] > 0)
  }
}
