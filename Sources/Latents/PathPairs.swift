internal import Matching

/// The pairs of paths from a table to a common ancestor through different parent relations.
struct PathPairs {
  /// Pairs that matching is asked for at most.
  static let maximumDemands = 24

  struct Path {
    let relation: Int
    /// Position among the relation's paths: 0 is the parent itself.
    let position: Int
    let table: String
    let names: [String]
    let realRows: [Int32]
    /// By synthetic parent row; nil for the parent itself.
    let syntheticRows: [Int32]?
  }

  struct Pair {
    let first: Path
    let second: Path
    let meets: [Bool]
    var demanded: Bool

    /// Share of rows that would meet if the two ancestors were independent of each other.
    var chanceRate: Double {
      var counts: [Int32: (first: Int, second: Int)] = [:]
      for row in first.realRows { counts[row, default: (0, 0)].first += 1 }
      for row in second.realRows { counts[row, default: (0, 0)].second += 1 }
      let meetings = counts.values.reduce(0) { $0 + $1.first * $1.second }
      return meets.isEmpty ? 0 : Double(meetings) / (Double(meets.count) * Double(meets.count))
    }

    var realRate: Double {
      meets.isEmpty ? 0 : Double(meets.reduce(0) { $0 + ($1 ? 1 : 0) }) / Double(meets.count)
    }
  }

  /// Per relation its paths, the parent itself first.
  let paths: [[Path]]
  let pairs: [Pair]

  init(_ parents: [ParentSide]) {
    paths = parents.enumerated().map { relation, parent in
      let own = Path(
        relation: relation, position: 0, table: parent.parentTable, names: [parent.relation],
        realRows: parent.realParentRows, syntheticRows: nil)
      return [own]
        + parent.ancestors.enumerated().map { position, ancestor in
          Path(
            relation: relation, position: position + 1, table: ancestor.table, names: ancestor.path,
            realRows: ancestor.realRows, syntheticRows: ancestor.syntheticRows)
        }
    }
    var pairs: [Pair] = []
    for second in paths.indices {
      for first in 0..<second {
        for one in paths[first] {
          for other in paths[second] where one.table == other.table {
            let meets = zip(one.realRows, other.realRows).map { $0 == $1 }
            pairs.append(Pair(first: one, second: other, meets: meets, demanded: true))
          }
        }
      }
    }
    // Short paths first: where they meet, the paths that continue in common meet as well.
    let lengths = pairs.map { $0.first.names.count + $0.second.names.count }
    pairs = pairs.indices.sorted { (lengths[$0], $0) < (lengths[$1], $1) }.map { pairs[$0] }
    var demanded = 0
    for index in pairs.indices {
      pairs[index].demanded = demanded < Self.maximumDemands && !Self.isImplied(pairs[index], by: pairs[..<index])
      if pairs[index].demanded { demanded += 1 }
    }
    self.pairs = pairs
  }

  /// Whether a pair continues a shorter one by the same relation and meets in exactly the same rows.
  private static func isImplied(_ pair: Pair, by shorter: ArraySlice<Pair>) -> Bool {
    guard pair.first.names.last == pair.second.names.last else { return false }
    let first = pair.first.names.dropLast()
    let second = pair.second.names.dropLast()
    return shorter.contains {
      $0.first.names[...] == first && $0.second.names[...] == second && $0.meets == pair.meets
    }
  }

  /// The demands on synthetic rows that copy the given records.
  func demands(recordOf: [Int32]) -> [AgreementDemand] {
    pairs.filter(\.demanded).map { pair in
      AgreementDemand(
        first: MatchingPath(relation: pair.first.relation, path: pair.first.position),
        second: MatchingPath(relation: pair.second.relation, path: pair.second.position),
        meets: recordOf.map { pair.meets[Int($0)] }, realRate: pair.realRate, chanceRate: pair.chanceRate)
    }
  }

  /// Ancestor rows by parent row for each path of a relation.
  func ancestors(relation: Int, parentCount: Int) -> [[Int32]] {
    paths[relation].map { $0.syntheticRows ?? (0..<parentCount).map { Int32($0) } }
  }

  /// How often the pairs meet in the real and in the synthetic table.
  func report(parentRows: [[Int32]]) -> [StructureReport.PathAgreement] {
    pairs.map { pair in
      let rowCount = parentRows[pair.first.relation].count
      var meetings = 0
      for row in 0..<rowCount {
        let first = parentRows[pair.first.relation][row]
        let second = parentRows[pair.second.relation][row]
        if pair.first.syntheticRows?[Int(first)] ?? first == pair.second.syntheticRows?[Int(second)] ?? second {
          meetings += 1
        }
      }
      return StructureReport.PathAgreement(
        first: pair.first.names, second: pair.second.names, ancestor: pair.first.table, realRate: pair.realRate,
        syntheticRate: rowCount == 0 ? 0 : Double(meetings) / Double(rowCount), demanded: pair.demanded)
    }
  }
}
