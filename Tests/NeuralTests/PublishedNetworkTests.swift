import Foundation
import Neural
import Storage
import Tensors
import TestSupport
import Testing

@Suite("Published denoiser")
struct PublishedNetworkTests {
  @Test(
    "output, loss and every gradient equal the reference",
    arguments: [
      ("d7_dimt128", 7, 128, [32, 64, 64, 32]), ("d7_dimt16", 7, 16, [32, 64, 64, 32]), ("d1_dimt8", 1, 8, [8]),
    ])
  func golden(group: String, width: Int, timeDimension: Int, layers: [Int]) throws {
    let file = try ArtifactReader(path: Fixtures.path("golden/denoiser.h5"))
    let harness = NetworkHarness(
      .published(width: width, timeDimension: timeDimension, layers: layers), rows: 16)
    try harness.load("\(group)/params", file)
    harness.embed(try file.read("\(group)/t", as: Int32.self).map(Double.init))
    harness.setInput(try numbers("\(group)/x_t", file).map { Float($0) })

    harness.network.forward(harness.parameters.pointer, condition: .none, rows: 16, harness.buffers)
    let output = harness.buffers.output.values
    #expect(maximumDifference(output, try numbers("\(group)/output", file)) < 2e-5)

    let loss = harness.meanSquaredError(
      try file.read("\(group)/eps", as: Float.self), rows: 16, wantsInputGradient: true)
    #expect(abs(loss - (try numbers("\(group)/loss", file)[0])) < 1e-5)
    for tensor in harness.network.layout.export(harness.gradients.pointer) {
      let expected = try numbers("\(group)/grads/\(tensor.name)", file)
      #expect(relativeDifference(tensor.values.map(Double.init), expected) < 1e-3, "\(tensor.name)")
    }
    // The reference differentiates the same mean loss.
    let inputGradient = harness.buffers.inputGradient.values.map(Double.init)
    #expect(relativeDifference(inputGradient, try numbers("\(group)/grad_x_t", file)) < 1e-3)
  }

  @Test("ten training steps with AdamW and a moving average follow the reference")
  func training() throws {
    let file = try ArtifactReader(path: Fixtures.path("golden/adamw.h5"))
    let group = "train_denoiser"
    let harness = NetworkHarness(.published(width: 3, timeDimension: 8, layers: [8, 8]), rows: 16)
    let optimized = OptimizedParameters(harness.network.layout)
    try harness.load("\(group)/params0", file)
    optimized.values.pointer.update(from: harness.parameters.pointer, count: optimized.layout.count)
    optimized.average.pointer.update(from: harness.parameters.pointer, count: optimized.layout.count)
    let clean = try file.read("\(group)/x0", as: Float.self)
    let noise = try file.read("\(group)/eps", as: Float.self)
    let times = try file.read("\(group)/t", as: Int32.self)
    let losses = try numbers("\(group)/loss", file)
    let rates = try numbers("\(group)/lr_used", file)
    let schedule = LearningRateSchedule(base: rates[0], warmup: 0, steps: 10, decay: .published)
    let retained = retainedShares(steps: 2_000)

    for step in 0..<10 {
      harness.parameters.pointer.update(from: optimized.values.pointer, count: optimized.layout.count)
      let rows = Array(times[16 * step..<16 * (step + 1)])
      harness.embed(rows.map(Double.init))
      harness.setInput(
        (0..<48).map { index in
          let share = retained[Int(rows[index / 3])]
          return Float(
            share.squareRoot() * Double(clean[48 * step + index])
              + (1 - share).squareRoot() * Double(noise[48 * step + index]))
        })
      let loss = harness.meanSquaredError(Array(noise[48 * step..<48 * (step + 1)]), rows: 16)
      #expect(abs(loss - losses[step]) < 1e-5)
      #expect(abs(schedule.rate(step: step) - rates[step]) < 1e-15)
      optimized.update(
        gradients: harness.gradients.pointer, step: step, learningRate: rates[step], averageDecay: 0.999,
        settings: AdamWSettings(weightDecay: 1e-5))
    }
    let expected = try numbers("\(group)/params_flat", file)
    let expectedAverage = try numbers("\(group)/ema_flat", file)
    #expect(maximumDifference(flat(optimized.layout, optimized.values), Array(expected[10 * 347..<11 * 347])) < 2e-5)
    #expect(
      maximumDifference(flat(optimized.layout, optimized.average), Array(expectedAverage[10 * 347..<11 * 347]))
        < 2e-5)
  }

  @Test("time embeddings equal the reference", arguments: [128, 16, 8, 7])
  func timeEmbedding(dimension: Int) throws {
    let file = try ArtifactReader(path: Fixtures.path("golden/time_embedding.h5"))
    let times = try file.read("t", as: Int32.self).map(Double.init)
    let result = Matrix(rows: times.count, columns: dimension)
    TimeEmbedding.fill(
      result.pointer, times: times, frequencies: TimeEmbedding.frequencies(dimension: dimension),
      dimension: dimension, rows: times.count)
    let expected = try file.read("dim\(dimension)/exact", as: Double.self)
    #expect(maximumDifference(result.values, expected) < 1e-6)
  }

  @Test("dropout masks the announced share, keeps the mean and is addressed by row and step")
  func dropout() {
    let harness = NetworkHarness(.published(width: 3, timeDimension: 8, layers: [600, 300]), rows: 40)
    harness.embed((0..<40).map(Double.init))
    let stream = RandomStream(seed: 1, name: "dropout")
    func hidden(_ dropout: Dropout?, rows: Int = 40) -> [Float] {
      harness.setInput((0..<120).map { Float(stream.normal(row: UInt64($0), draw: 9)) })
      harness.network.forward(
        harness.parameters.pointer, condition: .none, rows: rows, harness.buffers, dropout: dropout)
      return harness.buffers.output.values
    }
    let plain = hidden(nil)
    let first = hidden(Dropout(rate: 0.3, stream: stream, firstRow: 0, step: 5))
    #expect(first != plain)
    #expect(first == hidden(Dropout(rate: 0.3, stream: stream, firstRow: 0, step: 5)))
    #expect(first != hidden(Dropout(rate: 0.3, stream: stream, firstRow: 0, step: 6)))
    #expect(plain == hidden(Dropout(rate: 0, stream: stream, firstRow: 0, step: 5)))
    var mean = [Float](repeating: 0, count: plain.count)
    for step in 0..<UInt32(400) {
      let masked = hidden(Dropout(rate: 0.3, stream: stream, firstRow: 0, step: step))
      for index in mean.indices { mean[index] += masked[index] / 400 }
    }
    // Two layers of masks: the mean of the linear head over masks is near the unmasked output, not equal to it.
    #expect(maximumDifference(mean, plain) < 0.1)
  }

  /// ∏(1 − β) of the cosine schedule.
  private func retainedShares(steps: Int) -> [Double] {
    func level(_ share: Double) -> Double {
      let cosine = cos((share + 0.008) / 1.008 * .pi / 2)
      return cosine * cosine
    }
    var product = 1.0
    return (0..<steps).map { step in
      let ratio = level(Double(step + 1) / Double(steps)) / level(Double(step) / Double(steps))
      product *= 1 - min(1 - ratio, 0.999)
      return product
    }
  }

  /// The parameters in the order of the reference file.
  private func flat(_ layout: ParameterLayout, _ buffer: Matrix) -> [Double] {
    let tensors = Dictionary(uniqueKeysWithValues: layout.export(buffer.pointer).map { ($0.name, $0.values) })
    let names = ["mlp.blocks.0.linear", "mlp.blocks.1.linear", "mlp.head", "proj", "time_embed.0", "time_embed.2"]
    return names.flatMap { name in
      ["weight", "bias"].flatMap { tensors["\(name).\($0)"] ?? [] }
    }.map(Double.init)
  }
}
