/// The mean over the pairs of one distance between tables.
public struct HopScore: Sendable, Codable, Hashable {
  /// 0 within a table, 1 over a relation, k over a path of k relations.
  public let hop: Int
  /// The mean.
  public let score: Score
  /// How many pairs there are.
  public let pairCount: Int
  /// How many of them have no score.
  public let undefinedCount: Int
}

/// The scores of a whole database.
public struct ScoreSet: Sendable, Codable, Hashable {
  /// The mean of shapes, 0-hop, cardinality and 1-hop, undefined ones left out.
  public let overall: Score
  /// The mean over relations.
  public let cardinality: Score
  /// The mean over the columns of all tables (not a mean of table means).
  public let shapes: Score
  /// The mean over all pairs of all paths, undefined pairs dropped; index = hop.
  public let hops: [HopScore]
  /// The mean over all pairs of all hops, undefined pairs dropped.
  public let averageTwoWay: Score
  /// Hops as published: of two paths with the same ends the later one counts, and from the second hop on one
  /// undefined pair leaves the whole hop undefined.
  public let strictHops: [HopScore]
  /// The mean over all pairs of `strictHops`, as published.
  public let strictAverageTwoWay: Score
}

/// A pair and the way its tables are joined.
public struct RankedPair: Sendable, Codable, Hashable {
  /// The relations of the join, from the top downwards; empty within a table.
  public let relations: [String]
  /// The pair.
  public let pair: PairScore

  /// The number of relations between the two columns.
  public var hop: Int { relations.count }
}

/// The scores of a database in one mode, with what the summary shows of their details.
public struct Scores: Sendable, Codable, Hashable {
  /// The rules that were followed (an `EvaluationMode`), printed with every number.
  public let mode: String
  /// Over everything.
  public let all: ScoreSet
  /// Shapes and 0-hop (and the means they enter) without the columns of copied tables; nil if none is copied.
  public let withoutCopiedTables: ScoreSet?
  /// The tables whose rows were copied, sorted.
  public let copiedTables: [String]
  /// The columns with the lowest scores, worst first, copied tables left out.
  public let worstColumns: [ColumnScore]
  /// The pairs with the lowest scores over all hops, worst first, pairs inside copied tables left out.
  public let worstPairs: [RankedPair]

  /// Combines the scores of all parts.
  ///
  /// - Parameter paths: in the order of `SchemaPaths.enumerate`, because of published paths the later one wins.
  /// - Parameter copiedTables: lookup tables, whose rows are real ones.
  /// - Parameter worstCount: how many of the worst columns and of the worst pairs to keep.
  /// - Parameter mode: in which all parts were computed.
  public static func aggregate(
    tables: [TableScores], relations: [RelationScores], paths: [PathScores], copiedTables: Set<String> = [],
    worstCount: Int = 10, mode: EvaluationMode = .paper
  ) -> Scores {
    let generated = tables.filter { !copiedTables.contains($0.table) }
    let scored =
      generated.flatMap { $0.pairs.map { RankedPair(relations: [], pair: $0) } }
      + relations.flatMap { part in part.pairs.map { RankedPair(relations: [part.relation], pair: $0) } }
      + paths.flatMap { part in part.pairs.map { RankedPair(relations: part.relations, pair: $0) } }
    return Scores(
      mode: mode.rawValue,
      all: scoreSet(tables, relations, paths),
      withoutCopiedTables: copiedTables.isEmpty ? nil : scoreSet(generated, relations, paths),
      copiedTables: copiedTables.sorted(),
      worstColumns: worst(generated.flatMap(\.columns), worstCount) { $0.score },
      worstPairs: worst(scored, worstCount) { $0.pair.score })
  }

  private static func scoreSet(
    _ tables: [TableScores], _ relations: [RelationScores], _ paths: [PathScores]
  ) -> ScoreSet {
    let depth = max(1, paths.map(\.hop).max() ?? 1)
    let pairsByHop = (0...depth).map { hop in
      switch hop {
      case 0: tables.flatMap(\.pairs)
      case 1: relations.flatMap(\.pairs)
      default: paths.filter { $0.hop == hop }.flatMap(\.pairs)
      }
    }
    let hops = pairsByHop.enumerated().map { hop, pairs in
      HopScore(
        hop: hop,
        score: .mean(
          ofDefined: pairs.lazy.map(\.score),
          otherwise: pairs.isEmpty ? "there are no pairs" : "no pair has a score"),
        pairCount: pairs.count, undefinedCount: pairs.count { !$0.score.isDefined })
    }
    let strict = pairsByHop.enumerated().map { PublishedHop(hop: $0, pairs: $1) }
    let shapes = Score.mean(ofDefined: tables.lazy.flatMap(\.columns).map(\.score), otherwise: "no column has a score")
    let cardinality = Score.mean(
      ofDefined: relations.lazy.map(\.cardinality), otherwise: "no relation has a score")
    return ScoreSet(
      overall: .mean(
        ofDefined: [shapes, hops[0].score, cardinality, hops[1].score], otherwise: "none of its four parts has a score"),
      cardinality: cardinality, shapes: shapes, hops: hops,
      averageTwoWay: .mean(
        ofDefined: pairsByHop.joined().lazy.map(\.score), otherwise: "no pair has a score"),
      strictHops: strict.map(\.hopScore),
      strictAverageTwoWay: PublishedHop.mean(strict.flatMap(\.scores)))
  }

  /// The lowest defined scores; equal ones keep their order.
  private static func worst<Element>(
    _ elements: [Element], _ count: Int, _ score: (Element) -> Score
  ) -> [Element] {
    let defined = elements.enumerated().compactMap { index, element in
      score(element).number.map { (number: $0, index: index, element: element) }
    }
    return defined.sorted { ($0.number, $0.index) < ($1.number, $1.index) }.prefix(count).map(\.element)
  }
}

/// The pairs of one hop as the published evaluation stores them.
///
/// Source: ClavaDDPM, `gen_multi_report.py`: a dictionary per hop with the key (table, table, column, column).
/// Undefined pairs of hops 0 and 1 are dropped beforehand; a later pair replaces an earlier one of the same key.
private struct PublishedHop {
  let hop: Int
  private(set) var scores: [Score] = []

  init(hop: Int, pairs: [PairScore]) {
    self.hop = hop
    var positions: [[ColumnReference]: Int] = [:]
    for pair in pairs where hop >= 2 || pair.score.isDefined {
      let key = [pair.first, pair.second]
      if let position = positions[key] {
        scores[position] = pair.score
      } else {
        positions[key] = scores.count
        scores.append(pair.score)
      }
    }
  }

  var hopScore: HopScore {
    HopScore(
      hop: hop, score: Self.mean(scores), pairCount: scores.count, undefinedCount: scores.count { !$0.isDefined })
  }

  /// The plain mean, undefined as soon as one score is.
  static func mean(_ scores: [Score]) -> Score {
    let undefinedCount = scores.count { !$0.isDefined }
    if undefinedCount > 0 { return .undefined("\(undefinedCount) of \(scores.count) pairs have no score") }
    return .mean(ofDefined: scores, otherwise: "there are no pairs")
  }
}
