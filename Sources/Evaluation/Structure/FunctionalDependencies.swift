internal import Tensors

/// Columns that follow from another column of the row or of a parent, exactly or nearly so.
///
/// A rule "a → its usual b" holds in the real rows if at least 98 % of them have the b that is most frequent beside
/// their a, while the values of a repeat (five rows each on average) and b is not predicted as well without a. The
/// statistic is the share of rows, among those with an a that the real rows have, with the real rule's b; the score is
/// its surplus over chance relative to the real one.
enum FunctionalDependencies {
  private static let fewestRows = 20
  private static let rowsPerValue = 5
  private static let smallestShare = 0.98
  private static let largestChance = 0.9
  private static let mostFindings = 100
  /// A dependency counts as holding if at most so much smaller a share of rows follows it than of the real ones.
  private static let tolerance = 0.02

  static func findings(
    for table: Int, in database: EvaluationDatabase, options: FindingOptions
  ) -> [Finding] {
    let name = database.schema.tables[table].name
    let rows = sampledRows(of: table, in: database, options: options)
    if rows.real.count < fewestRows { return [] }
    let own = database.schema.tables[table].columns.indices.compactMap { index in
      CodedColumn(table: table, column: index, relation: nil, rows: rows, in: database)
    }
    let parents = database.schema.parents(of: name).flatMap { relation in
      let parent = database.parentTable(relation)
      return database.schema.tables[parent].columns.indices.compactMap { index in
        CodedColumn(table: parent, column: index, relation: relation, rows: rows, in: database)
      }
    }
    var rules: [Rule] = []
    for (place, determinant) in (own + parents).enumerated() {
      guard determinant.distinctCount * rowsPerValue <= rows.real.count, determinant.distinctCount > 1 else { continue }
      let groups = GroupedRows(parentRows: determinant.codes.real, parentCount: determinant.levels)
      for (index, dependent) in own.enumerated() where index != place {
        if let rule = Rule(determinant, dependent, groups) { rules.append(rule) }
      }
    }
    if rules.isEmpty { return [] }
    let kept = strongest(rules)
    let details = kept.map { $0.finding(table: name) }
    let holding = rules.count { $0.holds($0.shares.synthetic) }
    let held = rows.holdout.map { _ in
      Score(Double(rules.count { $0.holds($0.shares.holdout ?? nil) }) / Double(rules.count))
    }
    let omitted = rules.count - kept.count
    let summary = Finding(
      "functional dependencies", table: name,
      statistics: Sides(
        real: Double(rules.count), synthetic: Double(holding),
        holdout: held?.number.map { $0 * Double(rules.count) }),
      scores: SideScores(synthetic: Score(Double(holding) / Double(rules.count)), holdout: held),
      count: rows.synthetic.count,
      note: omitted > 0 ? "\(omitted) dependencies are counted here and not listed" : nil)
    return [summary] + details
  }

  /// All rows, or a random `rowLimit` of them in ascending order.
  private static func sampledRows(
    of table: Int, in database: EvaluationDatabase, options: FindingOptions
  ) -> Sides<[Int32]> {
    let name = database.schema.tables[table].name
    func rows(_ side: EvaluationTable, _ label: String) -> [Int32] {
      guard let limit = options.rowLimit, side.rowCount > limit else { return (0..<side.rowCount).map { Int32($0) } }
      let stream = RandomStream(seed: options.seed, name: "dependencies/\(name)/\(label)")
      return stream.permutation(count: side.rowCount).prefix(limit).sorted()
    }
    return Sides(
      real: rows(database.real.tables[table], "real"),
      synthetic: rows(database.synthetic.tables[table], "synthetic"),
      holdout: database.holdout.map { rows($0.tables[table], "holdout") })
  }

  /// The rules that say most beyond chance, in their order.
  private static func strongest(_ rules: [Rule]) -> [Rule] {
    if rules.count <= mostFindings { return rules }
    let order = rules.indices.sorted { left, right in
      (rules[right].surplus, left) < (rules[left].surplus, right)
    }
    return order.prefix(mostFindings).sorted().map { rules[$0] }
  }

  /// What the real rows say about a column given another one, and how many rows of each side follow it.
  private struct Rule {
    let determinant: CodedColumn
    let dependent: CodedColumn
    let shares: Sides<Double?>
    let chance: Double
    let count: Int

    var surplus: Double { (shares.real ?? 0) - chance }

    /// - Returns: nil if the real rows have no such rule.
    init?(_ determinant: CodedColumn, _ dependent: CodedColumn, _ groups: GroupedRows) {
      let codes = dependent.codes.real
      var counts = [Int32](repeating: 0, count: dependent.levels)
      var usual = [Int32](repeating: -1, count: groups.count)
      var following = 0
      for value in 0..<groups.count {
        let range = groups.range(value)
        for place in range { counts[Int(codes[Int(groups.rows[place])])] += 1 }
        var (best, most): (Int32, Int32) = (-1, 0)
        for place in range {
          let code = codes[Int(groups.rows[place])]
          let count = counts[Int(code)]
          if count > most || (count == most && code < best) { (best, most) = (code, count) }
        }
        for place in range { counts[Int(codes[Int(groups.rows[place])])] = 0 }
        usual[value] = best
        following += Int(most)
      }
      let total = groups.rows.count
      if Double(following) < smallestShare * Double(total) { return nil }
      var frequencies = [Int](repeating: 0, count: dependent.levels)
      for row in groups.rows { frequencies[Int(codes[Int(row)])] += 1 }
      var expected = 0
      for value in 0..<groups.count where usual[value] >= 0 {
        expected += groups.range(value).count * frequencies[Int(usual[value])]
      }
      let chance = Double(expected) / (Double(total) * Double(total))
      if chance > largestChance { return nil }
      let shares = determinant.codes.zip(dependent.codes).map { first, second -> (share: Double?, known: Int) in
        var (equal, known) = (0, 0)
        for (a, b) in Swift.zip(first, second) where a >= 0 && usual[Int(a)] >= 0 {
          known += 1
          if b == usual[Int(a)] { equal += 1 }
        }
        return (known == 0 ? nil : Double(equal) / Double(known), known)
      }
      self.determinant = determinant
      self.dependent = dependent
      self.shares = shares.map(\.share)
      self.chance = chance
      count = shares.synthetic.known
    }

    func holds(_ share: Double?) -> Bool {
      guard let share, let real = shares.real else { return false }
      return share >= real - tolerance
    }

    func finding(table: String) -> Finding {
      let scores = shares.scores { real, other in
        guard let real, let other else { return .undefined("no row has a value that the real rows have") }
        return Score(min(max((other - chance) / (real - chance), 0), 1))
      }
      return Finding(
        "functional dependency", table: table, relations: determinant.relation.map { [$0] } ?? [],
        columns: [determinant.name, dependent.name], statistics: shares, scores: scores, count: count)
    }
  }
}
