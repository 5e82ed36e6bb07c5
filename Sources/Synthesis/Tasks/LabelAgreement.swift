import Diffusion
import Essentials
import Storage

/// How many sampled rows show the label of the group they were made for, as the group's classifier sees them.
struct LabelAgreement {
  /// Rows that agree, of so many.
  struct Share: Codable {
    var rows = 0
    var agreeing = 0
  }

  /// Name in a block of sampled rows: one share for each classifier.
  static let name = "label-agreement"

  private let classifiers: [LabelClassifier]
  private let time: Double
  private(set) var shares: [Share]

  init(classifiers: [LabelClassifier], time: Double) {
    self.classifiers = classifiers
    self.time = time
    shares = classifiers.map { _ in Share() }
  }

  /// Counts the rows of a block.
  mutating func add(_ block: SampledBlock, layout: FeatureLayout, labels: [[Int32]]) {
    guard !classifiers.isEmpty else { return }
    let rows = Self.rows(block, layout)
    for (index, classifier) in classifiers.enumerated() {
      shares[index].rows += block.rowCount
      shares[index].agreeing += classifier.hits(rows: rows, labels: labels[index], time: time)
    }
  }

  /// The rows as networks see them: numbers, then a one-hot block for the most probable level of each category.
  private static func rows(_ block: SampledBlock, _ layout: FeatureLayout) -> [Float] {
    guard layout.levelTotal > 0 else { return block.numerics }
    var rows = [Float](repeating: 0, count: block.rowCount * layout.width)
    for row in 0..<block.rowCount {
      let start = row * layout.width
      for column in 0..<layout.numericCount {
        rows[start + column] = block.numerics[row * layout.numericCount + column]
      }
      var level = 0
      for (column, levels) in layout.levelCounts.enumerated() {
        let first = row * layout.levelTotal + level
        let best = (first..<first + levels).max { block.logProbabilities[$0] < block.logProbabilities[$1] } ?? first
        rows[start + layout.numericCount + level + best - first] = layout.scales[column]
        level += levels
      }
    }
    return rows
  }

  /// The shares of one block artifact; none where nothing guided.
  static func read(_ path: String) throws -> [Share] {
    let reader = try ArtifactReader(path: path)
    return reader.contains(name) ? try reader.readJSON(name, as: [Share].self) : []
  }
}
