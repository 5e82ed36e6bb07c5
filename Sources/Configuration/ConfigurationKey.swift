/// One key of the configuration: its path, its type and range, what it means, and how to get and set it.
///
/// The table of all keys is the one place that reading, checking, printing and documenting share.
public struct ConfigurationKey: Sendable {
  typealias Path<Value> = any WritableKeyPath<Configuration, Value> & Sendable

  /// A value as it stands in a configuration file.
  enum Kind: Sendable {
    case text(Path<String>)
    case optionalText(Path<String?>)
    case choice(Path<String>, [String])
    case choices(Path<[String]>, [String])
    case integer(Path<Int>, ClosedRange<Int>)
    case integerOrAuto(Path<Int?>, ClosedRange<Int>)
    case integers(Path<[Int]>, ClosedRange<Int>)
    case number(Path<Double>, ClosedRange<Double>)
    case seconds(Path<Double>, ClosedRange<Double>)
    case flag(Path<Bool>)
  }

  /// Dotted path, for instance `denoiser.steps`.
  public let path: String
  /// One sentence for people.
  public let meaning: String
  let kind: Kind

  init(_ path: String, _ kind: Kind, _ meaning: String) {
    self.path = path
    self.kind = kind
    self.meaning = meaning
  }

  /// What may stand there, in words.
  public var expectation: String {
    switch kind {
    case .text, .optionalText: "a text"
    case .choice(_, let names): "one of \(names.joined(separator: ", "))"
    case .choices(_, let names): "a list of some of \(names.joined(separator: ", "))"
    case .integer(_, let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .integerOrAuto(_, let range): "auto, or a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .integers(_, let range): "a list of whole numbers from \(range.lowerBound) to \(range.upperBound)"
    case .number(_, let range): "a number from \(range.lowerBound) to \(range.upperBound)"
    case .seconds(_, let range): "a time such as 120s, 5m or 1h, from \(range.lowerBound)s to \(range.upperBound)s"
    case .flag: "true or false"
    }
  }

  /// The value in YAML.
  public func text(in configuration: Configuration) -> String {
    switch kind {
    case .text(let path): YAMLText.scalar(configuration[keyPath: path])
    case .optionalText(let path): configuration[keyPath: path].map(YAMLText.scalar) ?? "null"
    case .choice(let path, _): configuration[keyPath: path]
    case .choices(let path, _): "[\(configuration[keyPath: path].joined(separator: ", "))]"
    case .integer(let path, _): String(configuration[keyPath: path])
    case .integerOrAuto(let path, _): configuration[keyPath: path].map(String.init) ?? "auto"
    case .integers(let path, _): "[\(configuration[keyPath: path].map(String.init).joined(separator: ", "))]"
    case .number(let path, _): YAMLText.number(configuration[keyPath: path])
    case .seconds(let path, _): "\(YAMLText.number(configuration[keyPath: path]))s"
    case .flag(let path): configuration[keyPath: path] ? "true" : "false"
    }
  }

  /// Every key, in the order in which they are printed.
  public static let all: [ConfigurationKey] = [
    .init("data.path", .optionalText(\.data.path), "folder with the tables and their metadata"),
    .init(
      "data.format", .choice(\.data.format, ["auto", "clava", "sdv"]),
      "form of the data folder; auto takes dataset_meta.json before metadata.json"),
    .init("output", .text(\.output), "folder of the run; an existing run of the same configuration is continued"),
    .init("seed", .integer(\.seed, 0...Int(Int32.max)), "every random draw follows from it"),
    .init("workers", .integerOrAuto(\.workers, 1...256), "worker processes; auto is one for each core"),
    .init("recipe", .choice(\.recipe, ["clava"]), "set of modelling choices"),
    .init("codec.kind", .choice(\.codec.kind, ["hybrid"]), "rank-Gauss numbers and one-hot categories"),
    .init(
      "codec.max_levels", .integer(\.codec.maxLevels, 2...100_000),
      "a categorical column with more levels is modelled as an ordinal"),
    .init(
      "codec.knots", .integer(\.codec.knots, 16...1_000_000),
      "distinct values a numeric column may have before quantile knots stand for them"),
    .init(
      "codec.minimum_cell_rows", .integer(\.codec.minimumCellRows, 1...1_000_000),
      "numbers of fewer rows share a cell with their neighbours (tables of 200 rows and more); 1 is off"),
    .init("labels.clusters", .integer(\.labels.clusters, 1...1000), "latent groups for each relation"),
    .init("labels.method", .choice(\.labels.method, ["both", "kmeans"]), "mixture seeded by k-means++, or k-means"),
    .init("labels.parent_scale", .number(\.labels.parentScale, 0...1000), "weight of the parent's columns"),
    .init("labels.fit_rows", .integer(\.labels.fitRows, 100...10_000_000), "rows the mixture is fitted on at most"),
    .init("labels.iterations", .integer(\.labels.iterations, 1...10_000), "rounds of the mixture fit at most"),
    .init("labels.tolerance", .number(\.labels.tolerance, 0...1), "gain of log density below which the fit ends"),
    .init(
      "structure.kind", .choice(\.structure.kind, ["exact", "resampled"]),
      "exact keeps the real multiset of labels and group sizes; resampled draws root records with replacement"),
    .init("structure.scale", .number(\.structure.scale, 0.001...10_000), "size of the synthetic database"),
    .init(
      "structure.path_agreement", .flag(\.structure.pathAgreement),
      "rows reach the same ancestor through two parents as often as in reality"),
    .init(
      "structure.distinct_pairs", .flag(\.structure.distinctPairs),
      "pairs of parents repeat no more often than in reality"),
    .init("matching.kind", .choice(\.matching.kind, ["cells"]), "how rows with several parents find them"),
    .init("denoiser.process", .choice(\.denoiser.process, ["edm"]), "diffusion process"),
    .init("denoiser.layers", .integers(\.denoiser.layers, 1...8192), "widths of the hidden layers"),
    .init("denoiser.steps", .integer(\.denoiser.steps, 1...10_000_000), "optimiser steps for each view"),
    .init("denoiser.batch", .integer(\.denoiser.batch, 1...65_536), "rows in a step"),
    .init("denoiser.learning_rate", .number(\.denoiser.learningRate, 1e-7...1), "peak learning rate of AdamW"),
    .init("denoiser.weight_decay", .number(\.denoiser.weightDecay, 0...1), "decoupled weight decay"),
    .init("denoiser.ema", .number(\.denoiser.ema, 0...0.999_999), "decay of the averaged weights, which sample"),
    .init(
      "denoiser.condition", .choices(\.denoiser.condition, ["labels", "sizes", "parents"]),
      "what a row's model is told of its surroundings"),
    .init("denoiser.holdout", .number(\.denoiser.holdout, 0...0.5), "share of rows kept for the validation loss"),
    .init(
      "denoiser.early_stopping", .flag(\.denoiser.earlyStopping),
      "stop when the validation loss has not improved for a fifth of the steps; needs a holdout"),
    .init("sampling.solver", .choice(\.sampling.solver, ["dpmpp2m"]), "solver of the reverse process"),
    .init("sampling.steps", .integer(\.sampling.steps, 2...10_000), "evaluations of the model for each row"),
    .init("sampling.block", .integer(\.sampling.block, 64...1_000_000), "rows sampled together"),
    .init(
      "calibration.kind", .choice(\.calibration.kind, ["marginals", "off"]),
      "marginals brings every column to the real distribution; off keeps the model's own"),
    .init("checkpoint.every", .seconds(\.checkpoint.every, 0.1...86_400), "time between checkpoints"),
    .init("evaluation.enabled", .flag(\.evaluation.enabled), "compare the result with the input at the end"),
    .init("fleet.launcher", .choice(\.fleet.launcher, ["local"]), "who starts the workers"),
    .init(
      "fleet.core_type", .choice(\.fleet.coreType, ["auto"] + coreTypes),
      "kernels OpenBLAS uses; results are equal only for equal kernels"),
  ]

  /// The kernel sets of OpenBLAS for 64-bit processors that its `OPENBLAS_CORETYPE` knows.
  private static let coreTypes = [
    "Prescott", "Core2", "Nehalem", "Sandybridge", "Haswell", "SkylakeX", "Cooperlake", "SapphireRapids", "Bulldozer",
    "Piledriver", "Steamroller", "Excavator", "Zen", "armv8", "cortexa53", "cortexa57", "cortexa72", "neoversen1",
    "neoversev1", "neoversen2",
  ]

  /// The key with this path.
  public static func named(_ path: String) -> ConfigurationKey? { all.first { $0.path == path } }
}
