internal import Tensors

/// A sub-block of rows on its way from noise to data.
struct SubBlock {
  /// Number of rows.
  let count: Int
  /// The conditions of the rows.
  let condition: ConditionBlock
  /// Standard normals (rows × width) of a draw, valid until the next call; draw 0 is the start.
  let noise: (UInt32) -> UnsafePointer<Float>
}

/// Where a solver left a sub-block.
struct SolvedRows {
  /// The rows, rows × width.
  let values: UnsafePointer<Float>
  /// Logits of the categorical blocks (rows × width), or nil when the rows themselves say which level is nearest.
  let logits: UnsafePointer<Float>?
}

/// Takes sub-blocks from noise to data.
protocol SubBlockSolver: AnyObject {
  func solve(_ block: SubBlock, guidance: SubBlockGuidance) -> SolvedRows
}

/// The gradients of all guidance terms for one sub-block, in memory of their own.
final class SubBlockGuidance {
  private let capacity: Int
  private let gradient: Matrix
  private var classifiers: [(classifier: any RowClassifier, scale: Float)] = []
  private var labels: [UnsafeMutablePointer<Int32>] = []

  init(width: Int, capacity: Int) {
    self.capacity = capacity
    gradient = Matrix(rows: capacity, columns: width)
  }

  deinit {
    for pointer in labels { pointer.deallocate() }
  }

  /// Takes in the labels of the next sub-block.
  func begin(_ terms: [GuidanceTerm], rows: Range<Int>) {
    while labels.count < terms.count { labels.append(.allocate(capacity: capacity)) }
    classifiers = terms.map { ($0.classifier, Float($0.scale)) }
    for (term, target) in zip(terms, labels) {
      for (position, row) in rows.enumerated() { target[position] = term.labels[row] }
    }
  }

  /// Σ η ∇ ln p(label | input, time), rows × width, or nil without terms; valid until the next call.
  func sum(input: UnsafePointer<Float>, time: Double, rows: Int) -> UnsafePointer<Float>? {
    guard !classifiers.isEmpty else { return nil }
    gradient.pointer.update(repeating: 0, count: rows * gradient.columns)
    for (index, term) in classifiers.enumerated() {
      term.classifier.addGradient(
        input: input, time: time, labels: labels[index], rows: rows, scale: term.scale, to: gradient.pointer)
    }
    return UnsafePointer(gradient.pointer)
  }
}
