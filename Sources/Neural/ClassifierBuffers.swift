package import Tensors

/// Memory of one training batch on its way through a classifier and back; reused for every batch.
///
/// Rows are taken through each layer in blocks of `blockRows`, so that a block's elementwise work is done while it
/// lies in cache; what a later pass needs of the whole batch is kept.
package final class ClassifierBuffers {
  /// Rows of a block. Part of the numeric plan: another value gives other last bits.
  static let blockRows = 512

  /// The most rows that fit.
  package let capacity: Int
  /// Noisy rows (capacity × input width); the caller fills it.
  package let input: Matrix
  /// The logits, then their gradient (capacity × classes).
  package let output: Matrix

  let embedding: Matrix
  let timeKept: Matrix
  let timeActivation: Matrix
  /// h₀ of every row.
  let hidden: Matrix
  /// Per layer the rectified sums, before normalisation.
  let activations: [Matrix]
  /// Per layer one byte per activation: 1 where it is kept. Empty without dropout.
  let kept: [UnsafeMutablePointer<UInt8>]
  /// Normalised activations of one block.
  let normalised: Matrix
  let firstGradient: Matrix
  let secondGradient: Matrix
  let biasSums: UnsafeMutablePointer<Double>
  let statistics: [BatchStatistics]
  let combinedBias: Matrix

  /// Creates buffers for batches of up to `capacity` rows.
  package init(_ shape: ClassifierShape, capacity: Int) {
    self.capacity = capacity
    let time = shape.timeDimension
    input = Matrix(rows: capacity, columns: shape.inputWidth)
    output = Matrix(rows: capacity, columns: shape.classCount)
    embedding = Matrix(rows: capacity, columns: time)
    timeKept = Matrix(rows: capacity, columns: time)
    timeActivation = Matrix(rows: capacity, columns: time)
    hidden = Matrix(rows: capacity, columns: time)
    activations = shape.layers.map { Matrix(rows: capacity, columns: $0) }
    kept = shape.dropout > 0 ? shape.layers.map { .allocate(capacity: max(1, capacity * $0)) } : []
    let widest = max(time, shape.layers.max() ?? 0)
    normalised = Matrix(rows: min(capacity, Self.blockRows), columns: widest)
    firstGradient = Matrix(rows: capacity, columns: widest)
    secondGradient = Matrix(rows: capacity, columns: widest)
    biasSums = .allocate(capacity: widest)
    statistics = shape.layers.map { BatchStatistics(columns: $0) }
    combinedBias = Matrix(rows: 1, columns: time)
  }

  deinit {
    for mask in kept { mask.deallocate() }
    biasSums.deallocate()
  }

  /// Calls `body` with the first row and the number of rows of every block.
  func forEachBlock(of rows: Int, _ body: (_ start: Int, _ count: Int) -> Void) {
    var start = 0
    while start < rows {
      let count = min(Self.blockRows, rows - start)
      body(start, count)
      start += count
    }
  }
}
