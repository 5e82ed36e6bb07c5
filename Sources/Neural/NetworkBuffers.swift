public import Tensors

/// Memory for one block of rows on its way through a network and back; reused for every block.
public final class NetworkBuffers {
  /// The most rows that fit.
  public let capacity: Int
  /// Rows given to the network (capacity × input width); the caller fills it.
  public let input: Matrix
  /// Time embeddings (capacity × time dimension).
  public let embedding: Matrix
  /// The network's output, then its gradient (capacity × output width).
  public let output: Matrix
  /// Gradient of the loss with respect to `input`, when asked for.
  public let inputGradient: Matrix

  let timeKept: Matrix
  let timeActivation: Matrix
  let kept: [Matrix]
  let activations: [Matrix]
  let firstGradient: Matrix
  let secondGradient: Matrix
  let combinedBias: Matrix

  /// Creates buffers for blocks of up to `capacity` rows.
  public init(_ shape: NetworkShape, capacity: Int) {
    self.capacity = capacity
    input = Matrix(rows: capacity, columns: shape.inputWidth)
    embedding = Matrix(rows: capacity, columns: shape.timeDimension)
    output = Matrix(rows: capacity, columns: shape.outputWidth)
    inputGradient = Matrix(rows: capacity, columns: shape.inputWidth)
    timeKept = Matrix(rows: capacity, columns: shape.timeDimension)
    timeActivation = Matrix(rows: capacity, columns: shape.timeDimension)
    let widths = [shape.embeddingWidth] + shape.hiddenWidths
    kept = widths.map { Matrix(rows: capacity, columns: $0) }
    activations = zip(widths, kept).enumerated().map { index, pair in
      let overwrites = shape.activation.worksInPlace || (index == 0 && !shape.activatesEmbedding)
      return overwrites ? pair.1 : Matrix(rows: capacity, columns: pair.0)
    }
    let widest = max(widths.max() ?? 0, shape.timeDimension)
    firstGradient = Matrix(rows: capacity, columns: widest)
    secondGradient = Matrix(rows: capacity, columns: widest)
    combinedBias = Matrix(rows: 1, columns: shape.embeddingWidth)
  }
}

/// The condition of a block of rows, in the form that suits its width.
public enum ConditionInput {
  /// No condition.
  case none
  /// All columns, row by row.
  case dense(UnsafePointer<Float>)
  /// For every row the same number of (column, value) entries; a negative column is an absent entry.
  case sparse(columns: UnsafePointer<Int32>, values: UnsafePointer<Float>, entries: Int)
}
