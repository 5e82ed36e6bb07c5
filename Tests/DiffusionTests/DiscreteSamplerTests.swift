import Diffusion
import Essentials
import Foundation
import Neural
import Storage
import Tensors
import TestSupport
import Testing

@Suite("Sampling of the discrete process")
struct DiscreteSamplerTests {
  /// The trained network, classifier and noise of the oracle file: 24 rows of 5 numbers, 50 steps.
  private struct Golden {
    let file: ArtifactReader
    let shape: DenoiserShape
    let tensors: [NamedTensor]
    let noise: [Matrix]

    init() throws {
      let file = try ArtifactReader(path: Fixtures.path("golden/ddpm_steps.h5"))
      self.file = file
      shape = DenoiserShape(
        features: FeatureLayout(numericCount: 5, levelCounts: [], scales: []), conditionWidth: 0, layers: [32, 32],
        timeDimension: 16, process: .ddpm(GaussianSchedule(steps: 50)))
      tensors = try TimeConditionedNetwork(shape.network).layout.slices.map { slice in
        let name = "denoiser/\(slice.name)"
        return NamedTensor(
          name: slice.name, shape: try file.shape(name), values: try file.read(name, as: Float.self))
      }
      let draws = try file.read("noise", as: Float.self)
      let start = Matrix(rows: 24, columns: 5, values: try file.read("x_T", as: Float.self))
      var noise = [start]
      for draw in 1..<50 {
        noise.append(Matrix(rows: 24, columns: 5, values: Array(draws[120 * draw..<120 * draw + 120])))
      }
      self.noise = noise
    }

    func classifier() throws -> LabelClassifier {
      let names = try file.classifierNames()
      let tensors = try names.map { name in
        NamedTensor(
          name: name, shape: try file.shape("classifier/\(name)"),
          values: try file.read("classifier/\(name)", as: Float.self))
      }
      return try LabelClassifier(
        shape: ClassifierShape(inputWidth: 5, classCount: 3, timeDimension: 16, layers: [32, 32]), tensors: tensors,
        capacity: RowSampler.subBlockRows)
    }

    func sample(_ options: SamplingOptions, guidance: [GuidanceTerm] = []) throws -> [Float] {
      let sampler = try RowSampler(shape: shape, parameters: tensors, options: options)
      #expect(sampler.evaluationCount == 50)
      return try sampler.sample(condition: ConditionRows(rowCount: 24), guidance: guidance) { _, draw in
        UnsafePointer(noise[Int(draw)].pointer)
      }.numerics
    }
  }

  @Test("the ancestral chain ends where the reference ends")
  func ancestral() throws {
    let golden = try Golden()
    let rows = try golden.sample(SamplingOptions(solver: .ancestral))
    let trajectory = try golden.file.read("unguided/trajectory", as: Double.self)
    #expect(maximumDifference(rows, Array(trajectory.suffix(120))) < 1e-3)
    #expect(maximumDifference(rows, try golden.file.read("unguided/reference_x0", as: Double.self)) < 1e-3)
  }

  @Test("the guided chain ends where the reference ends", arguments: [1, 2])
  func guided(factor: Int) throws {
    let golden = try Golden()
    let labels = try golden.file.read("y", as: Int32.self)
    let classifier = try golden.classifier()
    let whole = [GuidanceTerm(classifier: classifier, labels: labels, scale: Double(factor))]
    let rows = try golden.sample(SamplingOptions(solver: .ancestral), guidance: whole)
    let group = "guided_eta\(factor)"
    let trajectory = try golden.file.read("\(group)/trajectory", as: Double.self)
    #expect(maximumDifference(rows, Array(trajectory.suffix(120))) < 1e-3)
    #expect(maximumDifference(rows, try golden.file.read("\(group)/reference_x0", as: Double.self)) < 1e-3)
    // Two terms of half the factor are one of the whole.
    let half = GuidanceTerm(classifier: classifier, labels: labels, scale: Double(factor) / 2)
    let twice = try golden.sample(SamplingOptions(solver: .ancestral), guidance: [half, half])
    #expect(maximumDifference(rows, twice) < 1e-4)
  }

  @Test("rows with a negative label are those of the unguided chain")
  func unlabelled() throws {
    let golden = try Golden()
    let labels = (0..<24).map { Int32($0 % 2 == 0 ? -1 : 1) }
    let term = GuidanceTerm(classifier: try golden.classifier(), labels: labels, scale: 1)
    for solver in SamplingOptions.Solver.allCases where solver != .dpmpp2m {
      let options = SamplingOptions(solver: solver, steps: 50)
      let plain = try golden.sample(options)
      let guided = try golden.sample(options, guidance: [term])
      for row in 0..<24 {
        let part = 5 * row..<5 * (row + 1)
        #expect((plain[part] == guided[part]) == (row % 2 == 0))
      }
    }
  }

  @Test("the deterministic chain over all steps equals the reference")
  func deterministic() throws {
    let golden = try Golden()
    let rows = try golden.sample(SamplingOptions(solver: .ddim, steps: 50))
    #expect(maximumDifference(rows, try golden.file.read("ddim_eta0/x0", as: Double.self)) < 1e-3)
    #expect(rows == (try golden.sample(SamplingOptions(solver: .ddim, steps: 500))))
  }

  @Test("limiting the clean row changes nothing within the limit and keeps every row inside a narrow one")
  func limited() throws {
    let golden = try Golden()
    for solver in SamplingOptions.Solver.allCases where solver != .dpmpp2m {
      let plain = try golden.sample(SamplingOptions(solver: solver, steps: 50))
      #expect(try golden.sample(SamplingOptions(solver: solver, steps: 50, limit: 1e6)) == plain)
      // The last step of either chain is the clean row itself.
      let narrow = try golden.sample(SamplingOptions(solver: solver, steps: 50, limit: 0.25))
      #expect(plain.contains { abs($0) > 0.3 })
      #expect(narrow.allSatisfy { abs($0) < 0.26 })
    }
  }

  private func hybrid(layers: [Int] = [24]) throws -> (DenoiserShape, [NamedTensor]) {
    let shape = DenoiserShape(
      features: FeatureLayout(numericCount: 2, levelCounts: [3], scales: [1.5]), conditionWidth: 4, layers: layers,
      timeDimension: 8, process: .ddpm(GaussianSchedule(steps: 60)))
    let layout = TimeConditionedNetwork(shape.network).layout
    let buffer = Matrix(rows: 1, columns: layout.count)
    layout.initialize(buffer.pointer, from: RandomStream(seed: 2, name: "parameters"))
    return (shape, layout.export(buffer.pointer))
  }

  private func condition(_ rows: Int) -> ConditionRows {
    ConditionRows(rowCount: rows, parts: [.label(codes: (0..<rows).map { Int32($0 % 5) - 1 }, levels: 4)])
  }

  @Test(
    "a table sampled in blocks that start at sub-block borders has the bits of one call",
    arguments: SamplingOptions.Solver.allCases)
  func blocks(solver: SamplingOptions.Solver) throws {
    let (shape, parameters) = try hybrid()
    let options = SamplingOptions(solver: solver, steps: 7)
    let stream = RandomStream(seed: 1, name: "sample")
    let rows = RowSampler.subBlockRows + 30
    let sampler = try RowSampler(shape: shape, parameters: parameters, options: options)
    let whole = try sampler.sample(condition: condition(rows), firstRow: 0, stream: stream)
    var numerics: [Float] = []
    var logProbabilities: [Float] = []
    for range in [0..<RowSampler.subBlockRows, RowSampler.subBlockRows..<rows] {
      let part = try RowSampler(shape: shape, parameters: parameters, options: options).sample(
        condition: condition(rows).rows(range), firstRow: range.lowerBound, stream: stream)
      numerics += part.numerics
      logProbabilities += part.logProbabilities
    }
    #expect(numerics == whole.numerics && logProbabilities == whole.logProbabilities)
    for row in 0..<rows {
      let sum = (0..<3).reduce(0.0) { $0 + exp(Double(whole.logProbabilities[3 * row + $1])) }
      #expect(abs(sum - 1) < 1e-5)
    }
  }

  @Test("values that run away end in an error that names remedies")
  func runaway() throws {
    let (shape, parameters) = try hybrid()
    let broken = parameters.map { tensor in
      NamedTensor(
        name: tensor.name, shape: tensor.shape,
        values: tensor.name == "mlp.head.weight" ? tensor.values.map { 1e30 * $0 } : tensor.values)
    }
    let sampler = try RowSampler(
      shape: shape, parameters: broken, options: SamplingOptions(solver: .ancestral))
    #expect {
      try sampler.sample(condition: condition(9), firstRow: 0, stream: RandomStream(seed: 1, name: "sample"))
    } throws: { error in
      let text = (error as? ClavaError)?.description ?? ""
      return text.contains("rows 0..<9") && text.contains("learning rate")
    }
  }
}

extension ArtifactReader {
  /// The tensors of the oracle's classifier.
  fileprivate func classifierNames() throws -> [String] {
    let layers = [0, 2, 4, 6, 8].flatMap { ["model.\($0).weight", "model.\($0).bias"] }
    let statistics = [2, 6].flatMap { ["model.\($0).running_mean", "model.\($0).running_var"] }
    return ["proj", "time_embed.0", "time_embed.2"].flatMap { ["\($0).weight", "\($0).bias"] } + layers + statistics
  }
}
