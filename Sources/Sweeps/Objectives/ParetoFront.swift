/// Sets of trials of which none is worse in every objective. All values are losses: smaller is better.
public enum ParetoFront {
  /// Whether the first is nowhere worse and somewhere better.
  public static func dominates(_ first: [Double], _ second: [Double]) -> Bool {
    var isBetter = false
    for (left, right) in zip(first, second) {
      if left > right { return false }
      if left < right { isBetter = true }
    }
    return isBetter
  }

  /// Positions of the points that no other dominates, in order; equal points are all among them.
  ///
  /// - Complexity: O(n · f) for f points on the front, after sorting.
  public static func indices(of losses: [[Double]]) -> [Int] {
    // In this order nothing is dominated by what comes later.
    let order = losses.indices.sorted { left, right in
      losses[left].lexicographicallyPrecedes(losses[right]) || (losses[left] == losses[right] && left < right)
    }
    var front: [Int] = []
    for index in order where !front.contains(where: { dominates(losses[$0], losses[index]) }) { front.append(index) }
    return front.sorted()
  }

  /// The rank of each point: 0 for the front, 1 for the front of the rest, and so on.
  public static func ranks(_ losses: [[Double]]) -> [Int] {
    var ranks = [Int](repeating: 0, count: losses.count)
    var rest = Array(losses.indices)
    var rank = 0
    while !rest.isEmpty {
      let front = Set(indices(of: rest.map { losses[$0] }).map { rest[$0] })
      for index in front { ranks[index] = rank }
      rest.removeAll { front.contains($0) }
      rank += 1
    }
    return ranks
  }

  /// A point that is worse than all of them, a tenth beyond the worst of each objective.
  static func reference(_ losses: [[Double]]) -> [Double]? {
    guard var worst = losses.first else { return nil }
    for point in losses { for (index, loss) in point.enumerated() { worst[index] = max(worst[index], loss) } }
    return worst.map { $0 == 0 ? 1e-12 : max(1.1 * $0, 0.9 * $0) }
  }

  /// The best of the points: whole ranks, and of the last rank those that together cover the largest hypervolume,
  /// chosen one after the other.
  static func best(_ count: Int, of losses: [[Double]]) -> [Int] {
    let ranks = ranks(losses)
    var chosen: [Int] = []
    var rank = 0
    while chosen.count < min(count, losses.count) {
      let front = losses.indices.filter { ranks[$0] == rank }
      let room = min(count, losses.count) - chosen.count
      chosen += front.count <= room ? front : spread(room, of: front, losses)
      rank += 1
    }
    return chosen
  }

  private static func spread(_ count: Int, of front: [Int], _ losses: [[Double]]) -> [Int] {
    guard let reference = reference(front.map { losses[$0] }) else { return [] }
    var chosen: [Int] = []
    var rest = front
    while chosen.count < count {
      var best: (volume: Double, position: Int) = (-1, 0)
      for (position, index) in rest.enumerated() {
        let volume = Hypervolume.of((chosen + [index]).map { losses[$0] }, reference: reference)
        if volume > best.volume { best = (volume, position) }
      }
      chosen.append(rest.remove(at: best.position))
    }
    return chosen
  }
}
