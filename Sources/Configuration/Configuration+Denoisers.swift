import Yams

extension Configuration {
  /// What the user says of one denoiser, over what `denoiser` says of all.
  public struct DenoiserOverride: Sendable, Hashable, Codable {
    /// Values by option, the last part of a key of `denoiser`, as `ConfigurationWriter` writes them.
    public var values: [String: String]
    /// Where it stands in the configuration, for messages.
    public var place = ""

    /// Creates the options of a denoiser, for instance `["learning_rate": "0.002"]`.
    public init(_ values: [String: String] = [:]) { self.values = values }
  }

  /// The configuration as one denoiser sees it: what `denoisers` says of it stands in `denoiser`.
  ///
  /// - Parameter name: of the denoiser, which is that of its training task: a table, or under
  ///   `structure.kind: group_sizes` a relation.
  public func configured(forDenoiser name: String) -> Configuration {
    guard let override = denoisers[name] else { return self }
    var configured = self
    for key in ConfigurationKey.ofOneDenoiser {
      guard let text = override.values[key.option] else { continue }
      let node = try? Yams.compose(yaml: text)
      let found = node.map { key.apply($0, to: &configured) } ?? text
      precondition(found == nil, "denoisers.\(name).\(key.option) is \(text), expected \(key.expectation)")
    }
    return configured
  }
}

extension ConfigurationKey {
  /// Options that concern the training of one denoiser and nothing else: they can be set for a single one below
  /// `denoisers`. The network that comes out carries its shape with it, so sampling needs none of them.
  private static let optionsOfOneDenoiser: Set<String> = [
    "loss", "layers", "dropout", "steps", "passes", "batch", "learning_rate", "learning_rate_decay", "weight_decay",
    "ema", "remainder_batches", "holdout", "early_stopping",
  ]

  /// The keys of `denoiser` that can be set for a single one, in the order in which they are printed.
  public static let ofOneDenoiser: [ConfigurationKey] = all.filter {
    $0.path.hasPrefix("denoiser.") && optionsOfOneDenoiser.contains($0.option)
  }

  /// The last part of the path.
  public var option: String { String(path[(path.lastIndex(of: ".").map(path.index(after:)) ?? path.startIndex)...]) }
}
