/// Knows how probable a label is for a noisy row, and in which direction the row becomes more probable.
public protocol RowClassifier: AnyObject {
  /// gradient[r] += scale · ∇ ln p(labels[r] | input[r], time), rows with a negative label left alone.
  ///
  /// - Parameters:
  ///   - input: rows × width, noisy rows in variance-preserving form.
  ///   - time: the time all rows share, as the denoiser sees it: the step of a discrete process, 250 ln σ of a
  ///     continuous one.
  ///   - labels: one per row.
  ///   - rows: at most the rows of a sampler's sub-block (`RowSampler.subBlockRows`).
  ///   - gradient: rows × width, with respect to `input`.
  func addGradient(
    input: UnsafePointer<Float>, time: Double, labels: UnsafePointer<Int32>, rows: Int, scale: Float,
    to gradient: UnsafeMutablePointer<Float>)
}

/// A label that sampled rows are drawn towards.
public struct GuidanceTerm {
  /// Says which direction makes the label more probable.
  public let classifier: any RowClassifier
  /// The wanted label of every sampled row; a negative one leaves its row alone.
  public let labels: [Int32]
  /// Factor η of the gradient.
  public let scale: Double

  /// Creates a term.
  public init(classifier: any RowClassifier, labels: [Int32], scale: Double) {
    self.classifier = classifier
    self.labels = labels
    self.scale = scale
  }
}
