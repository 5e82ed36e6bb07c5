internal import Foundation

/// Gradient-boosted trees with XGBoost's defaults and formulas.
///
/// Ours rather than Debian's `libxgboost` 1.7: that library would be one more dependency at run time, it starts
/// OpenMP threads inside workers that own their cores, and its sums depend on how many there are. On the reference
/// cases accuracies are within 0.03 of XGBoost 3.2 and probabilities correlate with its at 0.89 or more, as those of
/// XGBoost's own exact and histogram methods do with each other. One difference is deliberate: a column of categories
/// is one column here, whose splits are those of its one-hot columns; it costs one histogram, not one a category.
///
/// Source: Chen and Guestrin, "XGBoost: a scalable tree boosting system", 2016.
package struct GradientBoosting: Sendable {
  /// What it was fitted to.
  package let objective: BoostingObjective
  /// The summed gain of the splits made on each column.
  package let gains: [Double]
  private let start: [Double]
  /// One tree an output and round, round by round.
  private let trees: [BoostedTree]

  /// Fits a model.
  ///
  /// - Parameters:
  ///   - features: columns, as bins.
  ///   - rows: the rows to fit on, ascending, at least one.
  ///   - labels: one a row of `features`, used where listed.
  /// - Complexity: O(rounds · outputs · depth · rows · columns / 2).
  package init(
    fitting labels: [Double], to features: BinnedFeatures, rows: [Int32], objective: BoostingObjective,
    options: BoostingOptions = BoostingOptions()
  ) {
    precondition(!rows.isEmpty && labels.count == features.rowCount, "boosting needs rows, and a label for each")
    let outputs = objective.outputs
    let start = Self.start(labels, rows, objective)
    var margins = [Double](repeating: 0, count: features.rowCount * outputs)
    for row in 0..<features.rowCount {
      for output in 0..<outputs { margins[row * outputs + output] = start[output] }
    }
    var derivatives = [SIMD2<Double>](repeating: SIMD2(), count: features.rowCount * outputs)
    let grower = TreeGrower(features, rowCount: rows.count, options: options)
    var trees: [BoostedTree] = []
    trees.reserveCapacity(options.rounds * outputs)
    margins.withUnsafeMutableBufferPointer { margins in
      derivatives.withUnsafeMutableBufferPointer { derivatives in
        guard let margin = margins.baseAddress, let derivative = derivatives.baseAddress else { return }
        for _ in 0..<options.rounds {
          Self.differentiate(margin, labels, rows, objective, into: derivative)
          for output in 0..<outputs {
            trees.append(grower.grow(on: rows, derivatives: derivative + output, stride: outputs))
            for leaf in grower.leaves {
              for place in leaf.rows {
                margin[Int(grower.row(at: place)) &* outputs &+ output] += leaf.value
              }
            }
          }
        }
      }
    }
    self.objective = objective
    self.start = start
    self.trees = trees
    gains = grower.gains
  }

  /// Predictions for rows, row by row, `objective.outputs` numbers each.
  package func predictions(for features: BinnedFeatures, rows: [Int32]) -> [Double] {
    let outputs = objective.outputs
    var result = [Double](repeating: 0, count: rows.count * outputs)
    result.withUnsafeMutableBufferPointer { result in
      guard let base = result.baseAddress else { return }
      for place in 0..<rows.count {
        for output in 0..<outputs { base[place * outputs + output] = start[output] }
      }
      for (index, tree) in trees.enumerated() {
        tree.add(to: base, stride: outputs, output: index % outputs, features: features, rows: rows)
      }
      switch objective {
      case .squaredError: break
      case .logistic:
        for place in 0..<rows.count { base[place] = 1 / (1 + exp(-base[place])) }
      case .softmax:
        for place in 0..<rows.count { Self.normalize(base + place * outputs, outputs) }
      }
    }
    return result
  }

  /// The constant margins that fit best: the mean, the log-odds, the logarithms of the classes' shares.
  private static func start(_ labels: [Double], _ rows: [Int32], _ objective: BoostingObjective) -> [Double] {
    let count = Double(rows.count)
    let mean = orderedSum(rows.count) { labels[Int(rows[$0])] } / count
    switch objective {
    case .squaredError:
      return [mean]
    case .logistic:
      let share = min(max(mean, 1e-6), 1 - 1e-6)
      return [log(share / (1 - share))]
    case .softmax(let classes):
      var counts = [Double](repeating: 0, count: classes)
      for row in rows { counts[Int(labels[Int(row)])] += 1 }
      return counts.map { log(max($0, 0.5) / count) }
    }
  }

  private static func differentiate(
    _ margins: UnsafeMutablePointer<Double>, _ labels: [Double], _ rows: [Int32], _ objective: BoostingObjective,
    into derivatives: UnsafeMutablePointer<SIMD2<Double>>
  ) {
    switch objective {
    case .squaredError:
      for row in rows {
        let index = Int(row)
        derivatives[index] = SIMD2(margins[index] - labels[index], 1)
      }
    case .logistic:
      for row in rows {
        let index = Int(row)
        let probability = 1 / (1 + exp(-margins[index]))
        derivatives[index] = SIMD2(probability - labels[index], max(probability * (1 - probability), 1e-16))
      }
    case .softmax(let classes):
      var probabilities = [Double](repeating: 0, count: classes)
      probabilities.withUnsafeMutableBufferPointer { buffer in
        guard let probability = buffer.baseAddress else { return }
        for row in rows {
          let start = Int(row) * classes
          probability.update(from: margins + start, count: classes)
          normalize(probability, classes)
          let label = Int(labels[Int(row)])
          for output in 0..<classes {
            let value = probability[output]
            // Twice the diagonal of the second derivative, as XGBoost has it.
            derivatives[start + output] = SIMD2(
              value - (output == label ? 1 : 0), max(2 * value * (1 - value), 1e-16))
          }
        }
      }
    }
  }

  /// Margins to probabilities, in place.
  private static func normalize(_ margins: UnsafeMutablePointer<Double>, _ count: Int) {
    var largest = margins[0]
    for index in 1..<max(count, 1) { largest = max(largest, margins[index]) }
    var sum = 0.0
    for index in 0..<count {
      margins[index] = exp(margins[index] - largest)
      sum += margins[index]
    }
    for index in 0..<count { margins[index] /= sum }
  }
}
