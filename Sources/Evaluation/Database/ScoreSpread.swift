internal import Foundation

/// One score over several databases of the same kind: synthetic ones of several seeds, or halves of the real one.
public struct ScoreSpread: Sendable, Codable, Hashable {
  /// `overall`, `cardinality`, `shapes`, `0-hop`, `1-hop`, …, `average 2-way`.
  public let name: String
  /// The mean of the defined scores; nil if there is none.
  public let mean: Double?
  /// Their standard deviation (n − 1); nil for fewer than two.
  public let deviation: Double?
  /// How many defined scores there are.
  public let count: Int

  /// Gathers the scores of several evaluations, in the order in which reports list them.
  public static func of(_ evaluations: [Scores]) -> [ScoreSpread] {
    let hops = evaluations.map { $0.all.hops.count }.max() ?? 0
    func hop(_ index: Int) -> (ScoreSet) -> Score? { { $0.hops.indices.contains(index) ? $0.hops[index].score : nil } }
    let parts: [(String, (ScoreSet) -> Score?)] =
      [("overall", { $0.overall }), ("cardinality", { $0.cardinality }), ("shapes", { $0.shapes })]
      + (0..<hops).map { ("\($0)-hop", hop($0)) } + [("average 2-way", { $0.averageTwoWay })]
    return parts.map { name, score in
      ScoreSpread(name: name, values: evaluations.compactMap { score($0.all)?.number })
    }
  }

  private init(name: String, values: [Double]) {
    self.name = name
    count = values.count
    guard !values.isEmpty else {
      mean = nil
      deviation = nil
      return
    }
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    deviation =
      values.count < 2
      ? nil : sqrt(values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1))
  }
}
