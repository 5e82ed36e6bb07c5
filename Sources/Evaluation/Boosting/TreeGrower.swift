/// Grows trees level by level from histograms of first and second derivatives.
///
/// Every level needs histograms of half of its rows: the smaller child of a split is counted, the larger one is the
/// parent less the smaller. Sums run over rows in ascending order, so a tree does not depend on the machine's threads.
///
/// Source: Chen and Guestrin, "XGBoost: a scalable tree boosting system", 2016, equations 6 and 7 and algorithm 3.
// A class because its buffers serve all trees of a model; it never leaves the function that makes it.
final class TreeGrower {
  /// First and second derivative of the loss, summed.
  typealias Sums = SIMD2<Double>

  private struct Candidate {
    var gain = 0.0
    var feature = -1
    var bin = 0
    var missingGoesLeft = false
    var left = Sums()
  }

  private struct Task {
    var node: Int
    var rows: Range<Int>
    var sums: Sums
    var histogram: Int
  }

  private let features: BinnedFeatures
  private let options: BoostingOptions
  private let usable: [Int]
  private let offsets: [Int]
  private let binTotal: Int
  private let rows: UnsafeMutableBufferPointer<Int32>
  private let scratch: UnsafeMutableBufferPointer<Int32>
  private let ordered: UnsafeMutableBufferPointer<Sums>
  private var histograms: [UnsafeMutablePointer<Sums>] = []
  private var free: [Int] = []
  /// The gains of all splits made on each column.
  private(set) var gains: [Double]
  /// The leaves of the last tree: rows `rows[range]` and what they receive.
  private(set) var leaves: [(rows: Range<Int>, value: Double)] = []

  init(_ features: BinnedFeatures, rowCount: Int, options: BoostingOptions) {
    self.features = features
    self.options = options
    var offsets: [Int] = []
    var total = 0
    for rule in features.rules {
      offsets.append(total)
      total += rule.count + 1
    }
    self.offsets = offsets
    binTotal = total
    usable = features.rules.indices.filter { features.rules[$0].count >= 1 }
    rows = .allocate(capacity: rowCount)
    scratch = .allocate(capacity: rowCount)
    ordered = .allocate(capacity: rowCount)
    gains = [Double](repeating: 0, count: features.featureCount)
  }

  deinit {
    rows.deallocate()
    scratch.deallocate()
    ordered.deallocate()
    for histogram in histograms { histogram.deallocate() }
  }

  /// The row at a place of the current partition.
  @inline(__always)
  func row(at place: Int) -> Int32 { rows[place] }

  /// Grows a tree on rows in ascending order.
  ///
  /// - Parameter derivatives: of every row of the features, at `row · stride`.
  func grow(on trainingRows: [Int32], derivatives: UnsafePointer<Sums>, stride: Int) -> BoostedTree {
    for (place, row) in trainingRows.enumerated() { rows[place] = row }
    leaves.removeAll(keepingCapacity: true)
    free = Array(histograms.indices)
    var nodes = [BoostedTree.Node()]
    var sums = Sums()
    for row in trainingRows { sums += derivatives[Int(row) &* stride] }
    var level = [Task(node: 0, rows: 0..<trainingRows.count, sums: sums, histogram: -1)]
    if options.depth > 0 {
      level[0].histogram = takeHistogram()
      count(level[0].rows, derivatives, stride, into: histograms[level[0].histogram])
    }
    for depth in 0..<options.depth where !level.isEmpty {
      var next: [Task] = []
      for task in level {
        let best = bestSplit(of: histograms[task.histogram], sums: task.sums)
        guard best.feature >= 0, best.gain > 1e-6, best.gain >= options.minimumGain else {
          finish(task, &nodes)
          free.append(task.histogram)
          continue
        }
        gains[best.feature] += best.gain
        let rule = features.rules[best.feature]
        nodes[task.node].feature = Int32(best.feature)
        nodes[task.node].bin = UInt8(best.bin)
        nodes[task.node].missingBin = UInt8(rule.count)
        nodes[task.node].hasLevels = rule.hasLevels
        nodes[task.node].missingGoesLeft = best.missingGoesLeft
        nodes[task.node].left = Int32(nodes.count)
        let middle = partition(task.rows, by: nodes[task.node])
        var left = Task(
          node: nodes.count, rows: task.rows.lowerBound..<middle, sums: best.left, histogram: -1)
        var right = Task(
          node: nodes.count + 1, rows: middle..<task.rows.upperBound, sums: task.sums - best.left, histogram: -1)
        nodes.append(BoostedTree.Node())
        nodes.append(BoostedTree.Node())
        if depth + 1 < options.depth {
          let other = takeHistogram()
          let (parent, smaller) = (histograms[task.histogram], histograms[other])
          if left.rows.count <= right.rows.count {
            count(left.rows, derivatives, stride, into: smaller)
            (left.histogram, right.histogram) = (other, task.histogram)
          } else {
            count(right.rows, derivatives, stride, into: smaller)
            (left.histogram, right.histogram) = (task.histogram, other)
          }
          for bin in 0..<binTotal { parent[bin] -= smaller[bin] }
        } else {
          free.append(task.histogram)
        }
        next.append(left)
        next.append(right)
      }
      level = next
    }
    for task in level { finish(task, &nodes) }
    return BoostedTree(nodes: nodes)
  }

  private func finish(_ task: Task, _ nodes: inout [BoostedTree.Node]) {
    let value = -task.sums.x / (task.sums.y + options.penalty) * options.learningRate
    nodes[task.node].value = value
    leaves.append((task.rows, value))
  }

  private func takeHistogram() -> Int {
    if let index = free.popLast() { return index }
    histograms.append(.allocate(capacity: max(binTotal, 1)))
    return histograms.count - 1
  }

  private func count(
    _ range: Range<Int>, _ derivatives: UnsafePointer<Sums>, _ stride: Int, into histogram: UnsafeMutablePointer<Sums>
  ) {
    histogram.initialize(repeating: Sums(), count: binTotal)
    guard let rows = rows.baseAddress.map({ $0 + range.lowerBound }), let ordered = ordered.baseAddress else { return }
    let length = range.count
    for place in 0..<length { ordered[place] = derivatives[Int(rows[place]) &* stride] }
    features.bins.withUnsafeBufferPointer { all in
      guard let all = all.baseAddress else { return }
      for feature in usable {
        let bins = all + feature &* features.rowCount
        let sums = histogram + offsets[feature]
        for place in 0..<length { sums[Int(bins[Int(rows[place])])] += ordered[place] }
      }
    }
  }

  private func bestSplit(of histogram: UnsafeMutablePointer<Sums>, sums: Sums) -> Candidate {
    var best = Candidate()
    let parentScore = score(sums)
    for feature in usable {
      let rule = features.rules[feature]
      let bins = histogram + offsets[feature]
      if rule.hasLevels {
        for bin in 0..<rule.count {
          consider(sums - bins[bin], sums, parentScore, feature, bin, missingGoesLeft: true, &best)
        }
        continue
      }
      let missing = bins[rule.count]
      let hasMissing = missing.y > 1e-9
      var left = Sums()
      for bin in 0..<rule.count - 1 {
        left += bins[bin]
        // Where nothing was missing in training, later missing values go to the heavier side.
        consider(
          left, sums, parentScore, feature, bin, missingGoesLeft: !hasMissing && left.y > sums.y / 2, &best)
        if hasMissing { consider(left + missing, sums, parentScore, feature, bin, missingGoesLeft: true, &best) }
      }
      if hasMissing {
        consider(sums - missing, sums, parentScore, feature, rule.count - 1, missingGoesLeft: false, &best)
      }
    }
    return best
  }

  @inline(__always)
  private func consider(
    _ left: Sums, _ sums: Sums, _ parentScore: Double, _ feature: Int, _ bin: Int, missingGoesLeft: Bool,
    _ best: inout Candidate
  ) {
    let right = sums - left
    if left.y < options.minimumChildWeight || right.y < options.minimumChildWeight { return }
    if left.y < 1e-9 || right.y < 1e-9 { return }
    let gain = score(left) + score(right) - parentScore
    if gain > best.gain {
      best = Candidate(gain: gain, feature: feature, bin: bin, missingGoesLeft: missingGoesLeft, left: left)
    }
  }

  @inline(__always)
  private func score(_ sums: Sums) -> Double { sums.x * sums.x / (sums.y + options.penalty) }

  /// Puts the rows that go left before the others, both in ascending order; returns where the others start.
  private func partition(_ range: Range<Int>, by node: BoostedTree.Node) -> Int {
    features.bins.withUnsafeBufferPointer { all in
      let start = Int(node.feature) &* features.rowCount
      var left = range.lowerBound
      var right = 0
      for place in range {
        let row = rows[place]
        if node.sendsLeft(all[start &+ Int(row)]) {
          rows[left] = row
          left += 1
        } else {
          scratch[right] = row
          right += 1
        }
      }
      for place in 0..<right { rows[left + place] = scratch[place] }
      return left
    }
  }
}
