internal import Foundation

/// A column of texts of a limited set, as one-hot vectors or, above a number of levels, as one ordinal number.
public struct CategoricalCodec: Codable, Hashable, Sendable {
  /// How the network sees the column.
  public enum Representation: Codable, Hashable, Sendable {
    /// One input per level, scaled by `scale`.
    case oneHot
    /// The index of the level as a number.
    case ordinal(NumericCodec)
  }

  /// The texts: numbers ascending if all are numbers, else in byte order; the missing level, if any, last and empty.
  public let levels: [String]
  /// Rows of each level.
  public let counts: [Int]
  /// The index of the level that stands for a missing value.
  public let missingLevel: Int?
  /// The factor of one-hot inputs: 1 / max(√Σ p(1 − p), 0.05).
  public let scale: Float
  /// How the network sees the column.
  public let representation: Representation

  /// Creates a codec from the rows of each level.
  ///
  /// - Parameter texts: the levels, without the missing one, in any order, with their counts.
  public init(texts: [(text: String, count: Int)], missingCount: Int, maximumLevels: Int) {
    let sorted = CategoricalCodec.sorted(texts)
    levels = sorted.map(\.text) + (missingCount > 0 ? [""] : [])
    counts = sorted.map(\.count) + (missingCount > 0 ? [missingCount] : [])
    missingLevel = missingCount > 0 ? levels.count - 1 : nil
    scale = CategoricalCodec.scale(counts: counts)
    representation =
      levels.count <= maximumLevels
      ? .oneHot
      : .ordinal(NumericCodec(values: (0..<levels.count).map(Double.init), counts: counts, format: .integer))
  }

  /// The two-level codec beside a column with missing values: 0 present, 1 missing. If every value is missing, the
  /// level "present" has no rows.
  public init(presentCount: Int, missingCount: Int) {
    levels = ["present", ""]
    counts = [presentCount, missingCount]
    missingLevel = 1
    scale = CategoricalCodec.scale(counts: counts)
    representation = .oneHot
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

  private static func sorted(_ texts: [(text: String, count: Int)]) -> [(text: String, count: Int)] {
    func byBytes(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }
    let numbers = texts.map { NumberText($0.text)?.value }
    guard numbers.allSatisfy({ $0 != nil }) else { return texts.sorted { byBytes($0.text, $1.text) } }
    return zip(texts, numbers.compactMap { $0 }).sorted { left, right in
      left.1 != right.1 ? left.1 < right.1 : byBytes(left.0.text, right.0.text)
    }.map(\.0)
  }
}
