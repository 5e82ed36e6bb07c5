/// The volume that a set of losses dominates, up to a reference point.
public enum Hypervolume {
  /// The volume; points that are not better than the reference in every objective add nothing.
  ///
  /// Slices along the last objective. Complexity: O(n log n) for two objectives, a factor of n for each further one.
  public static func of(_ losses: [[Double]], reference: [Double]) -> Double {
    volume(losses.filter { point in zip(point, reference).allSatisfy { $0 < $1 } }, reference)
  }

  private static func volume(_ points: [[Double]], _ reference: [Double]) -> Double {
    guard let last = reference.last, !points.isEmpty else { return 0 }
    if reference.count == 1 { return last - (points.map { $0[0] }.min() ?? last) }
    let sorted = points.sorted { ($0[reference.count - 1]) < ($1[reference.count - 1]) }
    if reference.count == 2 { return area(sorted, reference) }
    let shorter = Array(reference.dropLast())
    var sum = 0.0
    var below: [[Double]] = []
    for (index, point) in sorted.enumerated() {
      below.append(Array(point.dropLast()))
      let next = index + 1 < sorted.count ? sorted[index + 1][reference.count - 1] : last
      let height = next - point[reference.count - 1]
      if height > 0 { sum += height * volume(below, shorter) }
    }
    return sum
  }

  /// Two objectives, sorted by the second: every step to a smaller first one adds a rectangle.
  private static func area(_ sorted: [[Double]], _ reference: [Double]) -> Double {
    var sum = 0.0, leftmost = reference[0]
    for point in sorted where point[0] < leftmost {
      sum += (leftmost - point[0]) * (reference[1] - point[1])
      leftmost = point[0]
    }
    return sum
  }
}
