extension Ceilings {
  /// Scores real rows against other real rows.
  ///
  /// With held-out rows they are compared with whole groups of training rows, drawn so that there are about as many;
  /// otherwise the real rows are divided into two halves by whole groups. Rows that other groups share are on both
  /// sides.
  ///
  /// - Parameters:
  ///   - seed: of the draws.
  ///   - repetitions: how many draws there are, at least one.
  /// - Returns: nil if there are too few rows to divide.
  public static func compute(
    _ database: EvaluationDatabase, seed: UInt64 = 0, repetitions: Int = 3, threads: Int? = nil,
    finished: (@Sendable (Int) -> Void)? = nil
  ) throws -> Ceilings? {
    precondition(repetitions > 0, "ceilings need at least one repetition")
    let schema = database.schema
    func rows(_ side: DatabaseSide) -> Int { side.tables.reduce(0) { $0 + $1.rowCount } }
    func groups(_ side: DatabaseSide, share: Double, repetition: Int) -> RootGroups {
      RootGroups(
        tables: zip(schema.tables, side.tables).map {
          .init(name: $0.name, rowCount: $1.rowCount, staysWhole: $0.isCopied)
        },
        relations: schema.relations.enumerated().compactMap { index, relation in
          guard let parent = schema.index(ofTable: relation.parent), let child = schema.index(ofTable: relation.child)
          else { return nil }
          return .init(parent: parent, child: child, parentRows: side.parentRows[index])
        }, share: share, seed: seed, stream: "ceiling \(repetition)")
    }
    var comparisons: [Scores] = []
    var basis = ""
    for repetition in 0..<repetitions {
      var first: DatabaseSide, second: DatabaseSide
      if let holdout = database.holdout {
        guard rows(holdout) > 0, rows(database.real) > 0 else { return nil }
        let share = min(1, Double(rows(holdout)) / Double(rows(database.real)))
        let drawn = groups(database.real, share: share, repetition: repetition)
        guard !drawn.dividedTables.isEmpty else { return nil }
        first = database.real.selecting(
          database.real.includingParents(drawn.isHeldOut, schema: schema), schema: schema)
        let all = DatabaseSide.joined(training: database.real, holdout: holdout, schema: schema)
        let marks = zip(database.real.tables, holdout.tables).map { training, held in
          [Bool](repeating: false, count: training.rowCount) + [Bool](repeating: true, count: held.rowCount)
        }
        second = all.selecting(all.includingParents(marks, schema: schema), schema: schema)
        basis = "as many training rows, by whole groups, against the held-out rows"
      } else {
        let drawn = groups(database.real, share: 0.5, repetition: repetition)
        guard !drawn.dividedTables.isEmpty else { return nil }
        first = database.real.selecting(
          database.real.includingParents(drawn.isHeldOut.map { $0.map { !$0 } }, schema: schema), schema: schema)
        second = database.real.selecting(
          database.real.includingParents(drawn.isHeldOut, schema: schema), schema: schema)
        basis = "one half of the real rows, by whole groups, against the other"
      }
      let pair = EvaluationDatabase(schema: schema, real: first, synthetic: second)
      comparisons.append(
        try DatabaseScores.compute(pair, threads: threads) { _ in finished?(repetition) }.scores)
    }
    return Ceilings(
      basis: basis, scores: comparisons[0],
      spread: ScoreSpread(basis: "\(repetitions) draws", of: comparisons.map(\.all)))
  }
}
