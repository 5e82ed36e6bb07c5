import Diffusion
import Tables

/// Where each column of a table stands in the network's input.
struct FeatureMap {
  /// How the network sees a limited set of levels.
  enum Levels {
    /// As the one-hot block of this number.
    case oneHot(Int)
    /// As the numeric column of this number: the index of the level.
    case ordinal(Int, NumberMap)
  }

  enum Target {
    /// A number, and beside it, if it can be missing, the two levels that say so: level 1 is missing.
    case number(Int, map: NumberMap, missing: (levels: Levels, codec: CategoricalCodec)?)
    /// A category.
    case category(Levels, codec: CategoricalCodec)
    /// Whether a text that is not generated is there.
    case presence(Levels, codec: CategoricalCodec)
    /// Not modelled.
    case none
  }

  /// One target for each column of the table.
  let targets: [Target]
  /// One for each label column.
  let labelTargets: [Target]
  let layout: FeatureLayout

  init(_ codec: TableCodec, labelCodecs: [CategoricalCodec] = []) {
    var slots = Slots()
    targets = codec.columns.map { column in
      switch column {
      case .numeric(let map, let missing):
        let indicator = missing.map { (levels: slots.add($0), codec: $0) }
        return .number(slots.addNumber(missing: indicator?.levels), map: map, missing: indicator)
      case .categorical(let category):
        // A table without rows: there is nothing to model, and a block of no levels would have no probabilities.
        return category.levelCount == 0 ? .none : .category(slots.add(category), codec: category)
      case .text(_, let missing):
        return missing.map { .presence(slots.add($0), codec: $0) } ?? .none
      default: return .none
      }
    }
    labelTargets = labelCodecs.map { $0.levelCount == 0 ? .none : .category(slots.add($0), codec: $0) }
    layout = FeatureLayout(
      numericCount: slots.numericMissing.count, levelCounts: slots.levelCounts, scales: slots.scales,
      numericMissing: slots.numericMissing)
  }

  /// Hands out places in the network's input.
  private struct Slots {
    var numericMissing: [Int?] = []
    var levelCounts: [Int] = []
    var scales: [Float] = []

    mutating func addNumber(missing: Levels?) -> Int {
      if case .oneHot(let index)? = missing { numericMissing.append(index) } else { numericMissing.append(nil) }
      return numericMissing.count - 1
    }

    mutating func add(_ codec: CategoricalCodec) -> Levels {
      if case .ordinal(let map) = codec.representation { return .ordinal(addNumber(missing: nil), map) }
      levelCounts.append(codec.levelCount)
      scales.append(codec.scale)
      return .oneHot(levelCounts.count - 1)
    }
  }
}
