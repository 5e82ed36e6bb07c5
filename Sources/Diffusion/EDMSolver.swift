internal import CKernels
internal import Foundation
internal import Tensors

/// Solves the continuous process in σ.
///
/// Guidance moves the denoised row: D ← D + σ² Σ η ∇_x ln p. Classifiers see u = x / √(1 + σ²), hence
/// ∇_x = ∇_u / √(1 + σ²).
///
/// Source: Lu et al., "DPM-Solver++", 2022, algorithm 2, in the notation of Karras et al.
final class EDMSolver: SubBlockSolver {
  private let network: any RowNetwork
  private let solver: SamplingOptions.Solver
  private let heads: KernelLayout
  private let width: Int
  private let levels: [Double]
  private let state: Matrix
  private let input: Matrix
  private var denoised: (current: Matrix, previous: Matrix)

  init(
    features: FeatureLayout, network: any RowNetwork, solver: SamplingOptions.Solver, levels: [Double], capacity: Int
  ) {
    self.network = network
    self.solver = solver
    self.levels = levels
    heads = KernelLayout(features)
    width = features.width
    func matrix() -> Matrix { Matrix(rows: capacity, columns: features.width) }
    state = matrix()
    input = matrix()
    denoised = (matrix(), matrix())
  }

  /// The time of a level as networks see it.
  static func time(sigma: Double) -> Double { NoiseProcess.timeFactor * log(sigma) }

  func solve(_ block: SubBlock, guidance: SubBlockGuidance) -> SolvedRows {
    let rows = block.count
    network.begin(condition: block.condition, rows: rows)
    ck_scale(state.pointer, block.noise(0), Float(levels[0]), Int64(rows * width))
    var output = UnsafePointer(state.pointer)
    for (index, sigma) in levels.enumerated() {
      output = denoise(level: index, sigma: sigma, rows: rows, guidance: guidance)
      guard index + 1 < levels.count else { break }
      advance(from: index, block)
    }
    return SolvedRows(values: UnsafePointer(denoised.current.pointer), logits: output)
  }

  /// Makes `denoised.current` from the state and returns the network's output.
  private func denoise(
    level: Int, sigma: Double, rows: Int, guidance: SubBlockGuidance
  ) -> UnsafePointer<Float> {
    let elements = Int64(rows * width)
    let power = 1 + sigma * sigma
    let time = Self.time(sigma: sigma)
    ck_scale(input.pointer, state.pointer, Float(1 / power.squareRoot()), elements)
    let output = network.evaluate(input.pointer, level: level, time: time, rows: rows)
    denoised = (denoised.previous, denoised.current)
    withUnsafePointer(to: heads.value) { layout in
      ck_edm_denoise(denoised.current.pointer, output, state.pointer, layout, sigma, Int64(rows))
    }
    if let gradient = guidance.sum(input: input.pointer, time: time, rows: rows) {
      let factor = sigma * sigma / power.squareRoot()
      ck_combine(denoised.current.pointer, gradient, nil, 1, Float(factor), 0, elements)
    }
    return output
  }

  /// Takes the state from one level to the next.
  private func advance(from index: Int, _ block: SubBlock) {
    let elements = Int64(block.count * width)
    let (sigma, next) = (levels[index], levels[index + 1])
    let ratio = next / sigma
    let gain = -expm1(log(ratio))
    let clean = denoised.current.pointer
    switch solver {
    case .dpmpp2m where index > 0:
      let extrapolation = log(sigma / next) / (2 * log(levels[index - 1] / sigma))
      ck_combine(
        state.pointer, clean, denoised.previous.pointer, Float(ratio), Float(gain * (1 + extrapolation)),
        Float(-gain * extrapolation), elements)
    case .dpmpp2m, .ddim:
      ck_combine(state.pointer, clean, nil, Float(ratio), Float(gain), 0, elements)
    case .ancestral:
      let share = ratio * ratio
      ck_combine(
        state.pointer, clean, block.noise(UInt32(index + 1)), Float(share), Float(1 - share),
        Float(next * (1 - share).squareRoot()), elements)
    }
  }
}
