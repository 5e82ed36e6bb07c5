/// The rules by which columns and pairs are scored; printed with every number.
public enum EvaluationMode: String, Codable, Sendable, Hashable, CaseIterable {
  /// All pairs, all rows, no thresholds, nothing rounded: what sdmetrics 0.13 and 0.18 compute.
  case paper
  /// The defaults of the quality report of sdmetrics 0.32: weak pairs left out, tables of categories counted on at
  /// most 50,000 rows, continuous values rounded to 14 decimals.
  case sdmetrics = "sdmetrics-0.32"

  /// Pairs of continuous columns count if the real correlation is above this in absolute value.
  static let correlationThreshold = 0.5
  /// Other pairs count if Cramér's V of the real rows is above this.
  static let associationThreshold = 0.3
  /// A table of categories is counted on so many random rows of a side at most.
  static let sampleSize = 50_000
}
