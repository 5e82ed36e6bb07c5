internal import CKernels
internal import Essentials
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

/// Draws rows from a trained denoiser of either process, guided by classifiers where asked for.
///
/// Rows are processed in sub-blocks of `subBlockRows` counted from the first row of a call; calls that start at
/// multiples of it give the same bits however a table is divided. The random draws depend on the row's number only.
public final class RowSampler {
  /// Rows whose state is taken through all steps while it lies in cache: the most that a classifier is given at once.
  public static let subBlockRows = 256

  /// Sizes of the denoiser.
  public let shape: DenoiserShape
  /// How rows are drawn.
  public let options: SamplingOptions
  /// The network's time at the level of least noise.
  public let leastNoiseTime: Double
  /// Network evaluations of a row.
  public let evaluationCount: Int

  private let solver: any SubBlockSolver
  private let heads: KernelLayout
  private let guidance: SubBlockGuidance

  /// Standard normals of some rows of a call (rows × width) for a draw; draw 0 is the start.
  package typealias NoiseSource = (_ rows: Range<Int>, _ draw: UInt32) -> UnsafePointer<Float>

  /// Takes over trained parameters.
  ///
  /// - Throws: `ClavaError` when a tensor is missing or has another shape.
  public convenience init(
    shape: DenoiserShape, parameters: [NamedTensor], options: SamplingOptions = SamplingOptions()
  ) throws {
    let network = try TrainedNetwork(
      shape: shape, parameters: parameters, times: Levels(shape.process, options).times, capacity: Self.subBlockRows)
    self.init(shape: shape, network: network, options: options)
  }

  /// Samples from any denoiser.
  package init(shape: DenoiserShape, network: any RowNetwork, options: SamplingOptions) {
    self.shape = shape
    self.options = options
    heads = KernelLayout(shape.features)
    guidance = SubBlockGuidance(width: shape.features.width, capacity: Self.subBlockRows)
    let levels = Levels(shape.process, options)
    evaluationCount = levels.times.count
    leastNoiseTime = levels.times.last ?? 0
    solver =
      switch levels {
      case .continuous(let sigma):
        EDMSolver(
          features: shape.features, network: network, solver: options.solver, levels: sigma,
          capacity: Self.subBlockRows)
      case .discrete(let levels, let schedule):
        DiscreteSolver(
          width: shape.features.width, network: network, levels: levels,
          limit: options.limit.map { CleanRowLimit(schedule: schedule, limit: $0) }, capacity: Self.subBlockRows)
      }
  }

  /// The levels of either process.
  private enum Levels {
    case continuous([Double])
    case discrete([DiscreteLevel], GaussianSchedule)

    init(_ process: NoiseProcess, _ options: SamplingOptions) {
      switch process {
      case .edm: self = .continuous(NoiseGrid(steps: options.steps).levels)
      case .ddpm(let schedule): self = .discrete(schedule.levels(options), schedule)
      }
    }

    /// The time of every level as networks see it.
    var times: [Double] {
      switch self {
      case .continuous(let sigma): sigma.map { EDMSolver.time(sigma: $0) }
      case .discrete(let levels, _): levels.map { Double($0.step) }
      }
    }
  }

  /// Draws one row per condition; row r takes the noise of row `firstRow` + r of the stream.
  ///
  /// - Parameter guidance: labels to draw rows towards, one per condition in every term; gradients are summed.
  /// - Throws: `ClavaError` when a value is not finite.
  public func sample(
    condition: ConditionRows, guidance: [GuidanceTerm] = [], firstRow: Int, stream: RandomStream
  ) throws -> SampledBlock {
    let noise = Matrix(rows: min(Self.subBlockRows, condition.rowCount), columns: shape.features.width)
    return try sample(condition: condition, guidance: guidance, firstRow: firstRow) { rows, draw in
      stream.fillNormals(noise, rows: 0..<rows.count, firstRow: UInt64(firstRow + rows.lowerBound), step: draw)
      return UnsafePointer(noise.pointer)
    }
  }

  /// The same with given noise.
  package func sample(
    condition: ConditionRows, guidance terms: [GuidanceTerm] = [], firstRow: Int = 0, noise: @escaping NoiseSource
  ) throws -> SampledBlock {
    precondition(
      condition.width == shape.conditionWidth,
      "conditions of width \(condition.width) for a denoiser that takes \(shape.conditionWidth)")
    for term in terms {
      precondition(
        term.labels.count == condition.rowCount, "\(term.labels.count) labels for \(condition.rowCount) rows")
    }
    let count = condition.rowCount
    let conditions = ConditionBuffers(condition, capacity: min(Self.subBlockRows, count))
    var block = SampledBlock(
      rowCount: count, numerics: [Float](repeating: 0, count: count * shape.features.numericCount),
      logProbabilities: [Float](repeating: 0, count: count * shape.features.levelTotal))
    var start = 0
    while start < count {
      let rows = start..<min(count, start + Self.subBlockRows)
      let input = conditions.fill(condition, count: rows.count) { rows.lowerBound + $0 }
      guidance.begin(terms, rows: rows)
      let solved = solver.solve(
        SubBlock(count: rows.count, condition: ConditionBlock(input: input), noise: { noise(rows, $0) }),
        guidance: guidance)
      try check(solved, rows: rows, firstRow: firstRow, isGuided: !terms.isEmpty)
      copy(solved, into: &block, rows: rows)
      start = rows.upperBound
    }
    return block
  }

  private func check(_ solved: SolvedRows, rows: Range<Int>, firstRow: Int, isGuided: Bool) throws {
    let elements = Int64(rows.count * shape.features.width)
    let bad =
      ck_count_not_finite(solved.values, elements) + (solved.logits.map { ck_count_not_finite($0, elements) } ?? 0)
    guard bad > 0 else { return }
    throw ClavaError(
      .tasks,
      "sampling rows \(firstRow + rows.lowerBound)..<\(firstRow + rows.upperBound) gave \(bad) values that are not "
        + "finite",
      remedy: "train the model longer or with a lower learning rate"
        + (isGuided ? ", or guide with a smaller classifier scale" : ""))
  }

  private func copy(_ solved: SolvedRows, into block: inout SampledBlock, rows: Range<Int>) {
    let (width, numericCount) = (shape.features.width, shape.features.numericCount)
    let levelTotal = shape.features.levelTotal
    for row in 0..<rows.count {
      let target = (rows.lowerBound + row) * numericCount
      for column in 0..<numericCount { block.numerics[target + column] = solved.values[row * width + column] }
    }
    guard levelTotal > 0 else { return }
    block.logProbabilities.withUnsafeMutableBufferPointer { target in
      guard let base = target.baseAddress else { return }
      let out = base + rows.lowerBound * levelTotal
      withUnsafePointer(to: heads.value) { layout in
        if let logits = solved.logits {
          ck_log_softmax(out, logits, layout, Int64(rows.count))
        } else {
          ck_log_nearest(out, solved.values, layout, Int64(rows.count))
        }
      }
    }
  }
}
