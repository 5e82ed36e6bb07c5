import Diffusion
import Neural
import Storage
import Tensors
import TestSupport
import Testing

@Suite("Losses of the discrete process")
struct DiscreteLossTests {
  private func tensors(_ shape: DenoiserShape, _ group: String, _ file: ArtifactReader) throws -> [String: NamedTensor]
  {
    var tensors: [String: NamedTensor] = [:]
    for slice in TimeConditionedNetwork(shape.network).layout.slices {
      let name = "\(group)/\(slice.name)"
      tensors[slice.name] = NamedTensor(
        name: slice.name, shape: try file.shape(name), values: try file.read(name, as: Float.self))
    }
    return tensors
  }

  private func harness(
    _ group: String, width: Int, timeDimension: Int, layers: [Int], rows: Range<Int> = 0..<16, loss: TrainingLoss
  ) throws -> LossHarness {
    let file = try ArtifactReader(path: Fixtures.path("golden/denoiser.h5"))
    func part(_ name: String) throws -> [Float] {
      Array(try file.read("\(group)/\(name)", as: Float.self)[rows.lowerBound * width..<rows.upperBound * width])
    }
    let layout = FeatureLayout(numericCount: width, levelCounts: [], scales: [])
    let shape = DenoiserShape(
      features: layout, conditionWidth: 0, layers: layers, timeDimension: timeDimension,
      process: .ddpm(GaussianSchedule()))
    let harness = LossHarness(
      shape: shape,
      features: FeatureRows(layout: layout, rowCount: rows.count, numerics: try part("x0"), codes: []),
      condition: ConditionRows(rowCount: rows.count), noise: try part("eps"),
      levels: try file.read("\(group)/t", as: Int32.self)[rows].map(Double.init), loss: loss)
    let named = try tensors(shape, "\(group)/params", file)
    #expect(harness.denoiser.network.layout.load(named, into: harness.parameters.pointer) == nil)
    return harness
  }

  @Test(
    "noisy rows, squared error and every gradient equal the reference",
    arguments: [
      ("d7_dimt128", 7, 128, [32, 64, 64, 32]), ("d7_dimt16", 7, 16, [32, 64, 64, 32]), ("d1_dimt8", 1, 8, [8]),
    ])
  func squaredError(group: String, width: Int, timeDimension: Int, layers: [Int]) throws {
    let file = try ArtifactReader(path: Fixtures.path("golden/denoiser.h5"))
    let harness = try harness(
      group, width: width, timeDimension: timeDimension, layers: layers, loss: .squaredError)
    let loss = harness.run(ConditionInput.none)
    #expect(abs(loss - (try file.read("\(group)/loss", as: Double.self)[0])) < 1e-5)
    let noisy = try file.read("\(group)/x_t", as: Double.self)
    #expect(maximumDifference(harness.buffers.input.values, noisy) < 1e-6)
    for tensor in harness.denoiser.network.layout.export(harness.gradients.pointer) {
      let name = "\(group)/grads/\(tensor.name)"
      let expected =
        try file.elementType(name) == .float32
        ? file.read(name, as: Float.self).map(Double.init) : file.read(name, as: Double.self)
      #expect(relativeDifference(tensor.values.map(Double.init), expected) < 1e-3, "\(tensor.name)")
    }
  }

  @Test(
    "the variational bound of every row equals the reference",
    arguments: [
      ("d7_dimt128", 7, 128, [32, 64, 64, 32]), ("d7_dimt16", 7, 16, [32, 64, 64, 32]), ("d1_dimt8", 1, 8, [8]),
    ])
  func bound(group: String, width: Int, timeDimension: Int, layers: [Int]) throws {
    let file = try ArtifactReader(path: Fixtures.path("golden/denoiser.h5"))
    let expected = try file.read("\(group)/reference_f32_loss_kl_per_row", as: Float.self)
    for row in 0..<16 {
      let harness = try harness(
        group, width: width, timeDimension: timeDimension, layers: layers, rows: row..<row + 1,
        loss: .variationalBound)
      let loss = harness.run(ConditionInput.none)
      #expect(abs(loss / Double(expected[row]) - 1) < 5e-3, "row \(row): \(loss), expected \(expected[row])")
    }
  }

  /// Rows of two numbers and two categories under a condition.
  private func small(_ steps: [Double], loss: TrainingLoss, missing: Bool = false, spread: Double = 1) -> LossHarness {
    let layout = FeatureLayout(
      numericCount: 2, levelCounts: [2, 3], scales: [1.7, 1.2], numericMissing: missing ? [nil, 0] : nil)
    let stream = RandomStream(seed: 6, name: "rows")
    let rows = steps.count
    let features = FeatureRows(
      layout: layout, rowCount: rows,
      numerics: (0..<2 * rows).map { Float(spread * stream.normal(row: UInt64($0))) },
      codes: (0..<2 * rows).map { missing && $0 % 2 == 0 ? 1 : Int32($0 % 2) })
    let condition = ConditionRows(
      rowCount: rows, parts: [.label(codes: (0..<rows).map { Int32($0 % 4) - 1 }, levels: 3)])
    return LossHarness(
      shape: DenoiserShape(
        features: layout, conditionWidth: 3, layers: [24, 24], timeDimension: 8,
        process: .ddpm(GaussianSchedule(steps: 100))),
      features: features, condition: condition,
      noise: (0..<rows * 7).map { Float(stream.normal(row: UInt64($0), step: 1)) }, levels: steps, loss: loss)
  }

  @Test(
    "gradients equal difference quotients, at the first step, in the middle and near the end",
    arguments: [[0.0, 0, 0, 0], [1, 2, 1, 2], [40, 60, 3, 90]], TrainingLoss.allCases)
  func gradients(steps: [Double], loss: TrainingLoss) {
    let harness = small(steps, loss: loss, spread: 0.3)
    let value = harness.run()
    #expect(value.isFinite)
    // Rectifiers and bins bend within a step of the quotient, so it must be small.
    #expect(harness.gradientError(width: 2e-4) < 0.03)
  }

  @Test(
    "a missing number contributes no loss while every column of its indicator does", arguments: TrainingLoss.allCases)
  func missing(loss: TrainingLoss) {
    let harness = small([0, 5, 30, 60, 80], loss: loss, missing: true)
    _ = harness.run()
    #expect(harness.columnLoss[1] == 0)
    #expect(harness.columnLoss.enumerated().allSatisfy { $0.offset == 1 || $0.element > 0 })
  }
}
