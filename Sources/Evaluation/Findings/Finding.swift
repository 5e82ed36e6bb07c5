/// One measured fact about the synthetic database: a statistic on each side and, where the metric is one, a score.
public struct Finding: Sendable, Codable, Hashable {
  /// The metric's name, for example `fan-out correlation`.
  public var metric: String
  /// The table it is about.
  public var table: String?
  /// The relations it is about.
  public var relations: [String]
  /// The columns it is about, as `table.column`.
  public var columns: [String]
  /// 0…1, 1 best; undefined with a reason where the metric is no score or could not be computed.
  public var score: Score
  /// The statistic on the synthetic rows.
  public var synthetic: Double?
  /// The statistic on the training rows, or what training rows reach.
  public var real: Double?
  /// The statistic on held-out rows, or what held-out rows reach.
  public var holdout: Double?
  /// The standard error of `synthetic` where it was estimated.
  public var standardError: Double?
  /// How many synthetic rows, groups or pairs it rests on.
  public var count: Int
  /// What a reader has to know besides.
  public var note: String?

  /// States a fact.
  public init(
    metric: String, table: String? = nil, relations: [String] = [], columns: [String] = [], score: Score,
    synthetic: Double? = nil, real: Double? = nil, holdout: Double? = nil, standardError: Double? = nil, count: Int,
    note: String? = nil
  ) {
    self.metric = metric
    self.table = table
    self.relations = relations
    self.columns = columns
    self.score = score
    self.synthetic = synthetic
    self.real = real
    self.holdout = holdout
    self.standardError = standardError
    self.count = count
    self.note = note
  }
}
