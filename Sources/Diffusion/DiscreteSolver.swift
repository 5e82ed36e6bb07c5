internal import CKernels
internal import Tensors

/// Solves the discrete process.
///
/// The draw of step t is draw t of a row's noise; draw 0, which no step needs, is the start.
final class DiscreteSolver: SubBlockSolver {
  private let network: any RowNetwork
  private let levels: [DiscreteLevel]
  private let width: Int
  private let limit: CleanRowLimit?
  private let state: Matrix
  private let limited: Matrix
  private var clean: (current: Matrix, previous: Matrix)

  init(width: Int, network: any RowNetwork, levels: [DiscreteLevel], limit: CleanRowLimit?, capacity: Int) {
    self.network = network
    self.levels = levels
    self.width = width
    self.limit = limit
    limited = Matrix(rows: limit == nil ? 0 : capacity, columns: width)
    state = Matrix(rows: capacity, columns: width)
    let cleanRows = levels.contains { $0.combination != nil } ? capacity : 0
    clean = (Matrix(rows: cleanRows, columns: width), Matrix(rows: cleanRows, columns: width))
  }

  func solve(_ block: SubBlock, guidance: SubBlockGuidance) -> SolvedRows {
    let rows = block.count
    let x = state.pointer
    network.begin(condition: block.condition, rows: rows)
    x.update(from: block.noise(0), count: rows * width)
    for (index, level) in levels.enumerated() {
      let time = Double(level.step)
      var output = network.evaluate(x, level: index, time: time, rows: rows)
      if let limit {
        limit.apply(to: output, state: x, step: level.step, result: limited, elements: rows * width)
        output = UnsafePointer(limited.pointer)
      }
      let gradient = guidance.sum(input: x, time: time, rows: rows)
      advance(level, block, output: output, gradient: gradient)
    }
    return SolvedRows(values: UnsafePointer(x), logits: nil)
  }

  private func advance(
    _ level: DiscreteLevel, _ block: SubBlock, output: UnsafePointer<Float>, gradient: UnsafePointer<Float>?
  ) {
    let elements = Int64(block.count * width)
    let factors = level.factors
    guard let combination = level.combination else {
      let noise = factors.noise == 0 ? nil : block.noise(UInt32(level.step))
      ck_reverse_step(
        state.pointer, output, gradient, noise, Float(factors.state), Float(factors.output),
        Float(factors.guidance), Float(factors.noise), elements)
      return
    }
    clean = (clean.previous, clean.current)
    ck_clean_estimate(
      clean.current.pointer, state.pointer, output, gradient, Float(factors.state), Float(factors.output),
      Float(factors.guidance), elements)
    let previous = combination.previous == 0 ? nil : UnsafePointer(clean.previous.pointer)
    ck_combine(
      state.pointer, clean.current.pointer, previous, Float(combination.state), Float(combination.current),
      Float(combination.previous), elements)
  }
}
