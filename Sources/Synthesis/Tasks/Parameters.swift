import Tables

/// Parameters of the tasks: exactly what each kind reads of the configuration, so that changing one option
/// recomputes only what depends on it.
enum Parameters {
  struct Encode: Codable {
    var table: TableSchema
    var survey: TableSurvey
    var relations: [Relation]
    var maxLevels: Int
    var knots: Int
    var minimumCellRows: Int
  }

  struct Label: Codable {
    var relation: String
    /// Number of the relation among the child's parent relations.
    var parentIndex: Int
    var seed: UInt64
    var clusters: Int
    var method: String
    var parentScale: Double
    var fitRows: Int
    var iterations: Int
    var tolerance: Double
  }

  struct Train: Codable {
    var table: String
    var seed: UInt64
    var layers: [Int]
    var steps: Int
    var batch: Int
    var learningRate: Double
    var weightDecay: Double
    var ema: Double
    var holdout: Double
    var earlyStopping: Bool
    var condition: Condition
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

  struct Sample: Codable {
    var table: String
    var seed: UInt64
    var steps: Int
    var block: Int
    /// First row of the shard.
    var firstRow: Int
    /// Row after the last, or nil for all that follow.
    var endRow: Int?
    var condition: Condition
  }

  struct Calibrate: Codable {
    var table: String
    var seed: UInt64
    var kind: String
    /// Whether the real rows are copied.
    var isLookup: Bool
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
