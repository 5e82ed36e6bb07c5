/// What the metrics of findings measure, in a sentence each.
enum MetricText {
  /// The sentence of the first entry with which the metric's name begins; nil for a metric that is not listed.
  static func explanation(_ metric: String) -> String? {
    let name = metric.lowercased()
    return sentences.first { name.hasPrefix($0.prefix) }?.sentence
  }

  /// Longer beginnings before the shorter ones they contain.
  private static let sentences: [(prefix: String, sentence: String)] = [
    (
      "c2st-agg",
      "Boosted trees guess whether a parent row is real from its own columns and from counts, means and numbers of "
        + "distinct values of its child rows. This finds wrong relations that single tables hide. The accuracy of "
        + "chance is one half."
    ),
    ("c2st", "Boosted trees guess whether a row is real from its own columns. The accuracy of chance is one half."),
    (
      "logisticdetection",
      "Logistic regression guesses whether a row is real; 100 means that it does no better than chance. It sees "
        + "differences of means and little else."
    ),
    (
      "tstr",
      "A model is trained on synthetic rows and tested on real ones; real is the same model trained on real rows."
    ),
    (
      "identical rows",
      "The share of synthetic rows that equal a training row in every column, beside the share of held-out rows that do."
    ),
    (
      "membership inference auc",
      "An attacker ranks rows by how likely they were in the training data. One half is guessing; above it, membership "
        + "leaks."
    ),
    (
      "membership inference tpr",
      "The share of training rows that an attacker recognises while wrongly accusing at most the given share of rows "
        + "that were not in the training data. Guessing recognises just that share."
    ),
    ("α-precision", "Whether synthetic rows lie where real rows lie, from the centre outwards: fidelity."),
    ("β-recall", "Whether every region of real rows is reached by synthetic ones: diversity."),
    (
      "dcr",
      "Distances from synthetic rows to their closest training row, beside those of held-out rows. Clearly smaller "
        + "distances than held-out rows have point to copies."
    ),
    (
      "nndr", "The distance to the closest training row over that to the second closest; near zero it points to a copy."
    ),
    ("boundary adherence", "The share of synthetic values between the smallest and the largest real one."),
    ("category adherence", "The share of synthetic values that occur among the real ones."),
    ("category coverage", "The share of real categories that occur among the synthetic values."),
    ("range coverage", "How much of the real range the synthetic values span."),
    ("missing value", "How alike the shares of missing values are."),
    ("key uniqueness", "The share of primary keys that are there and occur once."),
    ("referential integrity", "The share of foreign keys that name a row of the parent table."),
    ("cardinality boundary", "The share of parents whose number of children lies between those of real parents."),
    ("fan-out correlation", "Whether parents with many children of one kind also have many of another kind."),
    ("fan-out given", "Group sizes within each value of a column of the parent."),
    ("sibling", "How columns of two child tables go together when both are joined to their common parent."),
    ("two-parent", "How columns of two parents of the same row go together."),
    ("within-group", "How alike the children of one parent are, compared with the children of others."),
    ("functional dep", "Rules that hold in every real row: a value of one column decides that of another."),
    ("transitive", "Whether two ways over foreign keys lead to the same ancestor as often as in the real rows."),
  ]
}
