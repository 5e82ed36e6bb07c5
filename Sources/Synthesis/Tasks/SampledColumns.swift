import Diffusion
import Storage
import Tables
import Tensors

/// Columns of network output gathered over the blocks of a table and turned into values.
struct SampledColumns {
  let blocks: [ArtifactReader]
  let rowCount: Int
  /// Whether the real marginals are imposed.
  let calibrates: Bool
  /// Standard deviation of the noise on numbers.
  let jitter: Double
  let seed: UInt64
  let view: String

  /// Levels of a categorical column.
  func levels(_ levels: FeatureMap.Levels, codec: CategoricalCodec) throws -> [Int32] {
    switch levels {
    case .oneHot(let index): try categories(index, codec: codec)
    case .ordinal(let index, let map): try ordinals(index, map: map, levels: codec.levelCount)
    }
  }

  /// Values of a numeric column: NaN where `missing` is 1. The rows that are present share the real distribution of
  /// present values.
  func numbers(_ index: Int, map: NumberMap, missing: [Int32]?) throws -> [Double] {
    try numbers(index, map: map, missing: missing) {
      Calibration.jittered(
        $0, deviation: jitter, stream: RandomStream(seed: seed, name: "calibrate/\(view)/\(index)/jitter"))
    }
  }

  private func numbers(
    _ index: Int, map: NumberMap, missing: [Int32]?, change: ([Float]) -> [Float]
  ) throws -> [Double] {
    guard rowCount > 0 else { return [] }
    let sampled = try gather(BlockStore.numeric(index))
    let present = missing.map { flags in (0..<rowCount).filter { flags[$0] == 0 } } ?? Array(0..<rowCount)
    var values = [Double](repeating: .nan, count: rowCount)
    let chosen = present.map { sampled[$0] }
    let changed = change(chosen)
    let normal = calibrates ? Calibration.ranksToNormal(values: changed) : changed
    for (position, row) in present.enumerated() { values[row] = map.decode(Double(normal[position])) }
    return values
  }

  private func categories(_ index: Int, codec: CategoricalCodec) throws -> [Int32] {
    guard rowCount > 0 else { return [] }
    let logProbabilities = try gather(BlockStore.category(index))
    let levels = codec.levelCount
    guard calibrates else {
      return Calibration.mostProbable(logProbabilities: logProbabilities, levels: levels)
    }
    let total = Double(max(1, codec.counts.reduce(0, +)))
    let target = codec.counts.map { Double($0) / total * Double(rowCount) }
    return Calibration.balancedCategories(
      logProbabilities: logProbabilities, levels: levels, target: target,
      stream: RandomStream(seed: seed, name: "calibrate/\(view)/\(index)"))
  }

  private func ordinals(_ index: Int, map: NumberMap, levels: Int) throws -> [Int32] {
    try numbers(index, map: map, missing: nil, change: { $0 }).map { value in
      Int32(min(max(value.rounded(.toNearestOrEven), 0), Double(levels - 1)))
    }
  }

  private func gather(_ name: String) throws -> [Float] {
    var values: [Float] = []
    for block in blocks { values += try block.read(name, as: Float.self) }
    return values
  }
}
