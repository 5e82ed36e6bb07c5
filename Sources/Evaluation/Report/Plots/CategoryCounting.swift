extension CategoryBars {
  /// Counts codes; the categories with the largest shares on either side get a bar each.
  static func count(_ codes: SideValues<[Int32]>, levels: [String], limit: Int) -> CategoryBars {
    let counts = levelCounts(codes, levels: levels)
    let order = frequent(counts)
    // Where one category too many exists, the last place is needed for the sum of the rest.
    let kept = order.count <= limit ? order[...] : order.prefix(limit - 1)
    let rest = order.dropFirst(kept.count)
    return CategoryBars(
      bars: kept.map { place in Bar(label: label(place, levels), counts: counts.map { $0[place] }) },
      otherCategories: rest.count, other: counts.map { side in rest.reduce(0) { $0 + side[$1] } })
  }

  /// The same choice as places: for every code its place among `labels`, the last of which may be the rest.
  static func places(
    _ codes: SideValues<[Int32]>, levels: [String], limit: Int
  ) -> (labels: [String], places: [Int32]) {
    let counts = levelCounts(codes, levels: levels)
    let order = frequent(counts)
    let kept = order.count <= limit ? order[...] : order.prefix(limit - 1)
    var labels = kept.map { label($0, levels) }
    var places = [Int32](repeating: Int32(kept.count), count: counts.real.count)
    for (position, place) in kept.enumerated() { places[place] = Int32(position) }
    if kept.count < order.count { labels.append("\(order.count - kept.count) others") }
    return (labels, places)
  }

  private static func label(_ place: Int, _ levels: [String]) -> String {
    levels.indices.contains(place) ? levels[place] : "category \(place)"
  }

  private static func levelCounts(_ codes: SideValues<[Int32]>, levels: [String]) -> SideValues<[Int]> {
    let largest = codes.map { $0.max() ?? -1 }
    let size = max(levels.count, Int(max(largest.real, largest.synthetic, largest.holdout ?? -1)) + 1)
    return codes.map { side in
      var counts = [Int](repeating: 0, count: size)
      for code in side where code >= 0 { counts[Int(code)] += 1 }
      return counts
    }
  }

  /// The categories that occur, by the larger of their shares on both sides.
  private static func frequent(_ counts: SideValues<[Int]>) -> [Int] {
    let realTotal = Double(max(1, counts.real.reduce(0, +)))
    let syntheticTotal = Double(max(1, counts.synthetic.reduce(0, +)))
    let shares = counts.real.indices.map {
      max(Double(counts.real[$0]) / realTotal, Double(counts.synthetic[$0]) / syntheticTotal)
    }
    return counts.real.indices
      .filter { counts.real[$0] > 0 || counts.synthetic[$0] > 0 || (counts.holdout?[$0] ?? 0) > 0 }
      .sorted { (-shares[$0], $0) < (-shares[$1], $1) }
  }
}
