internal import Matching
internal import Tensors

/// Chooses the real record that each synthetic row copies.
struct StructureRecords {
  let recordOf: [Int32]
  let rowsWithoutRecord: Int
  let labelsWithoutStubs: Int

  init(_ input: TableStructureInput) {
    let count = input.realRowCount
    let stream = RandomStream(seed: input.seed, name: "structure/\(input.table)/records")
    guard count > 0, !input.parents.contains(where: { $0.labels.isEmpty }) else {
      self.init(recordOf: [])
      return
    }
    if input.keepsRows {
      self.init(recordOf: (0..<count).map { Int32($0) })
    } else if input.kind == .exact && input.scale != 1 {
      self.init(scaling: input, stream: stream)
    } else if let first = input.parents.first {
      self.init(first: first, count: count, stream: stream)
    } else {
      let total = Quota.scaled(count, by: input.scale)
      switch input.kind {
      case .exact: self.init(recordOf: stream.permutation(count: count))
      case .resampled:
        self.init(recordOf: (0..<total).map { Int32(stream.integer(below: count, row: UInt64($0), step: 2)) })
      }
    }
  }

  private init(recordOf: [Int32], rowsWithoutRecord: Int = 0, labelsWithoutStubs: Int = 0) {
    self.recordOf = recordOf
    self.rowsWithoutRecord = rowsWithoutRecord
    self.labelsWithoutStubs = labelsWithoutStubs
  }

  /// As many records of each label as the parents offer stubs: each of them as often as its quota says.
  private init(first: ParentSide, count: Int, stream: RandomStream) {
    let stubs = Stubs(parentLabels: first.labels, sizes: first.sizes)
    let labelCount = Int(max(first.realRowLabels.max() ?? 0, first.labels.max() ?? 0)) + 1
    var offered = [Int](repeating: 0, count: labelCount)
    for label in stubs.labels { offered[Int(label)] += 1 }
    let order = stream.permutation(count: count)
    var records = [[Int32]](repeating: [], count: labelCount)
    for record in order { records[Int(first.realRowLabels[Int(record)])].append(record) }
    if zip(offered, records).allSatisfy({ $0 == $1.count }) {
      self.init(recordOf: order)
      return
    }
    var chosen: [Int32] = []
    var unserved = 0
    for label in 0..<labelCount where offered[label] > 0 {
      if records[label].isEmpty {
        unserved += offered[label]
      } else {
        let uniform = stream.uniform(row: UInt64(label), step: 3)
        for position in Quota.positions(count: records[label].count, total: offered[label], uniform: uniform) {
          chosen.append(records[label][Int(position)])
        }
      }
    }
    for position in Quota.positions(count: count, total: unserved, uniform: stream.uniform(row: 0, step: 4)) {
      chosen.append(order[Int(position)])
    }
    let shuffle = stream.permutation(count: chosen.count, step: 5)
    self.init(
      recordOf: shuffle.map { chosen[Int($0)] }, rowsWithoutRecord: unserved,
      labelsWithoutStubs: (0..<labelCount).reduce(0) { $0 + (offered[$1] == 0 && !records[$1].isEmpty ? 1 : 0) })
  }

  /// Each record as often as the scale says, by quota along an order that keeps like records together: labels first,
  /// then group sizes. The number of rows is then exactly the scaled one, and so, up to one unit for each run of like
  /// records, are the counts of every label and the number of children. A random order would make small tables with
  /// uneven groups lose or gain most of their descendants by chance.
  private init(scaling input: TableStructureInput, stream: RandomStream) {
    let count = input.realRowCount
    let random = stream.permutation(count: count)
    var keys = input.parents.map(\.realRowLabels)
    keys += input.children.sorted { $0.total > $1.total }.map(\.sizes)
    let order = random.indices.sorted { left, right in
      let (one, other) = (Int(random[left]), Int(random[right]))
      for key in keys where key[one] != key[other] { return key[one] < key[other] }
      return left < right
    }
    let total = Quota.scaled(count, by: input.scale)
    let positions = Quota.positions(count: count, total: total, uniform: stream.uniform(row: 0, step: 6))
    let shuffle = stream.permutation(count: total, step: 1)
    self.init(recordOf: shuffle.map { random[order[Int(positions[Int($0)])]] })
  }
}

extension ChildSide {
  /// Number of children of all rows.
  fileprivate var total: Int { sizes.reduce(0) { $0 + Int($1) } }
}

/// Fits group sizes to the number of rows per label.
enum GroupSizes {
  /// Sizes whose sum within each label is the number of rows of that label, as near to the given ones as quotas allow.
  ///
  /// Rows of a label that no parent offers are spread over all parents.
  static func fitted(
    _ sizes: [Int32], labels: [Int32], rowLabels: [Int32], stream: RandomStream
  ) -> (sizes: [Int32], changed: Int) {
    let labelCount = Int(max(labels.max() ?? 0, rowLabels.max() ?? 0)) + 1
    var wanted = [Int](repeating: 0, count: labelCount)
    for label in rowLabels { wanted[Int(label)] += 1 }
    var parents = [[Int32]](repeating: [], count: labelCount)
    for (parent, label) in labels.enumerated() where sizes[parent] > 0 { parents[Int(label)].append(Int32(parent)) }
    var fitted = [Int32](repeating: 0, count: sizes.count)
    var unplaced = 0
    for label in 0..<labelCount {
      if parents[label].isEmpty {
        unplaced += wanted[label]
        continue
      }
      let counts = Quota.allocate(
        weights: parents[label].map { sizes[Int($0)] }, total: wanted[label],
        uniform: stream.uniform(row: UInt64(label), step: 0))
      for (parent, count) in zip(parents[label], counts) { fitted[Int(parent)] = count }
    }
    if unplaced > 0 {
      let extra = Quota.allocate(weights: sizes, total: unplaced, uniform: stream.uniform(row: 0, step: 1))
      for parent in fitted.indices { fitted[parent] += extra[parent] }
    }
    return (fitted, zip(sizes, fitted).reduce(0) { $0 + Int(abs($1.0 - $1.1)) })
  }

  /// Sizes of zero and one whose sum is the number of rows, which must not exceed that of the parents.
  ///
  /// As far as they suffice, the rows of a label get parents of that label that have children anyway; the others get
  /// parents that have any, then any parents.
  static func single(
    _ sizes: [Int32], labels: [Int32], rowLabels: [Int32], stream: RandomStream
  ) -> (sizes: [Int32], changed: Int) {
    precondition(rowLabels.count <= sizes.count, "\(rowLabels.count) rows for \(sizes.count) parents, one for each")
    let labelCount = Int(max(labels.max() ?? 0, rowLabels.max() ?? 0)) + 1
    var wanted = [Int](repeating: 0, count: labelCount)
    for label in rowLabels { wanted[Int(label)] += 1 }
    var chosen = [Int32](repeating: 0, count: sizes.count)
    var unplaced = 0
    /// Chooses up to `total` of the candidates and says how many rows are left over.
    func choose(_ candidates: [Int], _ total: Int, row: Int, step: UInt32) -> Int {
      let count = min(total, candidates.count)
      let uniform = stream.uniform(row: UInt64(row), step: step)
      for position in Quota.positions(count: candidates.count, total: count, uniform: uniform) {
        chosen[candidates[Int(position)]] = 1
      }
      return total - count
    }
    var parents = [[Int]](repeating: [], count: labelCount)
    for (parent, label) in labels.enumerated() where sizes[parent] > 0 { parents[Int(label)].append(parent) }
    for label in 0..<labelCount { unplaced += choose(parents[label], wanted[label], row: label, step: 0) }
    unplaced = choose(sizes.indices.filter { sizes[$0] > 0 && chosen[$0] == 0 }, unplaced, row: 0, step: 1)
    unplaced = choose(sizes.indices.filter { chosen[$0] == 0 }, unplaced, row: 0, step: 2)
    return (chosen, zip(sizes, chosen).reduce(0) { $0 + Int(abs($1.0 - $1.1)) })
  }

  /// The sizes of kept rows times `scale`, by quota over the rows in order of their label.
  static func scaled(_ sizes: [Int32], labels: [Int32], scale: Double, stream: RandomStream) -> [Int32] {
    if scale == 1 { return sizes }
    let order = sizes.indices.sorted { (labels[$0], $0) < (labels[$1], $1) }
    let total = Quota.scaled(sizes.reduce(0) { $0 + Int($1) }, by: scale)
    let counts = Quota.allocate(
      weights: order.map { sizes[$0] }, total: total, uniform: stream.uniform(row: 0, step: 0))
    var scaled = sizes
    for (position, row) in order.enumerated() { scaled[row] = counts[position] }
    return scaled
  }
}
