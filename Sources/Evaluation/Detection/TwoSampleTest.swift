internal import Tensors

/// Classifiers trained in folds to tell two sets of rows apart.
package enum TwoSampleTest {
  /// What a boosted classifier achieved out of fold.
  package struct Result: Sendable {
    /// The rows that were tested.
    package var rows: [Int]
    /// The probability that a row is real, given by the model that did not see it; ½ for rows that were not tested.
    package var probabilities: [Double]
    /// Share of tested rows on the right side of ½.
    package var accuracy: Double
    /// How many those are.
    package var hits: Int
    /// Population standard deviation of the correctness indicators over the root of their number.
    package var standardError: Double
    /// Gains of the columns over all folds.
    package var gains: [Double]
  }

  /// Trains one boosted classifier a fold on the other folds and tests it on the fold.
  ///
  /// Boosted trees do not depend on standardisation, so there is none.
  ///
  /// - Parameters:
  ///   - labels: 1 real, 0 synthetic.
  ///   - folds: the fold of every row.
  ///   - only: the fold that is tested, if not all are.
  package static func boosted(
    _ columns: [FeatureColumn], labels: [Int], folds: [Int], only: Int? = nil
  ) -> Result {
    let targets = labels.map(Double.init)
    var probabilities = [Double](repeating: 0.5, count: labels.count)
    var gains = [Double](repeating: 0, count: columns.count)
    for fold in 0...(folds.max() ?? 0) where only == nil || fold == only {
      let (training, testing) = split(folds, fold)
      if training.isEmpty { continue }
      let features = FeatureBins(fittedOn: columns.map { $0.selecting(training) }).apply(to: columns)
      let model = GradientBoosting(fitting: targets, to: features, rows: training, objective: .logistic)
      for (row, probability) in zip(testing, model.predictions(for: features, rows: testing)) {
        probabilities[Int(row)] = probability
      }
      for index in gains.indices { gains[index] += model.gains[index] }
    }
    let rows = labels.indices.filter { only == nil || folds[$0] == only }
    let hits = rows.count { (probabilities[$0] > 0.5) == (labels[$0] == 1) }
    let accuracy = Double(hits) / Double(max(rows.count, 1))
    return Result(
      rows: rows, probabilities: probabilities, accuracy: accuracy, hits: hits,
      standardError: (accuracy * (1 - accuracy) / Double(max(rows.count, 1))).squareRoot(), gains: gains)
  }

  /// The area under the curve of each fold of a logistic regression.
  ///
  /// - Returns: the areas and the out-of-fold probabilities.
  package static func logistic(
    _ columns: [FeatureColumn], labels: [Int], folds: [Int], scaling: LinearScaling
  ) -> (areas: [Double], probabilities: [Double]) {
    let targets = labels.map(Double.init)
    var probabilities = [Double](repeating: 0.5, count: labels.count)
    var areas: [Double] = []
    for fold in 0...(folds.max() ?? 0) {
      let (training, testing) = split(folds, fold)
      if training.isEmpty || testing.isEmpty { continue }
      let scaled = scaling.apply(to: columns, fittedOn: training)
      let model = LogisticRegression(fitting: targets, to: scaled, rows: training)
      let predicted = model.probabilities(for: scaled, rows: testing)
      for (row, probability) in zip(testing, predicted) { probabilities[Int(row)] = probability }
      let ranks = RankStatistics(scores: predicted, isPositive: testing.map { labels[Int($0)] == 1 })
      if ranks.isDefined { areas.append(ranks.areaUnderCurve) }
    }
    return (areas, probabilities)
  }

  private static func split(_ folds: [Int], _ fold: Int) -> (training: [Int32], testing: [Int32]) {
    var (training, testing): ([Int32], [Int32]) = ([], [])
    for (row, own) in folds.enumerated() {
      if own == fold { testing.append(Int32(row)) } else { training.append(Int32(row)) }
    }
    return (training, testing)
  }
}

/// How numbers are brought to one scale for a linear model.
package enum LinearScaling: Sendable {
  /// Mean 0 and standard deviation 1.
  case standard
  /// Median 0 and distance between the quartiles 1; the standard deviation where the quartiles are equal.
  case robust

  /// Scales the numbers of columns by what the listed rows say; a number that does not vary becomes 0.
  func apply(to columns: [FeatureColumn], fittedOn rows: [Int32]) -> [FeatureColumn] {
    columns.map { column in
      guard case .ordered(let name, let values) = column else { return column }
      let count = Double(max(rows.count, 1))
      let mean = orderedSum(rows.count) { values[Int(rows[$0])] } / count
      let variance =
        orderedSum(rows.count) {
          let difference = values[Int(rows[$0])] - mean
          return difference * difference
        } / count
      var (centre, scale) = (mean, variance.squareRoot())
      if self == .robust {
        let sorted = rows.map { values[Int($0)] }.sorted()
        let range = Quantile.linear(sorted, 0.75) - Quantile.linear(sorted, 0.25)
        centre = Quantile.linear(sorted, 0.5)
        if range > 0 { scale = range }
      }
      return .ordered(name: name, values: values.map { scale > 0 ? ($0 - centre) / scale : 0 })
    }
  }
}

/// Quantiles of sorted numbers.
package enum Quantile {
  /// The quantile between the two nearest numbers, as numpy's default computes it; NaN if there are none.
  package static func linear(_ sorted: [Double], _ share: Double) -> Double {
    guard let last = sorted.last else { return .nan }
    let position = share * Double(sorted.count - 1)
    let index = Int(position.rounded(.down))
    if index + 1 >= sorted.count { return last }
    return sorted[index] + (sorted[index + 1] - sorted[index]) * (position - Double(index))
  }
}
