/// One value for each side of a database; synthetic and held-out rows are measured against the real ones alike.
struct Sides<Value> {
  let real: Value
  let synthetic: Value
  let holdout: Value?

  func map<Result>(_ transform: (Value) -> Result) -> Sides<Result> {
    Sides<Result>(real: transform(real), synthetic: transform(synthetic), holdout: holdout.map(transform))
  }

  func zip<Other>(_ other: Sides<Other>) -> Sides<(Value, Other)> {
    var held: (Value, Other)?
    if let holdout, let otherHoldout = other.holdout { held = (holdout, otherHoldout) }
    return Sides<(Value, Other)>(
      real: (real, other.real), synthetic: (synthetic, other.synthetic), holdout: held)
  }

  /// The score of the synthetic and of the held-out value against the real one.
  func scores(_ score: (_ real: Value, _ other: Value) -> Score) -> SideScores {
    SideScores(synthetic: score(real, synthetic), holdout: holdout.map { score(real, $0) })
  }
}

/// What synthetic rows reach and what held-out ones do.
struct SideScores {
  let synthetic: Score
  let holdout: Score?
}

extension EvaluationDatabase {
  /// The sides as values.
  var sides: Sides<DatabaseSide> { Sides(real: real, synthetic: synthetic, holdout: holdout) }

  /// A table on every side.
  func tableSides(_ table: Int) -> Sides<EvaluationTable> { sides.map { $0.tables[table] } }

  /// The parent rows of a relation on every side.
  func parentSides(_ relation: Int) -> Sides<[Int32]> { sides.map { $0.parentRows[relation] } }

  /// The place of the parent table of a relation.
  func parentTable(_ relation: Int) -> Int { place(schema.relations[relation].parent) }

  /// The place of the child table of a relation.
  func childTable(_ relation: Int) -> Int { place(schema.relations[relation].child) }

  private func place(_ name: String) -> Int {
    guard let index = schema.index(ofTable: name) else {
      preconditionFailure("a relation names table \(name), the schema has \(schema.tables.map(\.name))")
    }
    return index
  }
}

extension Finding {
  /// States a statistic of every side and the score of the synthetic one; what held-out rows score goes to the note.
  init(
    _ metric: String, table: String, relations: [String] = [], columns: [String] = [], statistics: Sides<Double?>,
    scores: SideScores, count: Int, note: String? = nil
  ) {
    var notes = note.map { [$0] } ?? []
    if let reached = scores.holdout?.number {
      notes.append("held-out rows score \((reached * 10_000).rounded() / 10_000)")
    }
    self.init(
      metric: metric, table: table, relations: relations, columns: columns, score: scores.synthetic,
      synthetic: statistics.synthetic, real: statistics.real, holdout: statistics.holdout ?? nil, count: count,
      note: notes.isEmpty ? nil : notes.joined(separator: "; "))
  }
}

extension Score {
  /// 1 − |difference| of two shares; undefined where one is missing.
  static func difference(_ real: Double?, _ other: Double?, otherwise reason: String) -> Score {
    guard let real, let other else { return .undefined(reason) }
    return Score(max(0, 1 - abs(real - other)))
  }

  /// 1 − ½ |difference| of two correlations; undefined where one is missing.
  static func correlations(_ real: Double?, _ other: Double?, otherwise reason: String) -> Score {
    guard let real, let other else { return .undefined(reason) }
    return Score(1 - abs(real - other) / 2)
  }
}
