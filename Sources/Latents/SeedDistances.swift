internal import CKernels

/// Squared distances of all rows to the nearest seed so far and to the candidates for the next one.
final class SeedDistances {
  private let features: MixedFeatures
  private let panelCount: Int
  private let panels: UnsafeMutablePointer<Double>
  private let nearest: UnsafeMutablePointer<Double>
  /// One column per candidate.
  private let columns: UnsafeMutablePointer<Double>
  /// Sums of `nearest` by panel, cumulative.
  private var nearestTotals: [Double]
  /// Sums of the columns by panel, one column after the other.
  private var columnTotals: [Double]

  init(_ features: MixedFeatures, candidates: Int) {
    self.features = features
    panelCount = RowPanels.count(rows: features.rowCount)
    let rows = panelCount * RowPanels.length
    panels = RowPanels.allocate(Double.self, count: rows * features.numericCount)
    nearest = .allocate(capacity: max(1, rows))
    columns = RowPanels.allocate(Double.self, count: rows * candidates)
    nearestTotals = [Double](repeating: 0, count: panelCount)
    columnTotals = [Double](repeating: 0, count: panelCount * candidates)
    // Rows that only fill up the last panel are at no distance.
    nearest.initialize(repeating: 0, count: rows)
    nearest.update(repeating: .infinity, count: features.rowCount)
    for index in 0..<panelCount {
      let firstRow = index * RowPanels.length
      RowPanels.fill(panels + firstRow * features.numericCount, features, firstRow: firstRow)
    }
  }

  deinit {
    panels.deallocate()
    nearest.deallocate()
    columns.deallocate()
  }

  /// Fills a column per candidate row with distances limited by those to the seeds; returns their sums.
  @discardableResult
  func measure(to candidates: [Int]) -> [Double] {
    let width = features.numericCount
    let rows = panelCount * RowPanels.length
    let count = Int64(candidates.count)
    let points = candidates.flatMap { features.numerics[$0 * width..<($0 + 1) * width] }
    // One access to the totals for all panels: every access to them from outside this closure is checked.
    return columnTotals.withUnsafeMutableBufferPointer { totals in
      guard let firstTotal = totals.baseAddress else { return [] }
      for index in 0..<panelCount {
        let firstRow = index &* RowPanels.length
        ck_point_distances(
          panels + firstRow &* width, Int64(width), points, count, Int64(rows), columns + firstRow)
        for category in features.categories {
          for (candidate, row) in candidates.enumerated() {
            add(category, firstRow: firstRow, seed: row, columns + (candidate * rows + firstRow))
          }
        }
        ck_limited_sums(
          columns + firstRow, Int64(rows), count, nearest + firstRow, firstTotal + index, Int64(panelCount))
      }
      return candidates.indices.map { candidate in
        for index in candidate * panelCount + 1..<(candidate + 1) * panelCount { totals[index] += totals[index - 1] }
        return totals[(candidate + 1) * panelCount - 1]
      }
    }
  }

  private func add(
    _ category: CategoricalFeature, firstRow: Int, seed: Int, _ column: UnsafeMutablePointer<Double>
  ) {
    category.codes.withUnsafeBufferPointer { codes in
      guard let base = codes.baseAddress else { return }
      ck_level_distances(
        base + firstRow, Int64(min(RowPanels.length, features.rowCount - firstRow)), codes[seed],
        category.scale * category.scale, column)
    }
  }

  /// Makes a candidate the newest seed.
  func choose(_ candidate: Int) {
    let rows = panelCount * RowPanels.length
    nearest.update(from: columns + candidate * rows, count: rows)
    nearestTotals = Array(columnTotals[candidate * panelCount..<(candidate + 1) * panelCount])
  }

  /// The first row whose cumulative distance reaches `uniform` × the sum of all.
  func draw(_ uniform: Double) -> Int {
    let target = uniform * (nearestTotals.last ?? 0)
    var low = 0
    var high = panelCount - 1
    while low < high {
      let middle = (low + high) / 2
      if nearestTotals[middle] < target { low = middle + 1 } else { high = middle }
    }
    var sum = low == 0 ? 0 : nearestTotals[low - 1]
    var drawn = low * RowPanels.length
    for row in drawn..<min(drawn + RowPanels.length, features.rowCount) {
      sum += nearest[row]
      // Sums by panel and by row differ in rounding: the last row at a distance stands in for the end.
      if nearest[row] > 0 { drawn = row }
      if sum >= target { return row }
    }
    return drawn
  }
}
