import Diffusion
import Essentials
import Foundation
import Tables

/// What a row's model is told of its surroundings: labels of the groups it belongs to and heads, sizes of those it
/// heads, and its parents' rows (recipe §3).
struct ConditionEncoding {
  /// The surroundings of some rows, one array for each relation.
  struct Surroundings {
    var parentRows: [[Int32]]
    var parentLabels: [[Int32]]
    var childLabels: [[Int32]]
    var childSizes: [[Int32]]
  }

  /// A parent's encoded rows: those that are needed, and where each of them is.
  private struct ParentRows {
    var features: FeatureRows
    /// Position in `features` of each parent row, or −1.
    var position: [Int32]
  }

  private let options: Parameters.Condition
  private let labelCounts: LabelCounts
  private let parents: [ParentRows?]

  /// Encodes the parents' rows that occur in `parentRows`.
  ///
  /// - Parameters:
  ///   - parents: the parents' stored columns, real or synthetic, one for each parent relation.
  init(
    options: Parameters.Condition, labelCounts: LabelCounts, parents: [StoredTable], parentRows: [[Int32]]
  ) throws {
    self.options = options
    self.labelCounts = labelCounts
    self.parents =
      options.parents
      ? try parents.enumerated().map { index, parent in
        let map = FeatureMap(parent.codec)
        guard map.layout.width > 0 else { return nil }
        var position = [Int32](repeating: -1, count: try parent.rowCount())
        var needed: [Int32] = []
        for row in parentRows[index] where position[Int(row)] < 0 {
          position[Int(row)] = 0
          needed.append(row)
        }
        needed.sort()
        for (at, row) in needed.enumerated() { position[Int(row)] = Int32(at) }
        // No draws: a model of few parents would learn those of the training by heart and meet others in sampling.
        return ParentRows(
          features: try FeatureEncoding.rows(of: parent, map: map, rows: needed, stream: nil), position: position)
      } : []
  }

  /// The condition of rows with these surroundings.
  func rows(_ surroundings: Surroundings, count: Int) -> ConditionRows {
    var parts: [ConditionPart] = []
    if options.labels {
      for (labels, levels) in zip(surroundings.parentLabels, labelCounts.parents) where levels > 1 {
        parts.append(.label(codes: labels, levels: levels))
      }
      for (labels, levels) in zip(surroundings.childLabels, labelCounts.children) where levels > 1 {
        parts.append(.label(codes: labels, levels: levels))
      }
    }
    if options.sizes {
      for sizes in surroundings.childSizes {
        parts.append(.scalars(sizes.map { Float(log1p(Double($0))) }))
      }
    }
    for (index, parent) in parents.enumerated() {
      guard let parent else { continue }
      let positions = surroundings.parentRows[index].map { parent.position[Int($0)] }
      parts.append(.parent(rows: positions, parent.features))
    }
    return ConditionRows(rowCount: count, parts: parts)
  }
}
