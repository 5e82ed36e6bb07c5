/// The typed configuration of a run. The values here are the defaults of recipe `clava`.
public struct Configuration: Sendable, Hashable, Codable {
  /// Where the real database is.
  public struct Data: Sendable, Hashable, Codable {
    /// Folder with the tables and their metadata.
    public var path: String?
    /// `auto`, `clava` (the method's own form) or `sdv`.
    public var format = "auto"
  }
  /// What the user says of one table.
  public struct Table: Sendable, Hashable, Codable {
    /// `generated`, `lookup` or `omitted`.
    public var kind = "generated"
    /// Foreign key columns whose relation is left out of the model.
    public var ignoreRelations: [String] = []
    /// Latent groups of the relations in which the table is the child; nil is `labels.clusters`.
    public var clusters: Int?
    /// Where it stands in the configuration, for messages.
    public var place = ""

    /// Creates the options of a table.
    public init(kind: String = "generated", ignoreRelations: [String] = [], clusters: Int? = nil) {
      self.kind = kind
      self.ignoreRelations = ignoreRelations
      self.clusters = clusters
    }
  }
  /// What the user says of one column.
  public struct Column: Sendable, Hashable, Codable {
    /// A constant to write, or nil.
    public var constant: String?
    /// A pattern to write (`{row}`, `{table}` and `{column}` are replaced), or nil.
    public var pattern: String?
    /// Where it stands in the configuration, for messages.
    public var place = ""

    /// Creates the options of a column.
    public init(constant: String? = nil, pattern: String? = nil) {
      self.constant = constant
      self.pattern = pattern
    }
  }
  /// How columns become numbers.
  public struct Codec: Sendable, Hashable, Codable {
    /// `hybrid` (ranks and one-hot blocks) or `quantile` (every column one number, as published).
    public var kind = "hybrid"
    public var maxLevels = 300
    public var knots = 4096
    public var minimumCellRows = 20
    /// Order of the codes of categories: `numeric`, `frequency` or `lexicographic`.
    public var categoryOrder = "numeric"
    /// Whether integers and decimals are written with the digits of their column.
    public var roundNumbers = true
    /// Whether the 1e-7 rule of the quantile map is `relative` to the column's range or `absolute`.
    public var tolerance = "relative"
    /// Whether all rows are fitted, or the 99 % of the published split.
    public var useAllRows = true
  }
  /// How groups get their latent labels.
  public struct Labels: Sendable, Hashable, Codable {
    public var clusters = 20
    /// Rows of the child for each latent group at least, see `clusters(ofChild:rows:)`; 0 is no limit.
    public var minimumRows = 0
    /// The same in a relation in which no parent has two children, see `rowsPerGroupOfSingles(ofChild:rows:)`.
    public var singleChildRows = 200
    /// `both`, `kmeans`, `gmm` or `variational`.
    public var method = "both"
    public var parentScale = 1.0
    public var fitRows = 60_000
    public var iterations = 40
    public var tolerance = 1e-3
    /// Labels of other relations that are clustered with the columns: of the child's own `children`, or `all` made
    /// before.
    public var neighbours = "children"
    /// What λ multiplies: the features of `parents`, or also the one-hot columns it reaches in the `published` code.
    public var scaleScope = "parents"
    /// Whether the value of the parent's primary key is clustered as a number.
    public var keyFeature = false
    /// Rows over which the parent's columns are scaled: of the `source` table, or the `clustered` ones.
    public var scalingRows = "source"
  }
  /// How keys, labels and group sizes of the synthetic rows are made.
  public struct Structure: Sendable, Hashable, Codable {
    /// `exact`, `resampled` or `group_sizes` (published: rows first, sizes drawn by the labels they carry).
    public var kind = "exact"
    public var scale = 1.0
    /// No meaning under `group_sizes`.
    public var pathAgreement = true
    /// No meaning under `group_sizes`.
    public var distinctPairs = true
  }
  /// How rows with several parents find them.
  public struct Matching: Sendable, Hashable, Codable {
    /// `cells`; under `group_sizes` one of `greedy`, `nearest`, `assignment`, `none`.
    public var kind = "cells"
    /// Whether columns are compared `scaled` or `raw`.
    public var features = "scaled"
    /// Whether `nearest` may take a row more than once (`keep`) or replaces repeats as published (`replace`).
    public var repeats = "keep"
    /// The version of a table that its children are generated from: `matched` or `first_version`.
    public var descendants = "matched"
    /// Rows of a block of the search, which is one task.
    public var block = 16_384
  }
  /// The diffusion model of each view.
  public struct Denoiser: Sendable, Hashable, Codable {
    /// `edm` or `ddpm`.
    public var process = "edm"
    /// T of `ddpm`.
    public var timesteps = 2000
    /// `cosine` or `linear`, of `ddpm`.
    public var noiseSchedule = "cosine"
    /// `squared_error` or `variational_bound`, of `ddpm`.
    public var loss = "squared_error"
    public var layers = [256, 256, 256]
    public var dropout = 0.0
    public var steps = 1200
    /// Most passes over the rows, see `steps(rows:)`; 0 is no limit.
    public var passes = 400
    public var batch = 1024
    public var learningRate = 1e-3
    /// `cosine` after a warm-up, or `published`: linear to 0 without one.
    public var learningRateDecay = "cosine"
    public var weightDecay = 1e-5
    /// Decay of the averaged weights; 0 samples with the last weights.
    public var ema = 0.999
    /// Whether the short batch at the end of an epoch is a step of its own.
    public var remainderBatches = false
    public var condition = ["labels", "sizes", "parents"]
    public var holdout = 0.0
    public var earlyStopping = false
    /// Steps at which a training is divided into tasks, ascending and below `steps`.
    public var rungs: [Int] = []
    /// The rung after which training ends, as if only that much could be afforded; nil trains to the end.
    public var stopAfter: Int?
  }
  /// The classifier of labels that guides a child's rows under `group_sizes`.
  public struct Classifier: Sendable, Hashable, Codable {
    /// η; 0 is no guidance.
    public var scale = 0.0
    public var layers = [128, 256, 512, 1024, 512, 256, 128]
    public var timeDimension = 128
    /// Optimiser steps; 0 is no classifier.
    public var steps = 2000
    public var batch = 1024
    public var learningRate = 1e-3
    public var weightDecay = 0.01
    public var dropout = 0.5
    /// Whether the published gradient is used, which is that of half the squared loss.
    public var lossSquared = false
    /// Whether the short batch at the end of an epoch is a step of its own.
    public var remainderBatches = false
  }
  /// How rows are drawn from a trained model.
  public struct Sampling: Sendable, Hashable, Codable {
    /// `dpmpp2m`; for `ddpm` also `ddim` and `ancestral`.
    public var solver = "dpmpp2m"
    /// Evaluations of the network; `ancestral` takes `denoiser.timesteps`, see `samplingSteps`.
    public var steps = 40
    public var block = 4096
    /// Whether what a step of `ddpm` takes for the clean row is kept within the range of the codec.
    public var clip = false
    /// Seed of structure and sampling; nil is the seed of the run, see `samplingSeed`.
    public var seed: Int?
  }
  /// Whether marginals of a finite sample are corrected.
  public struct Calibration: Sendable, Hashable, Codable {
    public var kind = "marginals"
    /// Standard deviation of the noise that generated numbers get before they are decoded, in sampling errors of their
    /// rank: 1/√rows.
    public var jitter = 0.0
  }
  /// Checkpoints of training tasks.
  public struct Checkpoint: Sendable, Hashable, Codable {
    /// Seconds between checkpoints.
    public var every = 120.0
    /// How many of the newest of a task stay.
    public var keepLast = 2
    /// Whether the one with the lowest loss stays.
    public var keepBest = true
    /// Whether the first stays.
    public var keepFirst = true
    /// Those whose step is a multiple of this stay; 0 is none.
    public var keepEvery = 0
    /// Whether those of finished tasks stay.
    public var keepFinished = false
  }
  /// The evaluation at the end of a run.
  public struct Evaluation: Sendable, Hashable, Codable {
    public var enabled = true
    /// Folder of real rows to compare with instead of the input.
    public var data: String?
    /// Whether a report is made.
    public var report = true
    /// Parts of the evaluation besides the scores: raw values of `FindingSection`.
    public var sections = ["structure", "temporal", "integrity"]
    /// Rows of a table that the expensive parts look at at most.
    public var rowLimit = 20_000
    /// Draws that the ceilings of the scores rest on; 0 leaves them out.
    public var ceilings = 2
    /// Share of the rows, by whole root groups, that are kept from training; nil trains on all.
    public var holdout: Double?
    /// The table whose rows are drawn for the holdout, with all their descendants; nil chooses a root.
    public var holdoutTable: String?
  }
  public var data = Data()
  public var output = "clava-run"
  /// `clava` (`synthetic/TABLE.csv`) or `published` (`TABLE/PREFIX_final/TABLE_synthetic.csv`).
  public var outputLayout = "clava"
  /// PREFIX of the published layout; may be empty.
  public var outputPrefix = ""
  public var seed = 0
  /// Number of worker processes; nil is one for each core.
  public var workers: Int?
  /// `clava` or `clavaddpm`.
  public var recipe = "clava"
  /// `none`, or `reference`: the published code to the letter.
  public var compatibility = "none"
  public var tables: [String: Table] = [:]
  public var columns: [String: Column] = [:]
  public var denoisers: [String: DenoiserOverride] = [:]
  public var codec = Codec()
  public var labels = Labels()
  public var structure = Structure()
  public var matching = Matching()
  public var denoiser = Denoiser()
  public var classifier = Classifier()
  public var sampling = Sampling()
  public var calibration = Calibration()
  public var checkpoint = Checkpoint()
  public var evaluation = Evaluation()
  public var fleet = Fleet()

  /// The defaults.
  public init() {}
}
