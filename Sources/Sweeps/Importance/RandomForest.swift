internal import Tensors

/// Regression trees on bootstrap samples of points in the unit cube.
///
/// Source: Breiman, "Random forests" (2001), with all coordinates tried at every split, as scikit-learn's regressor.
struct RandomForest: Sendable {
  /// A node of a tree: a split, or a leaf where `left` is −1.
  struct Node: Sendable {
    var coordinate = 0
    var threshold = 0.0
    var left = -1
    var right = -1
    var value = 0.0
  }

  let trees: [[Node]]
  /// Share of the variance that trees explain on points they were not grown on; nil if there is no such point or no
  /// variance.
  let outOfBagScore: Double?

  /// Grows a forest.
  ///
  /// - Parameters:
  ///   - points: rows of equal length, each coordinate in [0, 1].
  ///   - stream: the source of the bootstrap samples.
  init(points: [[Double]], values: [Double], count: Int, stream: RandomStream) {
    var trees: [[Node]] = []
    var sums = [Double](repeating: 0, count: points.count), votes = [Int](repeating: 0, count: points.count)
    for tree in 0..<count {
      let sample = points.indices.map {
        stream.integer(below: points.count, row: UInt64($0), step: UInt32(tree))
      }
      var grower = TreeGrower(points: points, values: values)
      let nodes = grower.grow(sample)
      trees.append(nodes)
      let used = Set(sample)
      for index in points.indices where !used.contains(index) {
        sums[index] += Self.value(of: nodes, at: points[index])
        votes[index] += 1
      }
    }
    self.trees = trees
    let judged = points.indices.filter { votes[$0] > 0 }
    let mean = judged.map { values[$0] }.reduce(0, +) / Double(max(judged.count, 1))
    var missed = 0.0, total = 0.0
    for index in judged {
      let error = values[index] - sums[index] / Double(votes[index])
      missed += error * error
      total += (values[index] - mean) * (values[index] - mean)
    }
    outOfBagScore = total > 0 ? 1 - missed / total : nil
  }

  /// The mean of the trees at a point.
  func value(at point: [Double]) -> Double {
    trees.map { Self.value(of: $0, at: point) }.reduce(0, +) / Double(trees.count)
  }

  private static func value(of tree: [Node], at point: [Double]) -> Double {
    var node = 0
    while tree[node].left >= 0 {
      node = point[tree[node].coordinate] < tree[node].threshold ? tree[node].left : tree[node].right
    }
    return tree[node].value
  }
}

/// Grows one tree: every split takes most of the squared error away, until leaves hold one value.
private struct TreeGrower {
  let points: [[Double]]
  let values: [Double]
  var nodes: [RandomForest.Node] = []

  init(points: [[Double]], values: [Double]) {
    self.points = points
    self.values = values
  }

  mutating func grow(_ sample: [Int]) -> [RandomForest.Node] {
    var open: [(node: Int, rows: [Int])] = [(0, sample)]
    nodes = [RandomForest.Node()]
    while let (node, rows) = open.popLast() {
      nodes[node].value = rows.map { values[$0] }.reduce(0, +) / Double(rows.count)
      guard let split = split(rows) else { continue }
      nodes[node].coordinate = split.coordinate
      nodes[node].threshold = split.threshold
      nodes[node].left = nodes.count
      nodes[node].right = nodes.count + 1
      nodes += [RandomForest.Node(), RandomForest.Node()]
      open.append((nodes[node].left, rows.filter { points[$0][split.coordinate] < split.threshold }))
      open.append((nodes[node].right, rows.filter { points[$0][split.coordinate] >= split.threshold }))
    }
    return nodes
  }

  private func split(_ rows: [Int]) -> (coordinate: Int, threshold: Double)? {
    guard rows.count > 1, rows.contains(where: { values[$0] != values[rows[0]] }) else { return nil }
    let total = rows.map { values[$0] }.reduce(0, +)
    // The squared error is a constant less Σ² / n of both sides.
    var best: (gain: Double, coordinate: Int, threshold: Double)?
    for coordinate in points[0].indices {
      let sorted = rows.sorted { (points[$0][coordinate], $0) < (points[$1][coordinate], $1) }
      var left = 0.0
      for place in 1..<sorted.count {
        left += values[sorted[place - 1]]
        let low = points[sorted[place - 1]][coordinate], high = points[sorted[place]][coordinate]
        guard low < high else { continue }
        let right = total - left
        let gain = left * left / Double(place) + right * right / Double(sorted.count - place)
        if gain > (best?.gain ?? -.infinity) { best = (gain, coordinate, low + (high - low) / 2) }
      }
    }
    return best.map { ($0.coordinate, $0.threshold) }
  }
}
