internal import Tensors

/// Which rows a step of a classifier sees: a new permutation every epoch, cut into batches.
///
/// Any step can be asked for, so a resumed training sees the same batches.
struct ClassifierBatches {
  /// Rows of a full batch.
  let batch: Int

  private let rowCount: Int
  private let perEpoch: Int
  private let stream: RandomStream
  private var epoch = -1
  private var permutation: [Int32] = []

  init(rowCount: Int, options: ClassifierOptions) {
    self.rowCount = rowCount
    batch = min(options.batch, rowCount)
    let whole = rowCount / batch
    perEpoch = options.remainderBatches && whole * batch < rowCount ? whole + 1 : whole
    stream = RandomStream(seed: options.seed, name: "\(options.stream)/batches")
  }

  /// Calls `body` with the rows of a step.
  mutating func withRows(step: Int, _ body: (UnsafeBufferPointer<Int32>) -> Void) {
    let (wanted, position) = step.quotientAndRemainder(dividingBy: perEpoch)
    if wanted != epoch {
      permutation = stream.permutation(count: rowCount, step: UInt32(truncatingIfNeeded: wanted))
      epoch = wanted
    }
    permutation.withUnsafeBufferPointer { rows in
      body(UnsafeBufferPointer(rebasing: rows[position * batch..<min(rowCount, (position + 1) * batch)]))
    }
  }
}
