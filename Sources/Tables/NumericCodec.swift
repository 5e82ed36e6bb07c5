internal import Foundation
internal import Tensors

/// A column of numbers as a standard normal variable: dequantised rank-Gauss.
///
/// Every cell of the value range owns an interval of ranks (low, high] as wide as its share of the rows. A value is
/// encoded as Φ⁻¹ of a uniform draw from its cell's interval, so that ties and point masses become normal too; a
/// normal value is decoded as the cell its rank falls into. A cell is one value or, in columns with many different
/// values, a lattice from `first` to `last` in steps of `step`, on which ranks are interpolated.
///
/// Ranks are clipped (`clip`), so a value in the outermost 0.001 % of the rows may be encoded as its neighbour's rank;
/// decoding reaches every value.
///
/// **Source**: recipe `clava`, section 1.
public struct NumericCodec: Codable, Hashable, Sendable {
  /// The smallest value of each cell, ascending.
  public let first: [Double]
  /// The largest value of each cell; absent if every cell is a single value.
  public let last: [Double]?
  /// Rows up to and including each cell.
  public let cumulative: [Int]
  /// The distance of neighbouring values inside a cell.
  public let step: Double
  /// How values are written.
  public let format: NumberFormat

  /// Ranks are kept this far from 0 and 1.
  public static let clip = 1e-5

  /// Creates an exact codec: every value is a cell of its own.
  ///
  /// - Parameters:
  ///   - values: the different values, ascending.
  ///   - counts: rows of each value.
  public init(values: [Double], counts: [Int], format: NumberFormat) {
    precondition(values.count == counts.count, "\(values.count) values with \(counts.count) counts")
    first = values
    last = nil
    var total = 0
    cumulative = counts.map { count in
      total += count
      return total
    }
    step = 0
    self.format = format
  }

  private init(cells: [Cell], step: Double, format: NumberFormat) {
    first = cells.map(\.first)
    last = cells.map(\.last)
    cumulative = cells.map(\.cumulative)
    self.step = step
    self.format = format
  }

  /// Fits a codec to the values of a column.
  ///
  /// A value of many rows is a cell of its own; values of few rows are gathered into cells of at least
  /// `minimumCellRows` rows and, where there are more than `knots` different values, of at least a share 1/knots. Within
  /// a cell all values of the lattice are equally likely, so what a few rows alone have is not written again and again;
  /// ranks are wrong by less than a cell.
  ///
  /// - Parameters:
  ///   - values: the values that are not missing, in any order.
  ///   - minimumCellRows: 1 keeps every value of a column with at most `knots` of them.
  /// - Complexity: O(n log n).
  public static func fit(
    values: [Double], format: NumberFormat, knots: Int, minimumCellRows: Int = 1
  ) -> NumericCodec {
    let counted = ValueCounts(values)
    let distinct = counted.values, counts = counted.counts
    if distinct.count <= knots && counts.allSatisfy({ $0 >= minimumCellRows }) {
      return NumericCodec(values: distinct, counts: counts, format: format)
    }
    let share = distinct.count <= knots ? 0 : Double(counted.rowCount) / Double(knots)
    let cells = gather(distinct, counts, target: max(share, Double(minimumCellRows)))
    return NumericCodec(cells: cells, step: Lattice.step(of: distinct, format: format), format: format)
  }

  /// How many cells there are.
  public var cellCount: Int { first.count }

  /// Whether every value of the column is kept as it is.
  public var isExact: Bool { last == nil }

  /// The normal value of a number.
  ///
  /// - Parameters:
  ///   - value: a value of the column; one between two cells is taken for the nearest.
  ///   - u: a uniform draw from the open interval (0, 1), one per row.
  public func encode(_ value: Double, u: Double) -> Double {
    guard let rows = cumulative.last, rows > 0 else { return NormalDistribution.quantile(max(u, Self.clip)) }
    let cell = nearestCell(value)
    let low = cell == 0 ? 0 : Double(cumulative[cell - 1]) / Double(rows)
    let high = Double(cumulative[cell]) / Double(rows)
    let share = position(of: value, in: cell, u: u)
    let rank = low + share * (high - low)
    return NormalDistribution.quantile(min(max(rank, Self.clip), 1 - Self.clip))
  }

  /// The number a normal value stands for, as it can be written in the column's format.
  public func decode(_ z: Double) -> Double {
    guard let rows = cumulative.last, rows > 0 else { return 0 }
    let rank = NormalDistribution.cumulative(z)
    let cell = firstCell { Double(cumulative[$0]) / Double(rows) >= rank }
    guard let last, last[cell] > first[cell] else { return first[cell] }
    let low = cell == 0 ? 0 : Double(cumulative[cell - 1]) / Double(rows)
    let high = Double(cumulative[cell]) / Double(rows)
    let share = (rank - low) / (high - low)
    let width = last[cell] - first[cell]
    if step > 0 {
      let index = (share * (width / step + 1)).rounded(.down)
      return min(format.rounded(first[cell] + index * step), last[cell])
    }
    return min(max(format.rounded(first[cell] + share * width), first[cell]), last[cell])
  }

  /// The text that is written for a decoded value.
  public func text(_ value: Double) -> String { format.text(value) }

  /// Where in its cell a value lies, in (0, 1).
  private func position(of value: Double, in cell: Int, u: Double) -> Double {
    guard let last, last[cell] > first[cell] else { return u }
    let width = last[cell] - first[cell]
    let offset = min(max(value - first[cell], 0), width)
    if step > 0 { return ((offset / step).rounded() + u) / (width / step + 1) }
    return offset / width
  }

  private func nearestCell(_ value: Double) -> Int {
    let after = firstCell { (last?[$0] ?? first[$0]) >= value }
    guard after > 0, value < first[after] else { return after }
    let before = last?[after - 1] ?? first[after - 1]
    return value - before < first[after] - value ? after - 1 : after
  }

  /// The first cell that meets a condition which, once met, holds for all later cells; the last cell if none does.
  @inline(__always)
  private func firstCell(_ holds: (Int) -> Bool) -> Int {
    BinarySearch.first(below: cumulative.count - 1, holds)
  }

  private struct Cell {
    var first: Double
    var last: Double
    var cumulative: Int
  }

  /// Gathers values into cells of at least `target` rows; a value of more rows than that stays alone.
  private static func gather(_ values: [Double], _ counts: [Int], target: Double) -> [Cell] {
    var cells: [Cell] = []
    var total = 0
    var open = 0
    for (value, count) in zip(values, counts) {
      total += count
      let isHeavy = Double(count) > target
      if isHeavy || open == 0 {
        cells.append(Cell(first: value, last: value, cumulative: total))
        open = isHeavy ? 0 : count
      } else {
        cells[cells.count - 1].last = value
        cells[cells.count - 1].cumulative = total
        open += count
      }
      if Double(open) >= target { open = 0 }
    }
    return cells
  }
}
