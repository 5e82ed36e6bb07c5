/// One column to be predicted.
struct UtilityTask {
  let table: String
  let column: EvaluationSchema.Column
  let target: Int
  let split: UtilitySplit

  /// Trains on synthetic and on real rows and tests both on the same rows.
  func finding() -> Finding {
    let metric: String
    let scores: [Double?]
    var remark = ""
    if column.kind == .number {
      metric = "TSTR R²"
      scores = [split.synthetic, split.real].map { regression($0) }
    } else {
      let classes = Classes(split.real[target], split.synthetic[target])
      metric = classes.count == 2 ? "TSTR F1" : "TSTR macro F1"
      scores = [split.synthetic, split.real].map { classification($0, classes) }
      if classes.pools { remark = "; all but the \(classes.count - 1) most frequent categories are one" }
    }
    var finding = Finding(
      metric: metric, table: table, columns: ["\(table).\(column.name)"],
      score: .undefined("the column does not vary in the test rows or is missing"), synthetic: scores[0],
      real: scores[1], count: split.test[target].rowCount, note: split.note + remark)
    if let synthetic = scores[0], let real = scores[1] {
      finding.score = Score(1 - max(0, max(real, 0) - max(synthetic, 0)))
    }
    return finding
  }

  /// The inputs and the rows whose target is known.
  private func inputs(_ columns: [EvaluationColumn]) -> (features: [FeatureColumn], rows: [Int32]) {
    let features = columns.indices.filter { $0 != target }.map { FeatureColumn(columns[$0]) }
    let rows: [Int32] =
      switch columns[target] {
      case .continuous(_, let values): values.indices.filter { values[$0].isFinite }.map { Int32($0) }
      case .discrete(_, let codes, _): codes.indices.filter { codes[$0] >= 0 }.map { Int32($0) }
      }
    return (features, rows)
  }

  private func predictions(
    _ training: [EvaluationColumn], labels: [Double], rows: [Int32], features: [FeatureColumn],
    objective: BoostingObjective
  ) -> (predicted: [Double], rows: [Int32]) {
    let test = inputs(split.test)
    let binning = FeatureBins(fittedOn: features)
    let model = GradientBoosting(
      fitting: labels, to: binning.apply(to: features), rows: rows, objective: objective)
    return (model.predictions(for: binning.apply(to: test.features), rows: test.rows), test.rows)
  }

  /// R² on the test rows; nil where it is not defined.
  private func regression(_ training: [EvaluationColumn]) -> Double? {
    guard case .continuous(_, let values) = training[target], case .continuous(_, let truth) = split.test[target]
    else { return nil }
    let (features, rows) = inputs(training)
    guard rows.count >= 10, !features.isEmpty else { return nil }
    let count = Double(rows.count)
    let mean = orderedSum(rows.count) { values[Int(rows[$0])] } / count
    let deviation = (orderedSum(rows.count) { square(values[Int(rows[$0])] - mean) } / count).squareRoot()
    let scale = deviation > 0 ? deviation : 1
    let labels = values.map { $0.isFinite ? ($0 - mean) / scale : 0 }
    let (predicted, tested) = predictions(
      training, labels: labels, rows: rows, features: features, objective: .squaredError)
    let known = tested.map { truth[Int($0)] }
    guard known.count >= 2 else { return nil }
    let centre = orderedSum(known.count) { known[$0] } / Double(known.count)
    let total = orderedSum(known.count) { square(known[$0] - centre) }
    guard total > 0 else { return nil }
    return 1 - orderedSum(known.count) { square(known[$0] - (mean + scale * predicted[$0])) } / total
  }

  /// F1 on the test rows; nil where it is not defined.
  private func classification(_ training: [EvaluationColumn], _ classes: Classes) -> Double? {
    guard case .discrete(_, let codes, _) = training[target], case .discrete(_, let truth, _) = split.test[target]
    else { return nil }
    let (features, rows) = inputs(training)
    guard rows.count >= 10, !features.isEmpty, classes.count >= 2 else { return nil }
    let labels = codes.map { $0 < 0 ? 0 : Double(classes.number(of: $0)) }
    let (predicted, tested) = predictions(
      training, labels: labels, rows: rows, features: features,
      objective: classes.count == 2 ? .logistic : .softmax(classes: classes.count))
    guard !tested.isEmpty else { return nil }
    let named = tested.indices.map { place -> Int in
      if classes.count == 2 { return predicted[place] > 0.5 ? 1 : 0 }
      let start = place * classes.count
      var best = 0
      for index in 1..<classes.count where predicted[start + index] > predicted[start + best] { best = index }
      return best
    }
    return ClassificationScore.f1(
      truth: tested.map { classes.number(of: truth[Int($0)]) }, predicted: named, classes: classes.count)
  }

  private func square(_ value: Double) -> Double { value * value }
}

/// The categories of a target as classes.
struct Classes {
  /// How many classes there are.
  let count: Int
  /// Whether rare categories share the last class.
  let pools: Bool
  private let numbers: [Int]

  /// Numbers the categories that occur in training rows of either kind, in the order of their codes; if there are more
  /// than `UtilityTests.categoryLimit`, by the frequency in real training rows.
  init(_ real: EvaluationColumn, _ synthetic: EvaluationColumn) {
    guard case .discrete(_, let codes, let levels) = real, case .discrete(_, let others, _) = synthetic else {
      preconditionFailure("column \(real.name) has no categories")
    }
    var frequency = [Int](repeating: 0, count: levels)
    var occurs = [Bool](repeating: false, count: levels)
    for code in codes where code >= 0 {
      frequency[Int(code)] += 1
      occurs[Int(code)] = true
    }
    for code in others where code >= 0 { occurs[Int(code)] = true }
    var present = (0..<levels).filter { occurs[$0] }
    pools = present.count > UtilityTests.categoryLimit
    if pools {
      present.sort { (frequency[$1], $0) < (frequency[$0], $1) }
      present = Array(present.prefix(UtilityTests.categoryLimit - 1))
    }
    count = present.count + (pools ? 1 : 0)
    // A category that no training row has is no class; naming any class for it is wrong.
    var numbers = [Int](repeating: pools ? count - 1 : -1, count: levels)
    for (number, level) in present.enumerated() { numbers[level] = number }
    self.numbers = numbers
  }

  /// The class of a category, −1 for none.
  func number(of code: Int32) -> Int { numbers[Int(code)] }
}

/// How well classes were named.
package enum ClassificationScore {
  /// F1 of class 1 if there are two classes, otherwise the mean F1 of the classes that occur or were named; a truth of
  /// −1 is none of the classes.
  package static func f1(truth: [Int], predicted: [Int], classes: Int) -> Double {
    var hits = [Int](repeating: 0, count: classes)
    var named = hits
    var occurring = hits
    for (right, guess) in zip(truth, predicted) {
      if right >= 0 { occurring[right] += 1 }
      named[guess] += 1
      if right == guess { hits[right] += 1 }
    }
    func score(_ index: Int) -> Double {
      let sum = named[index] + occurring[index]
      return sum == 0 ? 0 : 2 * Double(hits[index]) / Double(sum)
    }
    if classes == 2 { return score(1) }
    let present = (0..<classes).filter { named[$0] + occurring[$0] > 0 }
    return present.isEmpty ? 0 : present.map(score).reduce(0, +) / Double(present.count)
  }
}
