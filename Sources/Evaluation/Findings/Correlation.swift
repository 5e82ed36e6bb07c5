/// Pearson correlations of plain arrays, by the sums that pairs of columns use.
enum Correlation {
  /// The correlation over the positions where both are numbers; nil if one of them is constant there.
  static func of(_ first: [Double], _ second: [Double]) -> Double? {
    func column(_ values: [Double]) -> SideColumn {
      SideColumn(.continuous(name: "", values: values), seenBy: .all(values.count), needsBins: false)
    }
    guard case .success(let value) = CorrelationSimilarity.correlation(column(first), column(second)) else {
      return nil
    }
    return value
  }
}
