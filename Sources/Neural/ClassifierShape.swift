/// Sizes of a classifier of noisy rows.
public struct ClassifierShape: Codable, Sendable, Equatable {
  /// Columns of a row.
  public var inputWidth: Int
  /// Number of labels, 0..<classCount.
  public var classCount: Int
  /// Length of the time embedding and of h₀.
  public var timeDimension: Int
  /// Width of every hidden layer; at least one.
  public var layers: [Int]
  /// Share of the activations that a training step leaves out.
  public var dropout: Double

  /// The published widths.
  public static let publishedLayers = [128, 256, 512, 1_024, 512, 256, 128]

  /// Creates a shape; the defaults are those of the published method.
  public init(
    inputWidth: Int, classCount: Int, timeDimension: Int = 128, layers: [Int] = publishedLayers, dropout: Double = 0.5
  ) {
    self.inputWidth = inputWidth
    self.classCount = classCount
    self.timeDimension = timeDimension
    self.layers = layers
    self.dropout = dropout
  }

  /// Multiply-adds of one forward pass of one row in training, times two.
  public var operationsPerRow: Double {
    let widths = [timeDimension] + layers + [classCount]
    let body = zip(widths, widths.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
    return 2 * Double(body + inputWidth * timeDimension + 2 * timeDimension * timeDimension)
  }
}
