/// One of the headline scores: what it is called, what it means and where its number is.
package struct Measure {
  /// What it is called.
  package let title: String
  /// What it is the mean of.
  package let meaning: String
  /// Its number among the scores of a database; nil where there is no such distance.
  package let score: @Sendable (ScoreSet) -> Score?
  /// Its mean and deviation over several databases.
  package let spread: @Sendable (ScoreSpread) -> ScoreSpread.Value?

  /// The headline scores of databases whose longest path has `depth` relations.
  package static func headline(depth: Int) -> [Measure] {
    var measures = [
      Measure(
        title: "Overall", meaning: "mean of columns, pairs within tables, group sizes and pairs with parents",
        score: \.overall, spread: \.overall),
      Measure(
        title: "Columns", meaning: "distribution of every single column (shapes)", score: \.shapes, spread: \.shapes),
      hop(0, "Pairs within tables", "how two columns of a table go together (0-hop)"),
      Measure(
        title: "Group sizes", meaning: "how many child rows a parent row has (cardinality)", score: \.cardinality,
        spread: \.cardinality),
      hop(1, "Pairs with parents", "a column beside one of the row it refers to (1-hop)"),
    ]
    if depth >= 2 {
      for hops in 2...depth {
        measures.append(hop(hops, "Pairs over \(hops) keys", "columns \(hops) foreign keys apart (\(hops)-hop)"))
      }
    }
    measures.append(
      Measure(
        title: "All pairs", meaning: "mean over the pairs of every distance (average 2-way)", score: \.averageTwoWay,
        spread: \.averageTwoWay))
    return measures
  }

  /// Means as published, where they can differ from the means over all paths.
  package static func published(depth: Int) -> [Measure] {
    var measures: [Measure] = []
    if depth >= 2 {
      for hops in 2...depth {
        measures.append(
          Measure(
            title: "Pairs over \(hops) keys, as published",
            meaning: "of several paths between two tables only the last one counts, and one undefined pair leaves none",
            score: { set in set.strictHops.first { $0.hop == hops }?.score }, spread: { _ in nil }))
      }
    }
    measures.append(
      Measure(
        title: "All pairs, as published", meaning: "average 2-way by the same rules", score: \.strictAverageTwoWay,
        spread: { _ in nil }))
    return measures
  }

  private static func hop(_ hops: Int, _ title: String, _ meaning: String) -> Measure {
    Measure(
      title: title, meaning: meaning, score: { set in set.hops.first { $0.hop == hops }?.score },
      spread: { $0.hops.indices.contains(hops) ? $0.hops[hops] : nil })
  }
}
