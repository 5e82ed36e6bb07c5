/// Rules over complete rungs.
public enum PruningRules {
  /// Of trials on a rung those that go on: the best 1/η of all, one at least; those without a number never do.
  ///
  /// - Parameter losses: number of the trial and its loss, nil where it is no number.
  /// - Returns: numbers of trials, the best first; equal losses go by number.
  public static func halving(_ losses: [(trial: Int, loss: Double?)], eta: Int) -> [Int] {
    let ranked = ranked(losses)
    return ranked.prefix(max(1, losses.count / eta)).map(\.trial)
  }

  /// Of trials on a rung those that are no worse than the median.
  public static func betterHalf(_ losses: [(trial: Int, loss: Double?)]) -> [Int] {
    let ranked = ranked(losses)
    let middle = median(ranked.map(\.loss))
    return ranked.filter { $0.loss <= middle }.map(\.trial)
  }

  /// Whether a trial is worse than the median of others at the same rung; never without others.
  ///
  /// Source: Golovin et al., "Google Vizier" (KDD 2017), §3.2.2, at one step in place of the running mean, as Optuna.
  public static func isBelowMedian(_ loss: Double, others: [Double]) -> Bool {
    !others.isEmpty && !(loss <= median(others))
  }

  private static func ranked(_ losses: [(trial: Int, loss: Double?)]) -> [(trial: Int, loss: Double)] {
    losses.compactMap { entry in entry.loss.flatMap { $0.isFinite ? (entry.trial, $0) : nil } }
      .sorted { ($0.loss, $0.trial) < ($1.loss, $1.trial) }
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .infinity }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
