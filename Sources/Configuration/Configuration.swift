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
    /// `generated` or `lookup`.
    public var kind = "generated"
    /// Foreign key columns whose relation is left out of the model.
    public var ignoreRelations: [String] = []
    /// Where it stands in the configuration, for messages.
    public var place = ""

    /// Creates the options of a table.
    public init(kind: String = "generated", ignoreRelations: [String] = []) {
      self.kind = kind
      self.ignoreRelations = ignoreRelations
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
    public var kind = "hybrid"
    public var maxLevels = 300
    public var knots = 4096
    public var minimumCellRows = 5
  }
  /// How groups get their latent labels.
  public struct Labels: Sendable, Hashable, Codable {
    public var clusters = 20
    public var method = "both"
    public var parentScale = 1.0
    public var fitRows = 60_000
    public var iterations = 40
    public var tolerance = 1e-3
  }
  /// How keys, labels and group sizes of the synthetic rows are made.
  public struct Structure: Sendable, Hashable, Codable {
    public var kind = "exact"
    public var scale = 1.0
    public var pathAgreement = true
    public var distinctPairs = true
  }
  /// How rows with several parents find them.
  public struct Matching: Sendable, Hashable, Codable {
    public var kind = "cells"
  }
  /// The diffusion model of each view.
  public struct Denoiser: Sendable, Hashable, Codable {
    public var process = "edm"
    public var layers = [256, 256, 256]
    public var steps = 1200
    public var batch = 1024
    public var learningRate = 1e-3
    public var weightDecay = 1e-5
    public var ema = 0.999
    public var condition = ["labels", "sizes", "parents"]
    public var holdout = 0.0
    public var earlyStopping = false
  }
  /// How rows are drawn from a trained model.
  public struct Sampling: Sendable, Hashable, Codable {
    public var solver = "dpmpp2m"
    public var steps = 40
    public var block = 4096
  }
  /// Whether marginals of a finite sample are corrected.
  public struct Calibration: Sendable, Hashable, Codable {
    public var kind = "marginals"
  }
  /// Checkpoints of training tasks.
  public struct Checkpoint: Sendable, Hashable, Codable {
    /// Seconds between checkpoints.
    public var every = 120.0
  }
  /// The evaluation at the end of a run.
  public struct Evaluation: Sendable, Hashable, Codable {
    public var enabled = true
  }
  /// How worker processes are run.
  public struct Fleet: Sendable, Hashable, Codable {
    public var launcher = "local"
    /// Kernel set of OpenBLAS that every worker uses; `auto` picks the fastest this processor has.
    public var coreType = "auto"
  }

  public var data = Data()
  public var output = "clava-run"
  public var seed = 0
  /// Number of worker processes; nil is one for each core.
  public var workers: Int?
  public var recipe = "clava"
  public var tables: [String: Table] = [:]
  public var columns: [String: Column] = [:]
  public var codec = Codec()
  public var labels = Labels()
  public var structure = Structure()
  public var matching = Matching()
  public var denoiser = Denoiser()
  public var sampling = Sampling()
  public var calibration = Calibration()
  public var checkpoint = Checkpoint()
  public var evaluation = Evaluation()
  public var fleet = Fleet()

  /// The defaults.
  public init() {}
}
