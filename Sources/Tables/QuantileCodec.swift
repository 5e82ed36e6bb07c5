internal import Foundation
internal import Tensors

/// A column of numbers as a standard normal variable by its quantiles: the published map.
///
/// A value is encoded as Φ⁻¹ of its rank among the quantiles, linearly interpolated, and decoded by the inverse map. A
/// value that several quantiles share gets the middle of their ranks. The smallest and the largest value lie at the
/// ends of the normal range, about ±5.2; a constant lies at its lower end. Nothing outside the fitted range can be
/// decoded.
///
/// **Source**: reference method, section 3.
public struct QuantileCodec: Codable, Hashable, Sendable {
  /// When a value counts as the smallest or the largest one.
  public enum Tolerance: String, Codable, Sendable {
    /// Within 1e-7 of the width of the outermost step between quantiles, that is within a share of the column's own
    /// scale (at most 1e-7 of its range). Columns of any range and size are kept apart.
    case relative
    /// Within 1e-7, as published: a column whose range is below 1e-7 becomes one value, and a constant from 2^30 on,
    /// to which 1e-7 cannot be added, lies at 0.
    case absolute
  }

  /// What an interpolated value is rounded to.
  public enum Rounding: Codable, Hashable, Sendable {
    /// It stays as it is, and is written with all its digits.
    case none
    /// The nearest value that the column's format can write.
    case format
    /// The nearest of these values, which are ascending; the smaller one of two that are equally near.
    case values([Double])
    /// The nearest of the integers from 0 below this number, the even one of two that are equally near.
    case levels(Int)
  }

  /// Values at equidistant ranks from 0 to 1, ascending; empty if there was no value to fit to.
  public let quantiles: [Double]
  /// When a value counts as the smallest or the largest one.
  public let tolerance: Tolerance
  /// What a decoded value is rounded to.
  public let rounding: Rounding
  /// How values are written.
  public let format: NumberFormat

  /// A column of integers is rounded to its own values if it has at most this many different ones.
  public static let maximumSnappedValues = 32
  /// Distance from the ends below which ranks and, with the absolute tolerance, values count as the end.
  static let threshold = 1e-7
  /// Φ⁻¹(1e-7 − 2⁻⁵²) and Φ⁻¹(1 − (1e-7 − 2⁻⁵²)) in double precision.
  public static let normalRange = -5.199337582605575...5.19933758270342

  /// Fits a codec to the values of a column.
  ///
  /// - Parameters:
  ///   - values: the values of the training rows that are not missing, in any order.
  ///   - realValues: the values of all rows, which decide whether decoded values are rounded to them.
  ///   - format: how values are written.
  ///   - options: `tolerance` and `roundsNumbers` matter.
  /// - Complexity: O(n log n).
  public static func fit(
    values: [Double], realValues: [Double], format: NumberFormat, options: CodecOptions
  ) -> QuantileCodec {
    var distinct = DistinctIntegers(limit: maximumSnappedValues)
    for value in realValues { distinct.add(value) }
    return QuantileCodec(
      ValueCounts(values), rounding: rounding(of: format, integers: distinct, options: options), format: format,
      tolerance: options.tolerance)
  }

  /// Fits a codec to counted values.
  init(_ counted: ValueCounts, rounding: Rounding, format: NumberFormat, tolerance: Tolerance) {
    quantiles = QuantileCodec.quantiles(of: counted)
    self.rounding = rounding
    self.format = format
    self.tolerance = tolerance
  }

  /// What values of a column are rounded to.
  static func rounding(of format: NumberFormat, integers: DistinctIntegers, options: CodecOptions) -> Rounding {
    if let values = integers.values, !values.isEmpty { return .values(values) }
    // A date has no other form than its format's.
    if case .date = format { return .format }
    return options.roundsNumbers ? .format : .none
  }

  /// How many quantiles a column of `rowCount` values has: a thirtieth of them, from 10 to 1000, but no more than
  /// there are values.
  public static func quantileCount(rowCount: Int) -> Int { min(rowCount, max(min(rowCount / 30, 1000), 10)) }

  /// The rank of each quantile: equidistant from 0 to 1.
  public var ranks: [Double] { quantiles.indices.map(rank) }

  /// The normal value of a number.
  public func encode(_ value: Double) -> Double {
    guard let first = quantiles.first, let last = quantiles.last else { return 0 }
    var rank = 0.5 * (rankFromBelow(value) + rankFromAbove(value))
    if isLargest(value, last) { rank = 1 }
    if isSmallest(value, first) { rank = 0 }
    let normal = NormalDistribution.quantile(rank)
    return min(max(normal, Self.normalRange.lowerBound), Self.normalRange.upperBound)
  }

  /// The number a normal value stands for, rounded.
  public func decode(_ z: Double) -> Double {
    guard let first = quantiles.first, let last = quantiles.last else { return 0 }
    let rank = NormalDistribution.cumulative(z)
    // A value that is no number, which only a network that has failed puts out, must not stop the program.
    if rank - Self.threshold < 0 || rank.isNaN { return rounded(first) }
    if rank + Self.threshold > 1 { return rounded(last) }
    return rounded(value(at: rank))
  }

  /// The text that is written for a decoded value.
  public func text(_ value: Double) -> String {
    rounding == .none ? NumberFormat.fullText(value) : format.text(value)
  }

  private func rounded(_ value: Double) -> Double {
    switch rounding {
    case .none: return value
    case .format: return format.rounded(value)
    case .levels(let count): return min(max(value.rounded(.toNearestOrEven), 0), Double(max(0, count - 1)))
    case .values(let values):
      return values.min { abs($0 - value) < abs($1 - value) } ?? value
    }
  }

  private func isLargest(_ value: Double, _ last: Double) -> Bool {
    switch tolerance {
    case .absolute: return value + Self.threshold > last
    case .relative: return last - value <= margin(last - quantiles[max(0, quantiles.count - 2)])
    }
  }

  private func isSmallest(_ value: Double, _ first: Double) -> Bool {
    switch tolerance {
    case .absolute: return value - Self.threshold < first
    case .relative: return value - first <= margin(quantiles[min(1, quantiles.count - 1)] - first)
    }
  }

  /// The share of a step between quantiles that counts as its end. The width of a step can exceed the range of Double.
  private func margin(_ step: Double) -> Double { Self.threshold * min(step, .greatestFiniteMagnitude) }

  private func rank(_ index: Int) -> Double { Self.rank(index, of: quantiles.count) }

  /// The rank by interpolation to the right of equal quantiles.
  private func rankFromBelow(_ value: Double) -> Double {
    // The last quantile that does not exceed the value.
    let index = BinarySearch.first(below: quantiles.count) { quantiles[$0] > value } - 1
    if index < 0 { return 0 }
    if index == quantiles.count - 1 || quantiles[index] == value { return rank(index) }
    return Self.interpolated(
      rank(index), rank(index + 1), Self.share(of: value, from: quantiles[index], to: quantiles[index + 1]))
  }

  /// The rank by interpolation to the left of equal quantiles.
  private func rankFromAbove(_ value: Double) -> Double {
    // The first quantile that is not below the value.
    let index = BinarySearch.first(below: quantiles.count) { quantiles[$0] >= value }
    if index == quantiles.count { return rank(index - 1) }
    if index == 0 || quantiles[index] == value { return rank(index) }
    return Self.interpolated(
      rank(index), rank(index - 1), Self.share(of: value, from: quantiles[index], to: quantiles[index - 1]))
  }

  /// The value at a rank between 0 and 1.
  private func value(at rank: Double) -> Double {
    let last = quantiles.count - 1
    var index = min(max(Int(rank * Double(last)), 0), last)
    while index < last, self.rank(index + 1) <= rank { index += 1 }
    while index > 0, self.rank(index) > rank { index -= 1 }
    if index == last { return quantiles[last] }
    let share = Self.share(of: rank, from: self.rank(index), to: self.rank(index + 1))
    return min(Self.interpolated(quantiles[index], quantiles[index + 1], share), quantiles[index + 1])
  }
}

extension QuantileCodec {
  /// The rank of a quantile: a multiple of the step, rounded as other programs round it.
  private static func rank(_ index: Int, of count: Int) -> Double {
    if count < 2 { return 0 }
    return index == count - 1 ? 1 : Double(index) * (1 / Double(count - 1))
  }

  /// Percentiles by linear interpolation between the ordered values.
  ///
  /// A rank passes through percent, as in the published code: the last bit of a quantile decides whether a value lies
  /// on it or beside it, which is half a step for a value of several quantiles.
  private static func quantiles(of counted: ValueCounts) -> [Double] {
    let count = quantileCount(rowCount: counted.rowCount)
    var quantiles: [Double] = []
    quantiles.reserveCapacity(count)
    var group = 0
    var end = counted.counts.first ?? 0
    for index in 0..<count {
      let position = Double(counted.rowCount - 1) * (rank(index, of: count) * 100 / 100)
      let lower = Int(position)
      while lower >= end {
        group += 1
        end += counted.counts[group]
      }
      let left = counted.values[group]
      let right = lower + 1 < end || group + 1 == counted.values.count ? left : counted.values[group + 1]
      let value = interpolated(left, right, position - Double(lower))
      quantiles.append(max(value, quantiles.last ?? value))
    }
    return quantiles
  }

  /// `from` + share · (`to` − `from`), from the nearer side, without overflow.
  private static func interpolated(_ from: Double, _ to: Double, _ share: Double) -> Double {
    let width = to - from
    guard width.isFinite else { return from * (1 - share) + to * share }
    return share < 0.5 ? from + width * share : to - width * (1 - share)
  }

  /// (value − from) / (to − from) without overflow.
  private static func share(of value: Double, from: Double, to: Double) -> Double {
    let width = to - from
    return width.isFinite ? (value - from) / width : (value / 2 - from / 2) / (to / 2 - from / 2)
  }
}
