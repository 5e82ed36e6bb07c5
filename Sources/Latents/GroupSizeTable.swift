/// How many children a parent of each label has: label → sizes with their relative frequencies.
///
/// Only groups with at least one child are counted, so the label of childless parents has no entry and draws size 0.
///
/// Source: Pang et al., "ClavaDDPM", 2024, section 4.1; order as in the published code.
public struct GroupSizeTable: Codable, Sendable, Equatable {
  /// The sizes of the groups of one label.
  public struct Entry: Codable, Sendable, Equatable {
    /// The label of the groups.
    public let label: Int32
    /// The sizes that occur, in order of first appearance.
    public let sizes: [Int32]
    /// The share of the label's groups that has each size.
    public let probabilities: [Double]

    /// Creates an entry; sizes and probabilities belong together.
    public init(label: Int32, sizes: [Int32], probabilities: [Double]) {
      precondition(
        sizes.count == probabilities.count, "\(sizes.count) sizes have \(probabilities.count) probabilities")
      self.label = label
      self.sizes = sizes
      self.probabilities = probabilities
    }

    /// The first size whose cumulative probability reaches `uniform`; the last one where rounding leaves none.
    public func size(uniform: Double) -> Int {
      var cumulative = 0.0
      for (size, probability) in zip(sizes, probabilities) {
        cumulative += probability
        if cumulative >= uniform { return Int(size) }
      }
      return Int(sizes.last ?? 0)
    }
  }

  /// One entry per label that has children, in order of first appearance.
  public let entries: [Entry]
  /// The position of each label's entry; −1 where there is none.
  private let positions: [Int32]

  /// Creates a table from entries with different labels, each at least 0.
  public init(entries: [Entry]) {
    self.entries = entries
    var positions = [Int32](repeating: -1, count: Int(entries.map(\.label).max() ?? -1) + 1)
    for (position, entry) in entries.enumerated() { positions[Int(entry.label)] = Int32(position) }
    self.positions = positions
  }

  /// Counts the groups of each label.
  ///
  /// - Parameters:
  ///   - labels: The label of each parent row.
  ///   - sizes: The children of each parent row.
  ///   - order: Parent rows by ascending key, which decides the order of labels and sizes; nil when the rows are.
  /// - Complexity: O(parents × sizes of a label).
  public init(labels: [Int32], sizes: [Int32], order: [Int32]? = nil) {
    precondition(labels.count == sizes.count, "\(labels.count) labels belong to \(sizes.count) sizes")
    precondition(
      order == nil || order?.count == labels.count, "\(order?.count ?? 0) ordered rows for \(labels.count) labels")
    var appearance: [Int32] = []
    var counts: [Int32: (sizes: [Int32], position: [Int32: Int], groups: [Int])] = [:]
    for place in labels.indices {
      let row = order.map { Int($0[place]) } ?? place
      let size = sizes[row]
      guard size > 0 else { continue }
      if counts[labels[row]] == nil { appearance.append(labels[row]) }
      var label = counts.removeValue(forKey: labels[row]) ?? ([], [:], [])
      if let position = label.position[size] {
        label.groups[position] += 1
      } else {
        label.position[size] = label.sizes.count
        label.sizes.append(size)
        label.groups.append(1)
      }
      counts[labels[row]] = label
    }
    self.init(
      entries: appearance.compactMap { label in
        guard let counted = counts[label] else { return nil }
        let total = Double(counted.groups.reduce(0, +))
        return Entry(
          label: label, sizes: counted.sizes, probabilities: counted.groups.map { Double($0) / total })
      })
  }

  /// The size that `uniform` in [0, 1) draws for a parent of a label; 0 for a label without an entry.
  public func size(label: Int, uniform: Double) -> Int {
    guard positions.indices.contains(label), positions[label] >= 0 else { return 0 }
    return entries[Int(positions[label])].size(uniform: uniform)
  }

  private enum CodingKeys: CodingKey {
    case entries
  }

  /// Reads the entries.
  public init(from decoder: any Decoder) throws {
    self.init(entries: try decoder.container(keyedBy: CodingKeys.self).decode([Entry].self, forKey: .entries))
  }
}
