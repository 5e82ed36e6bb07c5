/// Which other row every anchor takes.
public struct RowMatch: Sendable, Equatable, Codable {
  /// For each anchor the index of its other row; −1 only if there is no other row at all.
  public var others: [Int32]
  /// For each anchor the squared distance to its other row; 0 where there is none.
  public var squaredDistances: [Float]
  /// Number of anchors whose other row is also that of an earlier anchor.
  public var repeatedCount: Int

  /// A match whose repeats are counted.
  ///
  /// - Parameters:
  ///   - others: for each anchor the index of its other row, or −1.
  ///   - squaredDistances: for each anchor the squared distance.
  ///   - otherCount: number of other rows.
  public init(others: [Int32], squaredDistances: [Float], otherCount: Int) {
    precondition(
      others.count == squaredDistances.count, "\(others.count) rows with \(squaredDistances.count) distances")
    self.others = others
    self.squaredDistances = squaredDistances
    var used = [Bool](repeating: false, count: otherCount)
    repeatedCount = 0
    for other in others where other >= 0 {
      if used[Int(other)] { repeatedCount += 1 }
      used[Int(other)] = true
    }
  }

  /// Sum of the distances over all anchors.
  public var totalDistance: Double { squaredDistances.reduce(0) { $0 + Double($1).squareRoot() } }

  /// Sum of the squared distances over all anchors.
  public var totalSquaredDistance: Double { squaredDistances.reduce(0) { $0 + Double($1) } }
}
