import Yams

/// Recipes as data: the defaults that a recipe and its compatibility switch put in place of those of `clava`. They
/// are applied before the user's keys, so every choice can be made on its own as well.
public enum RecipePreset {
  /// One default.
  public struct Value: Sendable, Hashable {
    /// Path of the key.
    public var path: String
    /// The value in YAML.
    public var text: String
  }

  /// Names of the recipes; the first is the default.
  public static let recipes = ["clava", "clavaddpm"]
  /// Names of the compatibility switch; the first is the default.
  public static let compatibilities = ["none", "reference"]

  /// The defaults that differ from those of `clava`, in the order in which they are applied.
  ///
  /// - Parameter labelMethod: the user's choice of `labels.method`, which has defaults of its own; nil if there is none.
  ///
  /// Source: reference-method §3–§9; `reference` restores what each section calls a known defect.
  public static func values(recipe: String, compatibility: String, labelMethod: String? = nil) -> [Value] {
    guard recipe == "clavaddpm" else { return [] }
    var values = published
    if labelMethod == "gmm" { values.append(("labels.tolerance", "0.001")) }
    if compatibility == "reference" { values += reference }
    return values.map { Value(path: $0.0, text: $0.1) }
  }

  /// The configuration of a recipe without any choice of the user.
  public static func configuration(
    recipe: String, compatibility: String = "none", labelMethod: String? = nil
  ) -> Configuration {
    var configuration = Configuration()
    configuration.recipe = recipe
    configuration.compatibility = compatibility
    for value in values(recipe: recipe, compatibility: compatibility, labelMethod: labelMethod) {
      guard let key = ConfigurationKey.named(value.path), let node = try? Yams.compose(yaml: value.text) else {
        preconditionFailure("recipe \(recipe) sets \(value.path) to \(value.text), which cannot be read")
      }
      let found = key.apply(node, to: &configuration)
      precondition(found == nil, "recipe \(recipe) sets \(value.path) to \(value.text), expected \(key.expectation)")
    }
    return configuration
  }

  private static let published: [(String, String)] = [
    ("codec.kind", "quantile"),
    ("labels.method", "both"),
    ("labels.clusters", "20"),
    ("labels.single_child_rows", "0"),
    ("labels.fit_rows", "1000000000"),
    ("labels.iterations", "100"),
    ("labels.tolerance", "0.0001"),
    ("labels.neighbours", "all"),
    ("labels.scaling_rows", "clustered"),
    ("structure.kind", "group_sizes"),
    ("matching.kind", "assignment"),
    ("matching.features", "scaled"),
    ("matching.repeats", "keep"),
    ("matching.descendants", "matched"),
    ("denoiser.process", "ddpm"),
    ("denoiser.passes", "0"),
    ("denoiser.timesteps", "2000"),
    ("denoiser.noise_schedule", "cosine"),
    ("denoiser.loss", "squared_error"),
    ("denoiser.layers", "[512, 1024, 1024, 1024, 1024, 512]"),
    ("denoiser.steps", "200000"),
    ("denoiser.batch", "4096"),
    ("denoiser.learning_rate", "0.0006"),
    ("denoiser.learning_rate_decay", "published"),
    ("denoiser.weight_decay", "0.00001"),
    ("denoiser.ema", "0.999"),
    ("denoiser.condition", "[]"),
    ("denoiser.holdout", "0"),
    ("classifier.scale", "1"),
    ("classifier.layers", "[128, 256, 512, 1024, 512, 256, 128]"),
    ("classifier.time_dimension", "128"),
    ("classifier.steps", "20000"),
    ("classifier.batch", "4096"),
    ("classifier.learning_rate", "0.0001"),
    ("classifier.weight_decay", "0.01"),
    ("classifier.dropout", "0.5"),
    ("sampling.solver", "ancestral"),
    ("sampling.clip", "true"),
    ("calibration.kind", "off"),
  ]

  private static let reference: [(String, String)] = [
    ("codec.category_order", "lexicographic"),
    ("codec.round_numbers", "false"),
    ("codec.tolerance", "absolute"),
    ("codec.use_all_rows", "false"),
    ("labels.scale_scope", "published"),
    ("labels.key_feature", "true"),
    ("matching.kind", "greedy"),
    ("matching.features", "raw"),
    ("matching.repeats", "replace"),
    ("matching.descendants", "first_version"),
    ("denoiser.ema", "0"),
    ("denoiser.remainder_batches", "true"),
    ("classifier.loss_squared", "true"),
    ("classifier.remainder_batches", "true"),
    ("sampling.clip", "false"),
  ]
}
