internal import Tensors

/// How much of an objective's variance over the space each parameter explains by itself.
///
/// Source: Hutter, Hoos and Leyton-Brown, "An efficient approach for assessing hyperparameter importance" (ICML 2014):
/// variance of the marginals of a random forest, averaged over its trees.
public struct ParameterImportance: Sendable, Hashable, Codable {
  /// One parameter's share.
  public struct Share: Sendable, Hashable, Codable {
    public var name: String
    /// Share of the variance, 0…1.
    public var share: Double
    /// Standard deviation of the share over the trees.
    public var spread: Double
  }

  /// The shares, largest first.
  public var shares: [Share]
  /// What no parameter explains by itself.
  public var interactions: Double
  /// Out-of-bag R² of the forest: how far its picture can be trusted.
  public var score: Double?
  /// Trials it rests on.
  public var trials: Int

  /// The least R² for which shares mean something.
  public static let leastScore = 0.3
  /// Trials that are looked at; of more, evenly spaced ones are.
  public static let mostTrials = 2000
  /// Trees of the forest.
  static let trees = 64

  /// Whether the forest explains enough to speak of importance.
  public var isEvident: Bool { score.map { $0 >= Self.leastScore } ?? false }

  /// The importance of all parameters that vary.
  ///
  /// Inactive parameters stand in the middle of their range.
  ///
  /// - Parameters:
  ///   - trials: complete trials with a value each, by number.
  ///   - seed: from which the bootstrap samples follow.
  /// - Returns: nil with fewer than four trials, or if all values are equal.
  public static func of(
    _ space: ParameterSpace, trials: [(parameters: TrialParameters, value: Double)], seed: Int
  ) -> ParameterImportance? {
    ImportanceForest(space, trials: trials, seed: seed)?.importance
  }
}

/// The forest behind the importance, which also draws contours.
struct ImportanceForest {
  let forest: RandomForest
  let space: ParameterSpace
  let count: Int

  init?(_ space: ParameterSpace, trials: [(parameters: TrialParameters, value: Double)], seed: Int) {
    let finite = trials.filter { $0.value.isFinite }
    let stride = max(1, (finite.count + ParameterImportance.mostTrials - 1) / ParameterImportance.mostTrials)
    let used = finite.indices.filter { $0 % stride == 0 }.map { finite[$0] }
    guard used.count >= 4, let first = used.first, used.contains(where: { $0.value != first.value }) else { return nil }
    self.space = space
    count = used.count
    forest = RandomForest(
      points: used.map { space.position(of: $0.parameters) }, values: used.map(\.value),
      count: ParameterImportance.trees, stream: RandomStream(seed: UInt64(seed), name: "sweep/importance"))
  }

  var importance: ParameterImportance {
    var shares = space.parameters.map { _ in [Double]() }
    for tree in forest.trees {
      let leaves = Leaves(tree, dimensions: space.parameters.count)
      guard leaves.variance > 1e-300 else { continue }
      for coordinate in shares.indices { shares[coordinate].append(leaves.variance(of: coordinate) / leaves.variance) }
    }
    let found = zip(space.parameters, shares).compactMap { parameter, values -> ParameterImportance.Share? in
      guard parameter.levels != 1, !values.isEmpty else { return nil }
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
      return .init(name: parameter.name, share: mean, spread: (squares / Double(values.count)).squareRoot())
    }
    return ParameterImportance(
      shares: found.sorted { ($1.share, $0.name) < ($0.share, $1.name) },
      interactions: max(0, 1 - found.map(\.share).reduce(0, +)), score: forest.outOfBagScore, trials: count)
  }
}

/// The leaves of a tree as boxes of the unit cube.
private struct Leaves {
  private struct Leaf {
    var low: [Double]
    var high: [Double]
    var value: Double
    var volume: Double { zip(low, high).reduce(1) { $0 * ($1.1 - $1.0) } }
  }

  private var leaves: [Leaf] = []
  private var mean = 0.0
  /// Variance of the tree over the cube.
  private(set) var variance = 0.0

  init(_ tree: [RandomForest.Node], dimensions: Int) {
    var open = [
      (
        node: 0,
        box: Leaf(
          low: [Double](repeating: 0, count: dimensions), high: [Double](repeating: 1, count: dimensions), value: 0)
      )
    ]
    while let (index, box) = open.popLast() {
      let node = tree[index]
      guard node.left >= 0 else {
        var leaf = box
        leaf.value = node.value
        leaves.append(leaf)
        continue
      }
      var left = box, right = box
      left.high[node.coordinate] = node.threshold
      right.low[node.coordinate] = node.threshold
      open.append((node.left, left))
      open.append((node.right, right))
    }
    for leaf in leaves { mean += leaf.value * leaf.volume }
    for leaf in leaves { variance += (leaf.value - mean) * (leaf.value - mean) * leaf.volume }
  }

  /// Variance of the mean over all other coordinates.
  func variance(of coordinate: Int) -> Double {
    let borders = Set(leaves.flatMap { [$0.low[coordinate], $0.high[coordinate]] }).sorted()
    let places = Dictionary(uniqueKeysWithValues: borders.enumerated().map { ($0.element, $0.offset) })
    // What a leaf adds to the marginal between its borders.
    var changes = [Double](repeating: 0, count: borders.count)
    for leaf in leaves {
      let width = leaf.high[coordinate] - leaf.low[coordinate]
      guard width > 0, let first = places[leaf.low[coordinate]], let last = places[leaf.high[coordinate]] else {
        continue
      }
      let share = (leaf.value - mean) * leaf.volume / width
      changes[first] += share
      changes[last] -= share
    }
    var marginal = 0.0, sum = 0.0
    for place in 0..<max(borders.count - 1, 0) {
      marginal += changes[place]
      sum += marginal * marginal * (borders[place + 1] - borders[place])
    }
    return sum
  }
}
