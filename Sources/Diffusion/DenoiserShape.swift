public import Neural

/// Sizes of a denoiser.
public struct DenoiserShape: Sendable, Equatable {
  /// Columns of the table.
  public var features: FeatureLayout
  /// Columns of the condition; 0 for none.
  public var conditionWidth: Int
  /// Width of every hidden layer; at least one.
  public var layers: [Int]
  /// Length of the time embedding.
  public var timeDimension: Int
  /// How rows are made noisy; decides the form of the network, too.
  public var process: NoiseProcess
  /// Share of the activations between the body's layers that a training step sets to zero.
  public var dropout: Double

  /// Creates a shape.
  public init(
    features: FeatureLayout, conditionWidth: Int, layers: [Int], timeDimension: Int = 128,
    process: NoiseProcess = .edm, dropout: Double = 0
  ) {
    precondition((0..<1).contains(dropout), "a dropout rate of \(dropout) is outside 0..<1")
    self.features = features
    self.conditionWidth = conditionWidth
    self.layers = layers
    self.timeDimension = timeDimension
    self.process = process
    self.dropout = dropout
  }

  /// The network behind it.
  public var network: NetworkShape {
    switch process {
    case .edm:
      .conditional(
        inputWidth: features.width, conditionWidth: conditionWidth, outputWidth: features.width,
        timeDimension: timeDimension, layers: layers)
    case .ddpm:
      .published(
        width: features.width, conditionWidth: conditionWidth, timeDimension: timeDimension, layers: layers)
    }
  }

  /// Number of losses of a row: one a column in the continuous process, one a network output in the discrete one.
  package var lossCount: Int {
    switch process {
    case .edm: features.columnCount
    case .ddpm: features.width
    }
  }

  /// Number of parameters.
  public var parameterCount: Int { TimeConditionedNetwork(network).layout.parameterCount }
}

extension DenoiserShape: Codable {
  private enum CodingKeys: String, CodingKey {
    case features
    case conditionWidth
    case layers
    case timeDimension
    case process
    case dropout
  }

  /// Reads a shape; one without a process is of the continuous process.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    features = try container.decode(FeatureLayout.self, forKey: .features)
    conditionWidth = try container.decode(Int.self, forKey: .conditionWidth)
    layers = try container.decode([Int].self, forKey: .layers)
    timeDimension = try container.decode(Int.self, forKey: .timeDimension)
    process = try container.decodeIfPresent(NoiseProcess.self, forKey: .process) ?? .edm
    dropout = try container.decodeIfPresent(Double.self, forKey: .dropout) ?? 0
  }

  /// Leaves out what has its default, so that models of the default recipe keep their bytes.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(features, forKey: .features)
    try container.encode(conditionWidth, forKey: .conditionWidth)
    try container.encode(layers, forKey: .layers)
    try container.encode(timeDimension, forKey: .timeDimension)
    if process != .edm { try container.encode(process, forKey: .process) }
    if dropout != 0 { try container.encode(dropout, forKey: .dropout) }
  }
}
