internal import Foundation

/// Logistic regression with a squared penalty on all weights but the intercept.
///
/// Minimises ½‖w‖² + C Σ log(1 + exp(−y f(x))), the objective of scikit-learn, by L-BFGS.
/// Columns of categories are one-hot without the matrix being formed: a row adds the weight of its category.
package struct LogisticRegression: Sendable {
  private enum Input: Sendable {
    case number(weight: Int)
    case levels(weight: Int, count: Int)
  }

  private let inputs: [Input]
  private let intercept: Int
  /// Weights column by column, one a category of a column of categories, the missing one first; the intercept last.
  package let weights: [Double]

  /// Fits the weights.
  ///
  /// - Parameters:
  ///   - labels: 0 or 1, one a row of the columns, used where listed.
  ///   - columns: numbers without NaN, and categories.
  ///   - inversePenalty: C.
  package init(
    fitting labels: [Double], to columns: [FeatureColumn], rows: [Int32], inversePenalty: Double = 1,
    iterations: Int = 300
  ) {
    var inputs: [Input] = []
    var count = 0
    for column in columns {
      switch column {
      case .ordered:
        inputs.append(.number(weight: count))
        count += 1
      case .levels(_, _, let levels):
        inputs.append(.levels(weight: count, count: levels + 1))
        count += levels + 1
      }
    }
    self.inputs = inputs
    intercept = count
    let model = (inputs, count)
    weights = QuasiNewton.minimize(dimension: count + 1, iterations: iterations) { point, gradient in
      let margins = Self.margins(columns, rows, point, model.0, intercept: model.1)
      var loss = 0.0
      var errors = margins
      for (place, row) in rows.enumerated() {
        let margin = margins[place]
        let label = labels[Int(row)]
        loss += (margin > 0 ? margin : 0) - label * margin + log1p(exp(-abs(margin)))
        errors[place] = inversePenalty * (1 / (1 + exp(-margin)) - label)
      }
      loss *= inversePenalty
      for index in gradient.indices { gradient[index] = 0 }
      for (column, input) in zip(columns, model.0) {
        switch (column, input) {
        case (.ordered(_, let values), .number(let weight)):
          gradient[weight] = orderedSum(rows.count) { errors[$0] * values[Int(rows[$0])] }
        case (.levels(_, let codes, _), .levels(let weight, _)):
          for (place, row) in rows.enumerated() { gradient[weight + Int(codes[Int(row)]) + 1] += errors[place] }
        default: preconditionFailure("a column of numbers met weights of categories")
        }
      }
      gradient[model.1] = orderedSum(rows.count) { errors[$0] }
      for index in 0..<model.1 {
        loss += point[index] * point[index] / 2
        gradient[index] += point[index]
      }
      return loss
    }
  }

  /// The probability of label 1 for rows.
  package func probabilities(for columns: [FeatureColumn], rows: [Int32]) -> [Double] {
    Self.margins(columns, rows, weights, inputs, intercept: intercept).map { 1 / (1 + exp(-$0)) }
  }

  private static func margins(
    _ columns: [FeatureColumn], _ rows: [Int32], _ weights: [Double], _ inputs: [Input], intercept: Int
  ) -> [Double] {
    var margins = [Double](repeating: weights[intercept], count: rows.count)
    for (column, input) in zip(columns, inputs) {
      switch (column, input) {
      case (.ordered(_, let values), .number(let weight)):
        let factor = weights[weight]
        for (place, row) in rows.enumerated() { margins[place] += factor * values[Int(row)] }
      case (.levels(_, let codes, _), .levels(let weight, _)):
        for (place, row) in rows.enumerated() { margins[place] += weights[weight + Int(codes[Int(row)]) + 1] }
      default: preconditionFailure("a column of numbers met weights of categories")
      }
    }
    return margins
  }
}
