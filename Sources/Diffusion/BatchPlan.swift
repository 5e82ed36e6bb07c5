internal import Tensors

/// Which rows a training step sees: a new permutation every epoch, cut into whole batches; the remainder is dropped or
/// makes a smaller batch.
///
/// Any step can be asked for, so a resumed training sees the same batches.
package struct BatchPlan {
  /// Rows of a step.
  package let batch: Int
  /// Rows kept out of training, ascending.
  package let holdout: [Int32]
  /// Rows trained on, ascending.
  package let training: [Int32]

  private let usesRemainder: Bool
  private let stream: RandomStream
  private var epoch = -1
  private var permutation: [Int32] = []

  /// The validation loss is estimated well enough by this many rows; more would only cost training rows and time.
  private static let holdoutLimit = 2_048

  package init(rowCount: Int, options: TrainingOptions) {
    let share = rowCount < 200 ? 0 : options.holdoutShare
    let count = min(Self.holdoutLimit, Int((Double(rowCount) * share).rounded()))
    let order = RandomStream(seed: options.seed, name: "\(options.stream)/holdout").permutation(count: rowCount)
    holdout = count == 0 ? [] : order[..<count].sorted()
    training = count == 0 ? Array(0..<Int32(rowCount)) : order[count...].sorted()
    batch = min(options.batch, training.count)
    usesRemainder = options.remainderBatches
    stream = RandomStream(seed: options.seed, name: "\(options.stream)/batches")
  }

  /// Calls `body` with the rows of a step.
  package mutating func withRows(step: Int, _ body: (UnsafeBufferPointer<Int32>) -> Void) {
    let perEpoch = usesRemainder ? (training.count + batch - 1) / batch : training.count / batch
    let (wanted, position) = step.quotientAndRemainder(dividingBy: perEpoch)
    if wanted != epoch {
      permutation = stream.permutation(count: training.count, step: UInt32(wanted)).map { training[Int($0)] }
      epoch = wanted
    }
    permutation.withUnsafeBufferPointer { rows in
      let start = position * batch
      body(UnsafeBufferPointer(rebasing: rows[start..<min(start + batch, rows.count)]))
    }
  }
}
