internal import CKernels
internal import Essentials
internal import Foundation
public import Neural
public import Tensors

/// Rows drawn by a sampler, before calibration and decoding.
public struct SampledBlock: Sendable, Equatable {
  /// Number of rows.
  public var rowCount: Int
  /// rowCount × numericCount values z.
  public var numerics: [Float]
  /// rowCount × all levels: ln p of every level.
  public var logProbabilities: [Float]
}

/// Draws rows from a trained denoiser with DPM-Solver++(2M) in σ.
///
/// Rows are processed in sub-blocks of `subBlockRows` counted from the first row of a call; calls that start at
/// multiples of it give the same bits however a table is divided. The random draws depend on the row's number only.
///
/// Source: Lu et al., "DPM-Solver++", 2022, algorithm 2, in the notation of Karras et al.
public final class EDMSampler {
  /// Rows whose state is taken through all steps while it lies in cache.
  public static let subBlockRows = 256

  /// Sizes of the denoiser.
  public let shape: DenoiserShape
  /// Noise levels.
  public let grid: NoiseGrid

  private let denoiser: Denoiser
  private let parameters: Matrix
  private let levels: [Double]
  private let timeRows: Matrix
  private let buffers: InferenceBuffers
  private let state: Matrix
  private let input: Matrix
  private let conditionRows: Matrix
  private var denoised: (current: Matrix, previous: Matrix)

  /// Takes over trained parameters.
  ///
  /// - Throws: `ClavaError` when a tensor is missing or has another shape.
  public init(shape: DenoiserShape, parameters tensors: [NamedTensor], grid: NoiseGrid = NoiseGrid()) throws {
    self.shape = shape
    self.grid = grid
    denoiser = Denoiser(shape)
    let layout = denoiser.network.layout
    parameters = Matrix(rows: 1, columns: layout.count)
    let named = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    if let problem = layout.load(named, into: parameters.pointer) {
      throw ClavaError(
        .damaged, "the model does not fit its network: \(problem)", remedy: "train the model again")
    }
    levels = grid.levels
    timeRows = denoiser.network.timeBranch(
      parameters.pointer, times: levels.map { Denoiser.timeFactor * log($0) })
    let (rows, width) = (Self.subBlockRows, shape.features.width)
    buffers = InferenceBuffers(shape.network, capacity: rows)
    state = Matrix(rows: rows, columns: width)
    input = Matrix(rows: rows, columns: width)
    conditionRows = Matrix(rows: rows, columns: shape.layers[0])
    denoised = (Matrix(rows: rows, columns: width), Matrix(rows: rows, columns: width))
  }

  /// Draws one row per condition; row r takes the start noise of row `firstRow` + r of the stream.
  ///
  /// - Throws: `ClavaError` when a value is not finite.
  public func sample(condition: ConditionRows, firstRow: Int, stream: RandomStream) throws -> SampledBlock {
    let noise = Matrix(rows: min(Self.subBlockRows, condition.rowCount), columns: shape.features.width)
    return try sample(condition: condition, firstRow: firstRow) { rows in
      stream.fillNormals(noise, rows: 0..<rows.count, firstRow: UInt64(firstRow + rows.lowerBound))
      return noise.pointer
    }
  }

  /// The same with given start noise, one row per condition.
  package func sample(condition: ConditionRows, startNoise: Matrix) throws -> SampledBlock {
    try sample(condition: condition, firstRow: 0) { startNoise.pointer + $0.lowerBound * startNoise.columns }
  }

  private func sample(
    condition: ConditionRows, firstRow: Int, startNoise: (Range<Int>) -> UnsafeMutablePointer<Float>
  ) throws -> SampledBlock {
    precondition(
      condition.width == shape.conditionWidth,
      "conditions of width \(condition.width) for a denoiser that takes \(shape.conditionWidth)")
    let (count, numericCount) = (condition.rowCount, shape.features.numericCount)
    let levelTotal = shape.features.levelTotal
    let conditions = ConditionBuffers(condition, capacity: min(Self.subBlockRows, count))
    var block = SampledBlock(
      rowCount: count, numerics: [Float](repeating: 0, count: count * numericCount),
      logProbabilities: [Float](repeating: 0, count: count * levelTotal))
    var start = 0
    while start < count {
      let rows = start..<min(count, start + Self.subBlockRows)
      let input = conditions.fill(condition, count: rows.count) { rows.lowerBound + $0 }
      solve(from: startNoise(rows), condition: input, rows: rows.count)
      try copy(into: &block, rows: rows, firstRow: firstRow)
      start = rows.upperBound
    }
    return block
  }

  /// Takes one sub-block through all noise levels; the result is the last denoised state and network output.
  private func solve(from noise: UnsafePointer<Float>, condition: ConditionInput, rows: Int) {
    let network = denoiser.network
    let elements = Int64(rows * shape.features.width)
    var conditionBranch: UnsafePointer<Float>?
    if shape.conditionWidth > 0 {
      network.conditionBranch(parameters.pointer, condition, into: conditionRows.pointer, rows: rows)
      conditionBranch = UnsafePointer(conditionRows.pointer)
    }
    ck_scale(state.pointer, noise, Float(levels[0]), elements)
    for (index, sigma) in levels.enumerated() {
      ck_scale(input.pointer, state.pointer, Float(1 / (1 + sigma * sigma).squareRoot()), elements)
      network.infer(
        parameters.pointer, input: input.pointer, timeRow: timeRows.pointer + index * timeRows.columns,
        conditionRows: conditionBranch, rows: rows, buffers)
      denoised = (denoised.previous, denoised.current)
      withUnsafePointer(to: denoiser.heads.value) { layout in
        ck_edm_denoise(
          denoised.current.pointer, buffers.output.pointer, state.pointer, layout, sigma, Int64(rows))
      }
      guard index + 1 < levels.count else { return }
      let ratio = levels[index + 1] / sigma
      let gain = -expm1(log(ratio))
      guard index > 0 else {
        ck_combine(state.pointer, denoised.current.pointer, nil, Float(ratio), Float(gain), 0, elements)
        continue
      }
      let extrapolation = log(sigma / levels[index + 1]) / (2 * log(levels[index - 1] / sigma))
      ck_combine(
        state.pointer, denoised.current.pointer, denoised.previous.pointer, Float(ratio),
        Float(gain * (1 + extrapolation)), Float(-gain * extrapolation), elements)
    }
  }

  private func copy(into block: inout SampledBlock, rows: Range<Int>, firstRow: Int) throws {
    let (width, numericCount) = (shape.features.width, shape.features.numericCount)
    let levelTotal = shape.features.levelTotal
    let bad =
      ck_count_not_finite(denoised.current.pointer, Int64(rows.count * width))
      + ck_count_not_finite(buffers.output.pointer, Int64(rows.count * width))
    guard bad == 0 else {
      throw ClavaError(
        .tasks,
        "sampling rows \(firstRow + rows.lowerBound)..<\(firstRow + rows.upperBound) gave \(bad) values that are "
          + "not finite",
        remedy: "train the model longer or with a lower learning rate")
    }
    for row in 0..<rows.count {
      let target = (rows.lowerBound + row) * numericCount
      for column in 0..<numericCount {
        block.numerics[target + column] = denoised.current.pointer[row * width + column]
      }
    }
    guard levelTotal > 0 else { return }
    block.logProbabilities.withUnsafeMutableBufferPointer { target in
      guard let base = target.baseAddress else { return }
      withUnsafePointer(to: denoiser.heads.value) { layout in
        ck_log_softmax(base + rows.lowerBound * levelTotal, buffers.output.pointer, layout, Int64(rows.count))
      }
    }
  }
}
