import Diffusion
import Essentials
import Foundation
import Neural
import Storage
import Tensors
import TestSupport
import Testing

@Suite("Sampling")
struct SamplerTests {
  @Test("the noise grid and the sampled rows equal the reference solver")
  func golden() throws {
    let golden = try GoldenRecipe()
    let levels = try golden.file.read("solver/sigma", as: Double.self)
    for (level, expected) in zip(NoiseGrid().levels, levels) { #expect(abs(level / expected - 1) < 1e-12) }
    let sampler = try RowSampler(shape: golden.shape, parameters: golden.tensors)
    let noise = Matrix(
      rows: 6, columns: 16, values: try golden.file.read("solver/start_noise", as: Float.self))
    let block = try sampler.sample(condition: try golden.condition("solver")) { _, _ in UnsafePointer(noise.pointer) }
    let final = try golden.file.read("solver/final", as: Double.self)
    for row in 0..<6 {
      var values = (0..<3).map { Double(block.numerics[3 * row + $0]) }
      var level = 0
      for (column, count) in golden.shape.features.levelCounts.enumerated() {
        for _ in 0..<count {
          values.append(
            exp(Double(block.logProbabilities[13 * row + level])) * Double(golden.shape.features.scales[column]))
          level += 1
        }
      }
      #expect(maximumDifference(values, Array(final[16 * row..<16 * (row + 1)])) < 1e-4)
    }
  }

  private func sampler(layers: [Int] = [24, 24]) throws -> RowSampler {
    let layout = FeatureLayout(numericCount: 3, levelCounts: [4], scales: [1.5])
    let shape = DenoiserShape(features: layout, conditionWidth: 6, layers: layers, timeDimension: 16)
    let parameters = TimeConditionedNetwork(shape.network).layout
    let buffer = Matrix(rows: 1, columns: parameters.count)
    parameters.initialize(buffer.pointer, from: RandomStream(seed: 2, name: "parameters"))
    return try RowSampler(
      shape: shape, parameters: parameters.export(buffer.pointer), options: SamplingOptions(steps: 6))
  }

  private func condition(_ rows: Int) -> ConditionRows {
    ConditionRows(rowCount: rows, parts: [.label(codes: (0..<rows).map { Int32($0 % 7) - 1 }, levels: 6)])
  }

  @Test("a table sampled in blocks that start at sub-block borders has the bits of one call")
  func blocks() throws {
    let sampler = try sampler()
    let stream = RandomStream(seed: 1, name: "sample")
    let rows = 2 * RowSampler.subBlockRows + 90
    let whole = try sampler.sample(condition: condition(rows), firstRow: 0, stream: stream)
    #expect(whole == (try sampler.sample(condition: condition(rows), firstRow: 0, stream: stream)))
    var numerics: [Float] = []
    var logProbabilities: [Float] = []
    for start in [0, RowSampler.subBlockRows] {
      let range = start..<(start == 0 ? RowSampler.subBlockRows : rows)
      let block = try self.sampler().sample(
        condition: condition(rows).rows(range), firstRow: start, stream: stream)
      numerics += block.numerics
      logProbabilities += block.logProbabilities
    }
    #expect(numerics == whole.numerics)
    #expect(logProbabilities == whole.logProbabilities)
    let shifted = try sampler.sample(condition: condition(rows), firstRow: 7, stream: stream)
    #expect(shifted.numerics != whole.numerics)
  }

  @Test("the probabilities of every row sum to one")
  func probabilities() throws {
    let block = try sampler().sample(
      condition: condition(50), firstRow: 0, stream: RandomStream(seed: 1, name: "sample"))
    for row in 0..<50 {
      let sum = (0..<4).reduce(0.0) { $0 + exp(Double(block.logProbabilities[4 * row + $1])) }
      #expect(abs(sum - 1) < 1e-5)
    }
  }

  @Test("no rows give an empty block")
  func empty() throws {
    let block = try sampler().sample(
      condition: condition(0), firstRow: 0, stream: RandomStream(seed: 1, name: "sample"))
    #expect(block.rowCount == 0 && block.numerics.isEmpty)
  }

  @Test("parameters of another shape or that are not finite are refused")
  func refused() throws {
    let golden = try GoldenRecipe()
    #expect(throws: ClavaError.self) {
      try RowSampler(shape: golden.shape, parameters: Array(golden.tensors.dropLast()))
    }
    let broken = golden.tensors.map { tensor in
      NamedTensor(
        name: tensor.name, shape: tensor.shape,
        values: tensor.name == "m.5.bias" ? tensor.values.map { _ in Float.nan } : tensor.values)
    }
    let sampler = try RowSampler(shape: golden.shape, parameters: broken)
    #expect(throws: ClavaError.self) {
      try sampler.sample(
        condition: try golden.condition("solver"), firstRow: 0, stream: RandomStream(seed: 1, name: "sample"))
    }
  }
}
