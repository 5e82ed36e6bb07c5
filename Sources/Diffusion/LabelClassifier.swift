internal import CKernels
internal import Essentials
internal import Foundation
public import Neural
public import Tensors

/// A trained classifier of noisy rows: log-probabilities of labels and the direction that makes a label more probable.
///
/// Buffers are allocated once; one object serves one thread.
public final class LabelClassifier: RowClassifier {
  /// Sizes.
  public let shape: ClassifierShape
  /// The most rows of one call.
  public let capacity: Int
  private let inference: ClassifierInference

  /// Takes over the tensors of a `ClassifierTrainer`.
  ///
  /// - Parameter capacity: the most rows of one call.
  /// - Throws: `ClavaError` when a tensor is missing or has another shape.
  public init(shape: ClassifierShape, tensors: [NamedTensor], capacity: Int = 512) throws {
    let network = ClassifierNetwork(shape)
    let parameters = Matrix(rows: 1, columns: network.layout.count)
    let running = Matrix(rows: 1, columns: network.statistics.count)
    let named = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    if let problem = network.layout.load(named, into: parameters.pointer)
      ?? network.statistics.load(named, into: running.pointer)
    {
      throw ClavaError(
        .damaged, "the model does not fit its classifier: \(problem)", remedy: "train the classifier again")
    }
    self.shape = shape
    self.capacity = max(1, capacity)
    inference = ClassifierInference(
      network, parameters: parameters.pointer, running: running.pointer, capacity: self.capacity)
  }

  /// gradient[r] += scale · ∇ ln p(labels[r] | input[r], time), rows with a negative label left alone.
  public func addGradient(
    input: UnsafePointer<Float>, time: Double, labels: UnsafePointer<Int32>, rows: Int, scale: Float,
    to gradient: UnsafeMutablePointer<Float>
  ) {
    inference.addGradient(input: input, time: time, labels: labels, rows: rows, scale: scale, to: gradient)
  }

  /// ln p of every label for rows that share a time.
  ///
  /// - Parameters:
  ///   - input: rows × input width, noisy rows in variance-preserving form.
  ///   - time: as in `addGradient`.
  /// - Returns: rows × classCount.
  public func logProbabilities(input: Matrix, time: Double, rows: Int) -> [Float] {
    precondition(
      input.columns == shape.inputWidth && rows <= input.rows,
      "\(rows) rows of a matrix of \(input.rows) x \(input.columns) for a classifier of \(shape.inputWidth)")
    let classes = shape.classCount
    var result = [Float](repeating: 0, count: rows * classes)
    forEachBlock(of: rows) { start, count in
      let logits = inference.logits(input: input.pointer + start * shape.inputWidth, time: time, rows: count)
      for row in 0..<count {
        let values = (0..<classes).map { Double(logits[row * classes + $0]) }
        let greatest = values.max() ?? 0
        let shift = greatest + log(values.reduce(0) { $0 + exp($1 - greatest) })
        for (label, value) in values.enumerated() {
          result[(start + row) * classes + label] = Float(value - shift)
        }
      }
    }
    return result
  }

  /// Share of rows whose most probable label is the given one, all rows counted; the lowest label wins a tie.
  ///
  /// - Parameters:
  ///   - labels: one per row.
  ///   - sigma: σ of the noise that every row gets; 0 for the rows as they are.
  ///   - time: the time that goes with σ: the step of a discrete process, 250 ln σ of a continuous one.
  ///   - stream: row r takes the noise of row r.
  public func accuracy(
    features: FeatureRows, labels: [Int32], sigma: Double, time: Double, stream: RandomStream
  ) -> Double {
    precondition(labels.count == features.rowCount, "\(labels.count) labels for \(features.rowCount) rows")
    precondition(
      features.layout.width == shape.inputWidth,
      "rows of width \(features.layout.width) for a classifier of \(shape.inputWidth)")
    guard features.rowCount > 0 else { return 0 }
    let layout = KernelLayout(features.layout)
    let (input, noise) = (
      Matrix(rows: capacity, columns: shape.inputWidth), Matrix(rows: capacity, columns: shape.inputWidth)
    )
    let sigmas = [Double](repeating: sigma, count: capacity)
    var hits = 0
    forEachBlock(of: features.rowCount) { start, count in
      stream.fillNormals(noise, rows: 0..<count, firstRow: UInt64(start))
      let rows = (start..<start + count).map { Int32($0) }
      ClassifierNoise.combine(features, layout, input, rows: rows, noise: noise, sigma: sigmas, count: count)
      hits += self.hits(UnsafePointer(input.pointer), labels[start..<start + count], time: time)
    }
    return Double(hits) / Double(features.rowCount)
  }

  /// The labels that are among the classes; the others become −1, which guides nowhere.
  public func known(_ labels: [Int32]) -> [Int32] { labels.map { $0 < shape.classCount ? $0 : -1 } }

  /// Rows whose most probable label is the one given; rows with a negative label do not count.
  ///
  /// - Parameters:
  ///   - rows: rows.count × width values without noise.
  ///   - time: the time of the least noise.
  public func hits(rows: [Float], labels: [Int32], time: Double) -> Int {
    precondition(
      rows.count == labels.count * shape.inputWidth,
      "\(rows.count) values for \(labels.count) rows of width \(shape.inputWidth)")
    var hits = 0
    rows.withUnsafeBufferPointer { rows in
      guard let base = rows.baseAddress else { return }
      forEachBlock(of: labels.count) { start, count in
        hits += self.hits(base + start * shape.inputWidth, labels[start..<start + count], time: time)
      }
    }
    return hits
  }

  /// Hits of one block of rows in variance-preserving form.
  private func hits(_ input: UnsafePointer<Float>, _ labels: ArraySlice<Int32>, time: Double) -> Int {
    let logits = inference.logits(input: input, time: time, rows: labels.count)
    return labels.enumerated().count { row, wanted in
      let values = logits + row * shape.classCount
      var best = 0
      for label in 1..<max(1, shape.classCount) where values[label] > values[best] { best = label }
      return best == Int(wanted)
    }
  }

  private func forEachBlock(of rows: Int, _ body: (_ start: Int, _ count: Int) -> Void) {
    var start = 0
    while start < rows {
      let count = min(capacity, rows - start)
      body(start, count)
      start += count
    }
  }
}
