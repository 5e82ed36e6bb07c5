/// How a column or a pair of columns was compared; raw values are the published names.
public enum Metric: String, Sendable, Codable, Hashable {
  /// One minus the Kolmogorov–Smirnov distance of two continuous columns.
  case ksComplement = "KSComplement"
  /// One minus the total variation distance of two discrete columns.
  case tvComplement = "TVComplement"
  /// Agreement of two Pearson correlations.
  case correlationSimilarity = "CorrelationSimilarity"
  /// One minus the total variation distance of two contingency tables.
  case contingencySimilarity = "ContingencySimilarity"
}

/// A score in 0…1, 1 best, or the reason why there is none.
///
/// In JSON an undefined score is `{"value": null, "reason": "…"}`; it never becomes 0 and is never left out.
public struct Score: Sendable, Codable, Hashable {
  /// The score, nil where it is not defined.
  public let number: Double?
  /// Why the score is not defined; nil where it is.
  public let reason: String?

  /// The score, NaN where it is not defined.
  public var value: Double { number ?? .nan }
  /// Whether there is a score.
  public var isDefined: Bool { number != nil }

  /// A defined score.
  public init(_ value: Double) {
    precondition(value.isFinite, "a defined score is a finite number, found \(value)")
    number = value
    reason = nil
  }

  private init(reason: String) {
    number = nil
    self.reason = reason
  }

  /// A score that could not be computed.
  public static func undefined(_ reason: String) -> Score { Score(reason: reason) }

  /// The mean of the defined scores, added in their order; undefined with `reason` if there are none.
  public static func mean(ofDefined scores: some Sequence<Score>, otherwise reason: String) -> Score {
    var sum = 0.0
    var count = 0
    for score in scores {
      guard let number = score.number else { continue }
      sum += number
      count += 1
    }
    return count == 0 ? .undefined(reason) : Score(sum / Double(count))
  }

  private enum Key: String, CodingKey { case value, reason }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    number = try container.decodeIfPresent(Double.self, forKey: .value)
    reason = try container.decodeIfPresent(String.self, forKey: .reason)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(number, forKey: .value)
    try container.encodeIfPresent(reason, forKey: .reason)
  }
}

/// A column of a table.
public struct ColumnReference: Sendable, Codable, Hashable {
  /// The name of the table.
  public let table: String
  /// The name of the column.
  public let column: String

  /// Names a column.
  public init(table: String, column: String) {
    self.table = table
    self.column = column
  }
}

/// The score of one column.
public struct ColumnScore: Sendable, Codable, Hashable {
  /// The column.
  public let column: ColumnReference
  /// How it was compared.
  public let metric: Metric
  /// The result.
  public let score: Score
}

/// The score of a pair of columns of one table or of two joined tables.
public struct PairScore: Sendable, Codable, Hashable {
  /// Within a table the earlier column; over one relation the parent's column; over a longer path the descendant's.
  public let first: ColumnReference
  /// The other column.
  public let second: ColumnReference
  /// How they were compared.
  public let metric: Metric
  /// The result.
  public let score: Score
  /// The correlation or Cramér's V of the real rows where the mode has a threshold for it.
  public var strength: Double?
}
