/// What a boosted model is fitted to.
package enum BoostingObjective: Sendable, Hashable {
  /// Labels 0 and 1; predictions are probabilities of 1.
  case logistic
  /// Numbers; predictions are numbers.
  case squaredError
  /// Labels `0..<classes`; predictions are one probability a class.
  case softmax(classes: Int)

  /// How many numbers a prediction has.
  package var outputs: Int {
    if case .softmax(let classes) = self { classes } else { 1 }
  }
}

/// The settings of gradient boosting, by default those of XGBoost.
package struct BoostingOptions: Sendable, Hashable {
  /// Trees a class.
  package var rounds = 100
  /// Splits between the root and a leaf at most.
  package var depth = 6
  /// The share of each tree's step that is taken (eta).
  package var learningRate = 0.3
  /// Penalty on squared leaf values (lambda).
  package var penalty = 1.0
  /// The gain that a split needs at least (gamma).
  package var minimumGain = 0.0
  /// The sum of second derivatives that each side of a split needs (min_child_weight).
  package var minimumChildWeight = 1.0

  /// XGBoost's defaults.
  package init() {}
}
