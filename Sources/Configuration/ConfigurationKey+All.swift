extension ConfigurationKey {
  /// Every key, in the order in which they are printed.
  public static let all: [ConfigurationKey] = general + encoding + structure + models + drawing + surroundings + fleet

  private static let general: [ConfigurationKey] = [
    .init("data.path", .optionalText(\.data.path), "folder with the tables and their metadata (`--data`)"),
    .init(
      "data.format", .choice(\.data.format, ["auto", "clava", "sdv"]),
      "form of the data folder: dataset_meta.json (clava), metadata.json (sdv), or the first of them that is there"),
    .init(
      "output", .text(\.output), "folder of the run (`--out`); a run of the same configuration in it is continued"),
    .init(
      "output_layout", .choice(\.outputLayout, ["clava", "published"]),
      "places of the tables: synthetic/TABLE.csv, or TABLE/PREFIX_final/TABLE_synthetic.csv as published"),
    .init("output_prefix", .textOrEmpty(\.outputPrefix), "PREFIX of the published layout"),
    .init("seed", .integer(\.seed, 0...Int(Int32.max)), "every random draw follows from it (`--seed`)"),
    .init(
      "workers", .integerOrAuto(\.workers, 1...256),
      "worker processes (`--workers`), auto is one for each core; results do not depend on it"),
    .init(
      "recipe", .choice(\.recipe, RecipePreset.recipes),
      "set of modelling choices (`--recipe`): the defaults of all keys below"),
    .init(
      "compatibility", .choice(\.compatibility, RecipePreset.compatibilities),
      "reference makes clavaddpm behave as the published code, known defects included (`--compatibility`)"),
  ]

  private static let encoding: [ConfigurationKey] = [
    .init(
      "codec.kind", .choice(\.codec.kind, ["hybrid", "quantile"]),
      "hybrid: numbers by rank, categories as one-hot blocks; quantile: every column one number, as published"),
    .init(
      "codec.max_levels", .integer(\.codec.maxLevels, 2...100_000),
      "hybrid: a categorical column with more levels is modelled as an ordinal"),
    .init(
      "codec.knots", .integer(\.codec.knots, 16...1_000_000),
      "hybrid: distinct values a numeric column may have before quantile knots stand for them"),
    .init(
      "codec.minimum_cell_rows", .integer(\.codec.minimumCellRows, 1...1_000_000),
      "hybrid: numbers of fewer rows share a cell, within which all values are equally likely, with their neighbours "
        + "in tables of 200 rows and more; 1 is off"),
    .init(
      "codec.category_order", .choice(\.codec.categoryOrder, ["numeric", "frequency", "lexicographic"]),
      "order of categories as numbers: by value, by number of rows, or by their text (1, 10, 2)"),
    .init(
      "codec.round_numbers", .flag(\.codec.roundNumbers),
      "integers and decimals are written as in the input; false rounds only integers of up to 32 values"),
    .init(
      "codec.tolerance", .choice(\.codec.tolerance, ["relative", "absolute"]),
      "quantile: whether the 1e-7 within which a number is the smallest or largest is a share of the outermost step between quantiles"
    ),
    .init(
      "codec.use_all_rows", .flag(\.codec.useAllRows),
      "quantile: false fits codecs and models on 99 % of the rows of a table, a random split, as published"),
    .init(
      "labels.clusters", .integer(\.labels.clusters, 1...1000),
      "latent groups for each relation; `tables.T.clusters` where T is the child"),
    .init(
      "labels.minimum_rows", .integer(\.labels.minimumRows, 0...1_000_000),
      "rows of the child for each latent group at least: fewer groups in small tables, but not below 200 rows nor where "
        + "`tables.T.clusters` is set; 0 is no limit"),
    .init(
      "labels.single_child_rows", .integer(\.labels.singleChildRows, 0...1_000_000),
      "the same where no parent has two children: such groups tell of single rows, so few of them are enough"),
    .init(
      "labels.method", .choice(\.labels.method, ["both", "kmeans", "gmm", "variational"]),
      "both: Gaussian mixture seeded by k-means++; kmeans; gmm: mixture after a full k-means; variational: Bayesian "
        + "mixture"),
    .init(
      "labels.parent_scale", .number(\.labels.parentScale, 0...1000), "weight of the parent's columns in clustering"),
    .init(
      "labels.fit_rows", .integer(\.labels.fitRows, 100...1_000_000_000), "rows the mixture is fitted on at most"),
    .init("labels.iterations", .integer(\.labels.iterations, 1...10_000), "rounds of the mixture fit at most"),
    .init(
      "labels.tolerance", .number(\.labels.tolerance, 0...1), "gain of mean log density below which the fit ends"),
    .init(
      "labels.neighbours", .choice(\.labels.neighbours, ["children", "all"]),
      "labels that are clustered with the columns: of the child's children, or all that were made before"),
    .init(
      "labels.scale_scope", .choice(\.labels.scaleScope, ["parents", "published"]),
      "parent_scale applies to the parent's features only, or also to most one-hot columns of the child"),
    .init(
      "labels.key_feature", .flag(\.labels.keyFeature), "the parent's primary key is clustered as one more number"),
    .init(
      "labels.scaling_rows", .choice(\.labels.scalingRows, ["source", "clustered"]),
      "rows that give the parent's smallest and largest numbers: every parent once, or once for each child"),
  ]

  private static let structure: [ConfigurationKey] = [
    .init(
      "structure.kind", .choice(\.structure.kind, ["exact", "resampled", "group_sizes"]),
      "exact keeps the real multiset of labels and group sizes; resampled draws root records with replacement; "
        + "group_sizes draws sizes by the label that a sampled parent carries"),
    .init(
      "structure.scale", .number(\.structure.scale, 0.001...10_000),
      "size of the synthetic database (`--scale`); lookup tables keep their rows"),
    .init(
      "structure.path_agreement", .flag(\.structure.pathAgreement),
      "rows reach the same ancestor over two parents as often as in reality (not with group_sizes)"),
    .init(
      "structure.distinct_pairs", .flag(\.structure.distinctPairs),
      "pairs of parents repeat no more often than in reality (not with group_sizes)"),
    .init(
      "matching.kind", .choice(\.matching.kind, ["cells", "greedy", "nearest", "assignment", "none"]),
      "how rows find several parents: cells of equal labels; with group_sizes rows of the versions are paired: the "
        + "nearest unused one in turn (greedy), the nearest one, at the least total distance (assignment), or at "
        + "random (none)"),
    .init(
      "matching.features", .choice(\.matching.features, ["scaled", "raw"]),
      "numbers of the versions are compared after the quantile map, or as they are"),
    .init(
      "matching.repeats", .choice(\.matching.repeats, ["keep", "replace"]),
      "nearest: a row may serve several times, or later ones take the first unused row as published"),
    .init(
      "matching.descendants", .choice(\.matching.descendants, ["matched", "first_version"]),
      "children of a table with several parents are generated from its matched rows, or from its first version, "
        + "which breaks references"),
    .init("matching.block", .integer(\.matching.block, 64...10_000_000), "rows that a matching task holds at a time"),
  ]

  private static let models: [ConfigurationKey] = [
    .init(
      "denoiser.process", .choice(\.denoiser.process, ["edm", "ddpm"]),
      "diffusion process: continuous noise levels, or discrete time steps as published"),
    .init("denoiser.timesteps", .integer(\.denoiser.timesteps, 2...100_000), "ddpm: number of time steps"),
    .init(
      "denoiser.noise_schedule", .choice(\.denoiser.noiseSchedule, ["cosine", "linear"]), "ddpm: noise of the steps"),
    .init(
      "denoiser.loss", .choice(\.denoiser.loss, ["squared_error", "variational_bound"]),
      "squared error of the prediction; ddpm: also the variational bound in bits"),
    .init("denoiser.layers", .integers(\.denoiser.layers, 1...8192), "widths of the hidden layers"),
    .init("denoiser.dropout", .number(\.denoiser.dropout, 0...0.95), "ddpm: share of hidden units dropped in training"),
    .init("denoiser.steps", .integer(\.denoiser.steps, 1...10_000_000), "optimiser steps of each model"),
    .init(
      "denoiser.passes", .integer(\.denoiser.passes, 0...10_000_000),
      "passes over the rows at most, in steps of `batch` rows: fewer steps for small tables, but at least 300, and not "
        + "below 200 rows; 0 is no limit"),
    .init("denoiser.batch", .integer(\.denoiser.batch, 1...65_536), "rows in a step"),
    .init("denoiser.learning_rate", .number(\.denoiser.learningRate, 1e-7...1), "peak learning rate of AdamW"),
    .init(
      "denoiser.learning_rate_decay", .choice(\.denoiser.learningRateDecay, ["cosine", "published"]),
      "100 steps of warm-up and a cosine to 0, or linear to 0 from the first step"),
    .init("denoiser.weight_decay", .number(\.denoiser.weightDecay, 0...1), "decoupled weight decay"),
    .init(
      "denoiser.ema", .number(\.denoiser.ema, 0...0.999_999),
      "decay of the averaged weights, which sample; 0 samples with the last ones"),
    .init(
      "denoiser.remainder_batches", .flag(\.denoiser.remainderBatches),
      "the short batch at the end of an epoch is a step of its own"),
    .init(
      "denoiser.condition", .choices(\.denoiser.condition, ["labels", "sizes", "parents"]),
      "what a row's model is told of its surroundings"),
    .init(
      "denoiser.holdout", .number(\.denoiser.holdout, 0...0.5),
      "share of rows kept for the validation loss (none below 200 rows)"),
    .init(
      "denoiser.early_stopping", .flag(\.denoiser.earlyStopping),
      "stop when the validation loss has not improved for a fifth of the steps, keep the best; needs a holdout"),
    .init(
      "denoiser.rungs", .integers(\.denoiser.rungs, 1...10_000_000),
      "steps at which a training is divided into tasks that continue each other, ascending and below `steps`; the "
        + "weights are those of an undivided training"),
    .init(
      "denoiser.stop_after", .integerOrAuto(\.denoiser.stopAfter, 1...10_000_000),
      "one of `rungs`, after which training ends while the learning rate still follows `steps`; auto trains to the end"),
    .init(
      "classifier.scale", .number(\.classifier.scale, 0...1000),
      "strength with which classifiers of labels guide the rows of a child; 0 is none (group_sizes: they are trained all the same, to tell how far rows show their labels)"
    ),
    .init("classifier.layers", .integers(\.classifier.layers, 1...8192), "widths of its hidden layers"),
    .init(
      "classifier.time_dimension", .integer(\.classifier.timeDimension, 2...4096), "width of its embedding of time"),
    .init("classifier.steps", .integer(\.classifier.steps, 0...10_000_000), "optimiser steps; 0 is no classifier"),
    .init("classifier.batch", .integer(\.classifier.batch, 2...65_536), "rows in a step"),
    .init("classifier.learning_rate", .number(\.classifier.learningRate, 1e-7...1), "constant learning rate"),
    .init("classifier.weight_decay", .number(\.classifier.weightDecay, 0...1), "decoupled weight decay"),
    .init(
      "classifier.dropout", .number(\.classifier.dropout, 0...0.95), "share of hidden units dropped in training"),
    .init(
      "classifier.loss_squared", .flag(\.classifier.lossSquared),
      "the gradient is multiplied by the loss, as in the published code"),
    .init(
      "classifier.remainder_batches", .flag(\.classifier.remainderBatches),
      "the short batch at the end of an epoch is a step of its own"),
  ]

  private static let drawing: [ConfigurationKey] = [
    .init(
      "sampling.solver", .choice(\.sampling.solver, ["dpmpp2m", "ddim", "ancestral"]),
      "solver of the reverse process: DPM-Solver++(2M); ddpm: also DDIM or ancestral sampling"),
    .init(
      "sampling.steps", .integer(\.sampling.steps, 2...10_000),
      "evaluations of the model for each row; ancestral takes `denoiser.timesteps` instead"),
    .init(
      "sampling.clip", .flag(\.sampling.clip),
      "ddpm: the clean row that a step foresees is kept within the range of the codec, which no real row leaves"),
    .init("sampling.block", .integer(\.sampling.block, 64...1_000_000), "rows sampled together"),
    .init(
      "sampling.seed", .integerOrAuto(\.sampling.seed, 0...Int(Int32.max)),
      "seed of structure and rows; auto is `seed`. Another one gives other data of the same models (`clava sample`)"),
    .init(
      "calibration.kind", .choice(\.calibration.kind, ["marginals", "off"]),
      "marginals brings every column to the real distribution (numbers by rank, categories as near as the search for "
        + "offsets comes, which can be a row or two off); off keeps the model's own"),
    .init(
      "calibration.jitter", .number(\.calibration.jitter, 0...100),
      "noise on generated numbers, as normal values, in units of 1/√rows: detail finer than the sampling error of a rank "
        + "is that of single training rows"),
  ]

  private static let surroundings: [ConfigurationKey] = [
    .init("checkpoint.every", .seconds(\.checkpoint.every, 0.1...86_400), "time between checkpoints of a training"),
    .init(
      "checkpoint.keep_last", .integer(\.checkpoint.keepLast, 1...1000),
      "how many of the newest checkpoints of a training stay; one that is damaged falls back to the one before"),
    .init("checkpoint.keep_best", .flag(\.checkpoint.keepBest), "the one with the lowest loss stays as well"),
    .init("checkpoint.keep_first", .flag(\.checkpoint.keepFirst), "the first stays as well"),
    .init(
      "checkpoint.keep_every", .integer(\.checkpoint.keepEvery, 0...10_000_000),
      "those whose step is a multiple of this stay as well; 0 is none"),
    .init(
      "checkpoint.keep_finished", .flag(\.checkpoint.keepFinished),
      "checkpoints stay when their training is done; otherwise they are removed then"),
    .init("evaluation.enabled", .flag(\.evaluation.enabled), "compare the result with the input at the end"),
    .init(
      "evaluation.data", .optionalText(\.evaluation.data),
      "folder of real rows to compare with instead of the input, in the same form"),
    .init(
      "evaluation.report", .flag(\.evaluation.report), "make report/index.html and report/report.json at the end"),
    .init(
      "evaluation.sections",
      .choices(
        \.evaluation.sections, ["structure", "temporal", "integrity", "privacy", "detection", "utility"]),
      "parts of the report besides the scores; privacy, detection and utility take longer"),
    .init(
      "evaluation.row_limit", .integer(\.evaluation.rowLimit, 100...100_000_000),
      "rows of a table that the expensive parts look at at most, evenly or randomly spread"),
    .init(
      "evaluation.ceilings", .integer(\.evaluation.ceilings, 0...100),
      "draws of real rows that are scored against other real rows, to show what can be reached; 0 leaves them out"),
    .init(
      "evaluation.holdout", .optionalNumber(\.evaluation.holdout, "none", 0.001...0.9),
      "share of the rows of a root table that is kept from training, with all rows below them (`--holdout`); privacy "
        + "and ceilings then compare with these rows"),
    .init(
      "evaluation.holdout_table", .optionalText(\.evaluation.holdoutTable),
      "table whose rows are drawn for the holdout; null is the root with the most rows below it"),
  ]
}
