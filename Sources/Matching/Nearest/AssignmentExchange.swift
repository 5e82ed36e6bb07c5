/// The better parts of two assignments of the same rows to places.
///
/// Rows that change place form chains: each takes the place of the next, until the first row's place or a free one.
/// Chains are independent of one another, so each may be taken or left.
enum AssignmentExchange {
  /// Takes every chain of changes from `present` to `proposed` that lowers the total cost.
  ///
  /// - Parameters:
  ///   - present: the place of each row, all distinct.
  ///   - proposed: another place of each row, all distinct.
  ///   - placeCount: number of places.
  ///   - cost: the cost of a row at a place.
  /// - Complexity: O(rows + places).
  static func merge(
    present: [Int32], proposed: [Int32], placeCount: Int, cost: (_ row: Int, _ place: Int32) -> Double
  ) -> [Int32] {
    precondition(present.count == proposed.count, "\(present.count) and \(proposed.count) rows")
    var owners = [Int32](repeating: -1, count: placeCount)
    var wanted = [Bool](repeating: false, count: placeCount)
    for (row, place) in present.enumerated() { owners[Int(place)] = Int32(row) }
    for place in proposed { wanted[Int(place)] = true }
    var merged = present
    var seen = [Bool](repeating: false, count: present.count)
    func follow(_ first: Int) {
      var chain: [Int] = []
      var gain = 0.0
      var row = first
      while !seen[row] {
        seen[row] = true
        chain.append(row)
        gain += cost(row, present[row]) - cost(row, proposed[row])
        let next = owners[Int(proposed[row])]
        guard next >= 0 else { break }
        row = Int(next)
      }
      guard gain > 0 else { return }
      for row in chain { merged[row] = proposed[row] }
    }
    // A chain that ends at a free place starts at a place that nobody wants; the others are rings.
    for row in present.indices where !wanted[Int(present[row])] { follow(row) }
    for row in present.indices where !seen[row] && present[row] != proposed[row] { follow(row) }
    return merged
  }
}
