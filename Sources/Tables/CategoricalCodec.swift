internal import Foundation

/// A column of texts of a limited set, as one-hot vectors or, above a number of levels, as one ordinal number.
public struct CategoricalCodec: Codable, Hashable, Sendable {
  /// How the network sees the column.
  public enum Representation: Codable, Hashable, Sendable {
    /// One input per level, scaled by `scale`.
    case oneHot
    /// The index of the level as a number; a decoded number is rounded to a level.
    case ordinal(NumberMap)
  }

  /// The rows of a level.
  struct LevelRows {
    var text: String
    var count: Int
    /// Those among them that codecs are fitted to.
    var trainingCount: Int
  }

  /// The texts, in the order the options ask for; the missing level, if any, last and empty.
  public let levels: [String]
  /// Rows of each level.
  public let counts: [Int]
  /// The index of the level that stands for a missing value.
  public let missingLevel: Int?
  /// The factor of one-hot inputs: 1 / max(√Σ p(1 − p), 0.05).
  public let scale: Float
  /// How the network sees the column.
  public let representation: Representation

  /// Creates a codec from the rows of each level, in any order; the missing level is given apart.
  init(_ texts: [LevelRows], missing: LevelRows?, options: CodecOptions) {
    let sorted = CategoricalCodec.sorted(texts, options.categoryOrder) + (missing.map { [$0] } ?? [])
    self.init(sorted, missingLevel: missing == nil ? nil : sorted.count - 1, options: options)
  }

  /// Creates the two-level codec beside a column with missing values: 0 present, 1 missing. If every value is missing,
  /// the level "present" has no rows.
  init(present: LevelRows, missing: LevelRows, options: CodecOptions) {
    self.init([present, missing], missingLevel: 1, options: options)
  }

  /// Creates the codec of a label column. A label that no row has is no level.
  ///
  /// - Parameters:
  ///   - labelCodes: the label of each row.
  ///   - levels: labels are below this number.
  ///   - options: `kind` decides between one-hot and ordinal; a label column is never too long for one-hot.
  ///   - trainingRows: the rows that codecs are fitted to; nil means all.
  public init(labelCodes: [Int32], levels: Int, options: CodecOptions, trainingRows: [Int32]? = nil) {
    var rows = (0..<levels).map { LevelRows(text: String($0), count: 0, trainingCount: 0) }
    for label in labelCodes { rows[Int(label)].count += 1 }
    for row in trainingRows ?? [] { rows[Int(labelCodes[Int(row)])].trainingCount += 1 }
    if trainingRows == nil { for level in rows.indices { rows[level].trainingCount = rows[level].count } }
    var options = options
    options.maxLevels = levels
    self.init(rows.filter { $0.count > 0 }, missing: nil, options: options)
  }

  private init(_ rows: [LevelRows], missingLevel: Int?, options: CodecOptions) {
    levels = rows.map(\.text)
    counts = rows.map(\.count)
    self.missingLevel = missingLevel
    scale = CategoricalCodec.scale(counts: counts)
    let trainingCounts = rows.map(\.trainingCount)
    representation = CategoricalCodec.representation(
      counts: counts, trainingCounts: trainingCounts.contains { $0 > 0 } ? trainingCounts : counts, options: options)
  }

  /// How many levels there are, the missing one included.
  public var levelCount: Int { levels.count }

  /// The text that is written for a level; empty for the missing one.
  public func text(_ code: Int) -> String { code == missingLevel ? "" : levels[code] }

  /// The factor of one-hot inputs, which gives the vector unit variance.
  ///
  /// Source: recipe `clava`, section 1.
  public static func scale(counts: [Int]) -> Float {
    let total = Double(counts.reduce(0, +))
    guard total > 0 else { return 20 }
    let variance = counts.reduce(0.0) { sum, count in
      let share = Double(count) / total
      return sum + share * (1 - share)
    }
    return Float(1 / max(variance.squareRoot(), 0.05))
  }

  /// For each level its place when the levels are in ascending order, numbers by value; the missing level is last.
  public var ascendingPlaces: [Int32] {
    let present = levels.indices.filter { $0 != missingLevel }
    let sorted = CategoricalCodec.sorted(
      present.map { LevelRows(text: levels[$0], count: $0, trainingCount: 0) }, .numeric)
    var places = [Int32](repeating: Int32(levels.count - 1), count: levels.count)
    for (place, level) in sorted.enumerated() { places[level.count] = Int32(place) }
    return places
  }

  /// The level of each label of a label column; −1 for a label that is no level.
  public func levels(ofLabels labels: [Int32]) -> [Int32] {
    let labelOfLevel = self.labels(ofLevels: levels.indices.map(Int32.init))
    var levelOfLabel = [Int32](repeating: -1, count: Int(labelOfLevel.max() ?? -1) + 1)
    for (level, label) in labelOfLevel.enumerated() { levelOfLabel[Int(label)] = Int32(level) }
    return labels.map { levelOfLabel.indices.contains(Int($0)) ? levelOfLabel[Int($0)] : -1 }
  }

  /// The label of each level of a label column.
  public func labels(ofLevels levels: [Int32]) -> [Int32] {
    let labels = self.levels.map { Int32($0) ?? -1 }
    return levels.map { labels[Int($0)] }
  }

  private static func representation(
    counts: [Int], trainingCounts: [Int], options: CodecOptions
  ) -> Representation {
    // Of no levels there is nothing to model.
    if counts.isEmpty { return .oneHot }
    switch options.kind {
    case .quantile:
      return .ordinal(
        .quantile(
          QuantileCodec(
            ValueCounts(levelCounts: trainingCounts), rounding: .levels(counts.count), format: .integer,
            tolerance: options.tolerance)))
    case .hybrid:
      if counts.count <= options.maxLevels { return .oneHot }
      let values = counts.indices.map(Double.init)
      return .ordinal(.rank(NumericCodec(values: values, counts: counts, format: .integer)))
    }
  }

  private static func sorted(_ texts: [LevelRows], _ order: CodecOptions.CategoryOrder) -> [LevelRows] {
    func byBytes(_ left: LevelRows, _ right: LevelRows) -> Bool {
      left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
    if order == .lexicographic { return texts.sorted(by: byBytes) }
    let numbers = texts.compactMap { NumberText($0.text)?.value }
    let sorted =
      numbers.count < texts.count
      ? texts.sorted(by: byBytes)
      : zip(texts, numbers).sorted { left, right in
        left.1 != right.1 ? left.1 < right.1 : byBytes(left.0, right.0)
      }.map(\.0)
    if order == .numeric { return sorted }
    return sorted.enumerated().sorted { left, right in
      (right.element.count, left.offset) < (left.element.count, right.offset)
    }.map(\.element)
  }
}
