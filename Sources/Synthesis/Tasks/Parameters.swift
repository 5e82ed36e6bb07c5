import Diffusion
import Tables

/// Parameters of the tasks: exactly what each kind reads of the configuration, so that changing one option
/// recomputes only what depends on it.
enum Parameters {
  struct Encode: Codable {
    var table: TableSchema
    var survey: TableSurvey
    var relations: [Relation]
    var codec: CodecOptions
  }

  struct Label: Codable {
    var relation: String
    /// Number of the relation among the child's parent relations.
    var parentIndex: Int
    var seed: UInt64
    var clusters: Int
    /// Rows for each group at least where no parent has two children; 0 is no limit.
    var singleChildRows: Int
    var method: String
    var parentScale: Double
    var fitRows: Int
    var iterations: Int
    var tolerance: Double
    /// Choices of the published method; nil where the default recipe's are taken.
    var published: PublishedLabel?
  }

  /// How the published method lays out the rows it clusters (reference-method §4.2).
  struct PublishedLabel: Codable {
    /// Numbers among the child's parent relations of those whose labels exist already, in the order of the
    /// `beside` inputs.
    var besides: [Int]
    var scalesOverClusteredRows: Bool
    var scaleOffset: Bool
    var keyFeature: Bool
  }

  /// What one model is trained on and sampled for.
  struct View: Codable, Hashable {
    /// Name in tasks and random streams.
    var name: String
    var table: String
    /// Numbers of the parent relations it is conditioned on or guided by, among those of the table.
    var parents: [Int]
    /// Number of child relations it is conditioned on.
    var children: Int
    /// Labels that are columns of the model, in the order of the `column-labels` inputs.
    var labelColumns: [LabelColumn]
    /// How label columns are coded; nil where there are none.
    var labelCodec: CodecOptions?
    /// Seed of the split into training, validation and test rows; nil if all rows are trained on.
    var splitSeed: UInt64?
  }

  struct Train: Codable {
    var view: View
    var seed: UInt64
    var process: NoiseProcess
    var layers: [Int]
    var dropout: Double
    var steps: Int
    var batch: Int
    var remainderBatches: Bool
    var learningRate: Double
    /// Steps over which the learning rate rises.
    var warmup: Int
    var decay: String
    var loss: String
    var weightDecay: Double
    var ema: Double
    var holdout: Double
    var earlyStopping: Bool
    var condition: Condition
    /// Where this part of a divided training ends, if not at the last step.
    var until: Int?
  }

  struct TrainClassifier: Codable {
    var view: View
    /// Number of the relation whose labels are told apart, among the table's parent relations.
    var target: Int
    var seed: UInt64
    var process: NoiseProcess
    var layers: [Int]
    var timeDimension: Int
    var dropout: Double
    var steps: Int
    var batch: Int
    var remainderBatches: Bool
    var learningRate: Double
    var weightDecay: Double
    var lossSquared: Bool
  }

  /// What a row's model is told, and for how many relations. The same in training and in sampling.
  struct Condition: Codable, Hashable {
    var labels: Bool
    var sizes: Bool
    var parents: Bool
  }

  struct Structure: Codable {
    var table: String
    var seed: UInt64
    var kind: String
    var scale: Double
    var isLookup: Bool
    var pathAgreement: Bool
    var distinctPairs: Bool
    /// Each parent relation of the table.
    var parents: [Edge]
    /// Name of the parent relation whose foreign key is the primary key too.
    var keyRelation: String?
    /// Name of each child relation of the table.
    var children: [String]
    /// Relations on the ways to ancestors that are reached over several parents.
    var edges: [Edge]
  }

  /// A relation on a way to an ancestor.
  struct Edge: Codable, Hashable {
    var name: String
    var child: String
    var parent: String
    /// Number of the relation among the child's parent relations.
    var parentIndex: Int
  }

  /// Rows of a view before they are sampled: so many for a root, the parents' groups otherwise.
  struct Expand: Codable {
    var view: String
    /// The relation, if it is not a root.
    var relation: String?
    /// Rows of a root.
    var rootRows: Int?
    /// Whether a parent has one row at most, because the foreign key is the primary key too.
    var isPrimaryKey: Bool
  }

  /// The rows of two versions of a table in the coordinates in which they are matched.
  struct MatchRows: Codable {
    var features: String
    /// Versions of the table, in the order of its parents.
    var views: [View]
    /// Number of the version to be matched with the kept one, among those that are not kept.
    var other: Int
  }

  /// The search for the nearest rows of a block of kept rows.
  struct MatchCandidates: Codable {
    var match: String
    var seed: UInt64
    var candidates: Int
    /// Whether they are needed only if the assignment starts from greedy matching.
    var isForAssignment: Bool
    /// First row of the block; the row after the last, or nil for all that follow.
    var firstRow: Int
    var endRow: Int?
  }

  /// What the first round of assignment improves.
  struct MatchStart: Codable {
    var match: String
    var seed: UInt64
  }

  /// The assignment of some blocks of near rows.
  struct MatchSolve: Codable {
    var match: String
    var seed: UInt64
    var round: Int
    /// Which part of the blocks, of how many.
    var part: Int
    var parts: Int
  }

  struct Match: Codable {
    var match: String
    var kind: String
    var repeats: String
    var seed: UInt64
  }

  /// The rows that stay of a table whose versions were sampled, with the groups they head.
  struct Settle: Codable {
    var table: String
    var seed: UInt64
    var views: [View]
    /// Name of each parent relation and each child relation of the table.
    var parents: [String]
    var children: [String]
    /// The version whose rows have descendants; nil for the one that is kept.
    var descendsFrom: Int?
    /// Whether matched keys are permuted.
    var permutesKeys: Bool
  }

  struct Sample: Codable {
    var view: String
    var seed: UInt64
    var solver: String
    var steps: Int
    /// Whether the clean rows of a discrete process are kept within the codec's range.
    var clips: Bool
    var block: Int
    /// First row of the shard.
    var firstRow: Int
    /// Row after the last, or nil for all that follow.
    var endRow: Int?
    var condition: Condition
    /// Numbers of the guiding relations among the view's parents, in the order of the `classifier` inputs.
    var guides: [Int]
    /// Weight of the guidance (η).
    var guidance: Double
  }

  struct Calibrate: Codable {
    var view: String
    var seed: UInt64
    var kind: String
    /// Noise on numbers in units of 1/√rows.
    var jitter: Double
    /// Whether the real rows are copied.
    var isLookup: Bool
    /// Labels that are columns of the model.
    var labelColumns: [LabelColumn]
  }

  struct Assemble: Codable {
    var table: TableSchema
    var isLookup: Bool
    /// Name of each parent relation, in the order of the `parent-keys` inputs.
    var parents: [String]
  }

  struct EvaluateTable: Codable {
    var table: String
    var isCopied: Bool
  }

  struct EvaluateRelation: Codable {
    var relation: String
    var parent: String
    var child: String
    /// Number of the relation among the child's parent relations.
    var parentIndex: Int
  }

  struct EvaluatePath: Codable {
    /// Relations from the topmost table down.
    var relations: [String]
    /// Tables from the topmost down.
    var tables: [String]
    /// For each table but the topmost: which of its parent relations leads up the path.
    var parentIndexes: [Int]
  }

  struct Scores: Codable {
    var copiedTables: [String]
    var tables: [String]
    var relations: [String]
  }
}
