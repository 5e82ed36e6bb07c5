/// Folds with equal shares of each class.
package enum StratifiedFolds {
  /// The fold of every row, as scikit-learn's `StratifiedKFold` without shuffling assigns it.
  ///
  /// Classes are numbered in order of first appearance. Fold i receives as many rows of a class as the sorted list of
  /// labels has at positions i, i + folds, …; each class is dealt in row order, fold 0 first.
  ///
  /// Source: spec/metrics.md §7.1, step 3.
  package static func assign(_ labels: [Int], folds: Int) -> [Int] {
    var number: [Int: Int] = [:]
    var classes: [Int] = []
    classes.reserveCapacity(labels.count)
    for label in labels {
      let known = number[label] ?? number.count
      number[label] = known
      classes.append(known)
    }
    let sorted = classes.sorted()
    var quota = [[Int]](repeating: [Int](repeating: 0, count: number.count), count: folds)
    for (position, label) in sorted.enumerated() { quota[position % folds][label] += 1 }
    var current = [Int](repeating: 0, count: number.count)
    return classes.map { label in
      while current[label] < folds - 1 && quota[current[label]][label] == 0 { current[label] += 1 }
      quota[current[label]][label] -= 1
      return current[label]
    }
  }
}
