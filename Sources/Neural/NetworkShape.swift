/// Sizes and names of a network that sees a noisy row, a time and, optionally, a condition.
///
/// h = proj(x) + W_c c + time₂(SiLU(time₀(embedding(t)))), then the body: linear layers with an activation between
/// them and, in the default recipe, one before the first.
public struct NetworkShape: Codable, Sendable, Equatable {
  /// Columns of a row.
  public var inputWidth: Int
  /// Columns of the condition; 0 for none.
  public var conditionWidth: Int
  /// Columns of the output.
  public var outputWidth: Int
  /// Length of the time embedding.
  public var timeDimension: Int
  /// Length of h.
  public var embeddingWidth: Int
  /// Outputs of the body's inner layers.
  public var hiddenWidths: [Int]
  /// The nonlinearity of the body; the time branch always uses SiLU.
  public var activation: Activation
  /// True when the activation is applied to h before the body's first layer.
  public var activatesEmbedding: Bool
  /// Parameter names of the projection, the condition and the two time layers.
  public var inputName, conditionName: String
  public var timeNames: [String]
  /// Parameter names of the body's layers: one more than `hiddenWidths`.
  public var bodyNames: [String]

  /// The network of the default recipe: every width in `layers` is one layer, SiLU before each body layer.
  ///
  /// Source: names `px`, `pc`, `te.0`, `te.2`, `m.1`, `m.3`, … as in the numeric oracles.
  public static func conditional(
    inputWidth: Int, conditionWidth: Int, outputWidth: Int, timeDimension: Int, layers: [Int]
  ) -> NetworkShape {
    precondition(!layers.isEmpty, "a denoiser needs at least one layer")
    return NetworkShape(
      inputWidth: inputWidth, conditionWidth: conditionWidth, outputWidth: outputWidth,
      timeDimension: timeDimension, embeddingWidth: layers[0], hiddenWidths: Array(layers.dropFirst()),
      activation: .silu, activatesEmbedding: true, inputName: "px", conditionName: "pc",
      timeNames: ["te.0", "te.2"], bodyNames: layers.indices.map { "m.\(2 * $0 + 1)" })
  }

  /// The network of the published method: h as long as the time embedding, ReLU after each body layer but the last.
  ///
  /// The published network takes no condition; one that is given enters h as in the default recipe.
  public static func published(
    width: Int, conditionWidth: Int = 0, timeDimension: Int = 128, layers: [Int]
  ) -> NetworkShape {
    NetworkShape(
      inputWidth: width, conditionWidth: conditionWidth, outputWidth: width, timeDimension: timeDimension,
      embeddingWidth: timeDimension, hiddenWidths: layers, activation: .relu, activatesEmbedding: false,
      inputName: "proj", conditionName: "condition", timeNames: ["time_embed.0", "time_embed.2"],
      bodyNames: layers.indices.map { "mlp.blocks.\($0).linear" } + ["mlp.head"])
  }
}
