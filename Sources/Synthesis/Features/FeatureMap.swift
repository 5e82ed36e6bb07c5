import Diffusion
import Tables

/// Where each column of a table stands in the network's input.
struct FeatureMap {
  /// The two-level category beside a number that can be missing: level 1 is missing.
  struct MissingIndicator {
    var index: Int
    var codec: CategoricalCodec
  }

  enum Target {
    /// A number, and the indicator beside it.
    case numeric(Int, codec: NumberMap, missing: MissingIndicator?)
    /// A category as one-hot.
    case category(Int, codec: CategoricalCodec)
    /// A category with too many levels, modelled as a number.
    case ordinal(Int, codec: CategoricalCodec, ranks: NumberMap)
    /// Whether a text that is not generated is there.
    case presence(Int, codec: CategoricalCodec)
    /// Not modelled.
    case none
  }

  let targets: [Target]
  let layout: FeatureLayout

  init(_ codec: TableCodec) {
    var targets: [Target] = []
    var numericCount = 0
    var levels: [Int] = []
    var scales: [Float] = []
    var numericMissing: [Int?] = []
    func addCategory(_ codec: CategoricalCodec) -> Int {
      levels.append(codec.levelCount)
      scales.append(codec.scale)
      return levels.count - 1
    }
    for column in codec.columns {
      switch column {
      case .numeric(let numeric, let missing):
        let indicator = missing.map { MissingIndicator(index: addCategory($0), codec: $0) }
        targets.append(.numeric(numericCount, codec: numeric, missing: indicator))
        numericMissing.append(indicator?.index)
        numericCount += 1
      case .categorical(let category):
        if case .ordinal(let ranks) = category.representation {
          targets.append(.ordinal(numericCount, codec: category, ranks: ranks))
          numericMissing.append(nil)
          numericCount += 1
        } else if category.levelCount == 0 {
          // A table without rows: there is nothing to model, and a block of no levels would have no probabilities.
          targets.append(.none)
        } else {
          targets.append(.category(addCategory(category), codec: category))
        }
      case .text(_, let missing):
        if let missing {
          targets.append(.presence(addCategory(missing), codec: missing))
        } else {
          targets.append(.none)
        }
      default: targets.append(.none)
      }
    }
    self.targets = targets
    layout = FeatureLayout(
      numericCount: numericCount, levelCounts: levels, scales: scales, numericMissing: numericMissing)
  }
}
