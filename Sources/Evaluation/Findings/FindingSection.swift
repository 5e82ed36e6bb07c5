/// The parts of an evaluation besides the scores of the publications.
public enum FindingSection: String, Sendable, Codable, Hashable, CaseIterable {
  /// Dependencies that pairs of columns do not show: fan-out, siblings, functional dependencies, transitive keys.
  case structure
  /// Order and intervals of dates.
  case temporal
  /// Keys, ranges, categories, group sizes.
  case integrity
  /// Classifiers that try to tell synthetic rows from real ones.
  case detection
  /// Models trained on synthetic rows and tested on real ones.
  case utility
  /// Nearness to training rows and membership inference.
  case privacy
}

/// What all computations of findings share.
public struct FindingOptions: Sendable, Codable, Hashable {
  /// Seed of every random draw.
  public var seed: UInt64
  /// Rows of a table that the expensive sections look at at most; nil for all.
  public var rowLimit: Int?

  /// Sets the options.
  public init(seed: UInt64 = 0, rowLimit: Int? = 20_000) {
    self.seed = seed
    self.rowLimit = rowLimit
  }
}
