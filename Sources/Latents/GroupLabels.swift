public import Tensors

/// One label for each foreign-key group: the latent variable of a relation.
public struct GroupLabels: Codable, Sendable, Equatable {
  /// The label of each parent row, in `0..<labelCount`.
  public var parentLabels: [Int32]
  /// Number of labels in use, the childless parents' own label included.
  public var labelCount: Int
  /// Mean over the groups of the share of rows that voted for the group's label; 1 when there is no group.
  public var agreement: Double
  /// The label of parents without children, if there are any.
  public var childlessLabel: Int32?

  /// Majority vote of the rows' components (ties: lowest), unused components removed.
  ///
  /// Labels keep the order of the components. Parents without children share one label of their own, the last.
  ///
  /// - Complexity: O(rows + parents).
  ///
  /// - Parameter keepsNumbers: labels are the numbers of the components instead, unused ones among them.
  public static func vote(
    rowLabels: [Int32], parentRows: [Int32], parentCount: Int, keepsNumbers: Bool = false
  ) -> GroupLabels {
    let (winners, agreement) = majorities(rowLabels: rowLabels, parentRows: parentRows, parentCount: parentCount)
    return labels(winners, agreement: agreement, keepsNumbers: keepsNumbers)
  }

  /// One component drawn for each parent from its rows' mean probabilities, unused components removed.
  ///
  /// Agreement is the mean over the groups of the probability of the component drawn.
  ///
  /// - Parameters:
  ///   - probabilities: Parents × components; zeros for a parent without children.
  ///   - uniform: A number in [0, 1) for each parent row.
  /// - Complexity: O(parents × components).
  public static func draw(
    probabilities: [Double], parentCount: Int, keepsNumbers: Bool = false, uniform: (_ parent: Int) -> Double
  ) -> GroupLabels {
    precondition(
      parentCount == 0 ? probabilities.isEmpty : probabilities.count % parentCount == 0,
      "\(probabilities.count) probabilities cannot be shared by \(parentCount) parents")
    let count = parentCount == 0 ? 0 : probabilities.count / parentCount
    var winners = [Int32](repeating: -1, count: parentCount)
    var agreement = 0.0
    var groupCount = 0
    for parent in 0..<parentCount {
      let row = probabilities[parent * count..<(parent + 1) * count]
      // The sum differs from 1 by rounding.
      let target = uniform(parent) * row.reduce(0, +)
      var cumulative = 0.0
      for (component, probability) in row.enumerated() where probability > 0 {
        cumulative += probability
        winners[parent] = Int32(component)
        if cumulative > target { break }
      }
      guard winners[parent] >= 0 else { continue }
      agreement += row[row.startIndex + Int(winners[parent])]
      groupCount += 1
    }
    return labels(
      winners, agreement: groupCount == 0 ? 1 : agreement / Double(groupCount), keepsNumbers: keepsNumbers)
  }

  /// Clusters the rows of a relation and labels its groups as the method of `options` does.
  ///
  /// - Parameters:
  ///   - features: The clustered rows.
  ///   - parentRows: The parent row of each.
  ///   - stream: Stream of the relation.
  public static func cluster(
    _ features: MixedFeatures, parentRows: [Int32], parentCount: Int, options: MixtureOptions,
    keepsNumbers: Bool = false, stream: RandomStream
  ) -> GroupLabels {
    if options.method == .variational {
      let mixture = VariationalMixture.fit(features, options: options, stream: stream)
      let probabilities = mixture.groupProbabilities(features, parentRows: parentRows, parentCount: parentCount)
      return draw(probabilities: probabilities, parentCount: parentCount, keepsNumbers: keepsNumbers) { parent in
        stream.uniform(row: UInt64(parent), step: 3)
      }
    }
    let mixture = DiagonalMixture.fit(features, options: options, stream: stream)
    return vote(
      rowLabels: mixture.predict(features), parentRows: parentRows, parentCount: parentCount,
      keepsNumbers: keepsNumbers)
  }

  /// Labels from the winning component of each parent, −1 for one without children.
  private static func labels(_ winners: [Int32], agreement: Double, keepsNumbers: Bool) -> GroupLabels {
    let componentCount = Int(winners.max() ?? -1) + 1
    var compact = [Int32](repeating: keepsNumbers ? 0 : -1, count: componentCount)
    for winner in winners where winner >= 0 { compact[Int(winner)] = 0 }
    var next: Int32 = 0
    for component in compact.indices where compact[component] == 0 {
      compact[component] = next
      next += 1
    }
    let childless = winners.contains(-1) ? next : nil
    return GroupLabels(
      parentLabels: winners.map { $0 < 0 ? next : compact[Int($0)] },
      labelCount: Int(next) + (childless == nil ? 0 : 1), agreement: agreement, childlessLabel: childless)
  }

  /// The most frequent component of each group (−1 for a group without rows) and the agreement.
  package static func majorities(
    rowLabels: [Int32], parentRows: [Int32], parentCount: Int
  ) -> (winners: [Int32], agreement: Double) {
    precondition(
      rowLabels.count == parentRows.count, "\(rowLabels.count) labels for \(parentRows.count) rows")
    // Rows by parent (counting sort), then the labels of each group are counted in a shared scratch table.
    var starts = [Int](repeating: 0, count: parentCount + 1)
    for parent in parentRows { starts[Int(parent) + 1] += 1 }
    for parent in 0..<parentCount { starts[parent + 1] += starts[parent] }
    var next = starts
    var grouped = [Int32](repeating: 0, count: rowLabels.count)
    for (row, parent) in parentRows.enumerated() {
      grouped[next[Int(parent)]] = rowLabels[row]
      next[Int(parent)] += 1
    }
    var votes = [Int32](repeating: 0, count: Int(rowLabels.max() ?? -1) + 1)
    var winners = [Int32](repeating: -1, count: parentCount)
    var agreement = 0.0
    var groupCount = 0
    for parent in 0..<parentCount where starts[parent] < starts[parent + 1] {
      let group = grouped[starts[parent]..<starts[parent + 1]]
      for label in group { votes[Int(label)] += 1 }
      var winner = group[group.startIndex]
      for label in group {
        let better = votes[Int(label)] > votes[Int(winner)]
        if better || (votes[Int(label)] == votes[Int(winner)] && label < winner) { winner = label }
      }
      agreement += Double(votes[Int(winner)]) / Double(group.count)
      groupCount += 1
      winners[parent] = winner
      for label in group { votes[Int(label)] = 0 }
    }
    return (winners, groupCount == 0 ? 1 : agreement / Double(groupCount))
  }
}
