internal import Tensors

/// An audit that tries to tell training rows from held-out rows with the synthetic rows alone.
///
/// Attacks, larger scores meaning "member":
/// - distance: minus the distance to the nearest synthetic row;
/// - density ratio: distance to the nearest row of a part of the holdout, as a share of that and the distance to the
///   nearest synthetic row; the other part are the non-members;
/// - relational distance: the first on a row's columns, those of its parents and aggregates of its children;
/// - group: a parent and its children together, minus the mean distance of the parent and of each kind of children.
///
/// Ranks are taken from synthetic rows, so nothing of the training rows but the attacked ones enters an attack.
///
/// Source: spec/metrics.md §10.2.
struct MembershipInference {
  let table: Int
  let database: EvaluationDatabase
  let options: FindingOptions
  private var schema: EvaluationSchema { database.schema }
  private var stream: String { "privacy/\(schema.tables[table].name)/membership" }

  /// All attacks that the table allows, in fixed order.
  func findings() -> [Finding] {
    let name = schema.tables[table].name
    guard let holdout = database.holdout else {
      return [
        Finding(
          metric: "membership inference", table: name, score: .undefined("needs held-out rows"), count: 0,
          note: "training rows can be told from others only where there are others")
      ]
    }
    let counts = [database.real, holdout].map { $0.tables[table].rowCount }
    let number = min(counts[0], counts[1], options.rowLimit ?? .max)
    guard number > 0, database.synthetic.tables[table].rowCount > 0 else {
      return [
        Finding(
          metric: "membership inference", table: name, score: .undefined("a side has no rows"), count: 0, note: nil)
      ]
    }
    let members = RowSample.draw(number, of: counts[0], seed: options.seed, stream: "\(stream)/members")
    let others = RowSample.draw(number, of: counts[1], seed: options.seed, stream: "\(stream)/non-members")
    let targets = RowSample.limited(
      options.rowLimit.map { $0 * PrivacySample.targetFactor }, of: database.synthetic.tables[table].rowCount,
      seed: options.seed, stream: "\(stream)/synthetic")
    let attacks = Attacks(holdout: holdout, members: members, others: others, targets: targets)
    var findings: [Finding] = []
    let hasColumns = !schema.tables[table].columns.isEmpty
    let note = "\(number) members and as many non-members against \(targets.count) synthetic rows"
    if hasColumns {
      findings += single(attacks, note)
    }
    let isRelated = !schema.children(of: name).isEmpty || !schema.parents(of: name).isEmpty
    if isRelated { findings += relational(attacks, note) }
    if !schema.children(of: name).isEmpty { findings += group(attacks, note) }
    return findings
  }

  private struct Attacks {
    let holdout: DatabaseSide
    let members: [Int32]
    let others: [Int32]
    let targets: [Int32]
  }

  private func single(_ attacks: Attacks, _ note: String) -> [Finding] {
    let sides = [database.real, attacks.holdout, database.synthetic].map { $0.tables[table] }
    let encoder = RowEncoder(.ranks, reference: sides[2].columns, others: [sides[0].columns, sides[1].columns])
    let tree = NearestRows(encoder.encode(sides[2]).selecting(attacks.targets))
    let held = encoder.encode(sides[1])
    let (members, others) = (encoder.encode(sides[0]).selecting(attacks.members), held.selecting(attacks.others))
    let near = [members, others].map { tree.nearest(to: $0).map(\.first) }
    var findings = report(
      "distance", members: near[0].map { -$0 }, others: near[1].map { -$0 },
      note: "rows alone, distance to the nearest synthetic row; \(note)")
    // Half of the held-out groups tell how common a row is; the rows of the other half are attacked.
    let (reference, attacked) = halves(attacks)
    if !reference.isEmpty && !attacked.isEmpty {
      let common = NearestRows(held.selecting(reference.map { attacks.others[$0] }))
      func scores(_ rows: RowCoordinates, _ distances: [Double]) -> [Double] {
        let kept = rows.selecting(attacked.map { Int32($0) })
        return zip(common.nearest(to: kept), attacked).map { match, place in
          let sum = match.first + distances[place]
          return sum == 0 ? 0.5 : match.first / sum
        }
      }
      findings += report(
        "density ratio", members: scores(members, near[0]), others: scores(others, near[1]),
        note: "synthetic rows nearby against \(reference.count) held-out reference rows nearby; \(note)")
    }
    return findings
  }

  /// Places in the non-members: those that serve as reference and the others, siblings on one side.
  private func halves(_ attacks: Attacks) -> (reference: [Int], attacked: [Int]) {
    let ids = RowGroups.ids(of: table, on: attacks.holdout, in: database)
    let random = RandomStream(seed: options.seed, name: "\(stream)/reference")
    var (reference, attacked): ([Int], [Int]) = ([], [])
    for (place, row) in attacks.others.enumerated() {
      let group = ids?[Int(row)] ?? Int(row)
      if random.uniform(row: UInt64(group)) < 0.5 { reference.append(place) } else { attacked.append(place) }
    }
    return (reference, attacked)
  }

  private func relational(_ attacks: Attacks, _ note: String) -> [Finding] {
    let sides = [database.real, attacks.holdout, database.synthetic].map { columns(on: $0) }
    let encoder = RowEncoder(.ranks, reference: sides[2], others: [sides[0], sides[1]])
    let counts = [database.real, attacks.holdout, database.synthetic].map { $0.tables[table].rowCount }
    let tree = NearestRows(encoder.encode(sides[2], rowCount: counts[2]).selecting(attacks.targets))
    func scores(_ side: Int, _ rows: [Int32]) -> [Double] {
      tree.nearest(to: encoder.encode(sides[side], rowCount: counts[side]).selecting(rows)).map { -$0.first }
    }
    return report(
      "relational distance", members: scores(0, attacks.members), others: scores(1, attacks.others),
      note: "rows with their parents' columns and aggregates of their children; \(note)")
  }

  private func group(_ attacks: Attacks, _ note: String) -> [Finding] {
    var parts: [(members: [Double], others: [Double])] = []
    if !schema.tables[table].columns.isEmpty {
      let own = RowDistances(database, attacks.holdout, table: table, targets: attacks.targets)
      parts.append((own.training(attacks.members), own.held(attacks.others)))
    }
    for relation in schema.children(of: schema.tables[table].name) {
      guard let child = schema.index(ofTable: schema.relations[relation].child),
        !schema.tables[child].columns.isEmpty, database.synthetic.tables[child].rowCount > 0
      else { continue }
      let targets = RowSample.limited(
        options.rowLimit.map { $0 * PrivacySample.targetFactor },
        of: database.synthetic.tables[child].rowCount, seed: options.seed,
        stream: "\(stream)/synthetic children \(schema.relations[relation].name)")
      let distances = RowDistances(database, attacks.holdout, table: child, targets: targets)
      // As many children of each parent as keep the rows looked at within the limit, in row order.
      let most = options.rowLimit.map { max(1, $0 / attacks.members.count) } ?? .max
      parts.append(
        (
          mean(attacks.members, database.real, relation, most, distances.training),
          mean(attacks.others, attacks.holdout, relation, most, distances.held)
        ))
    }
    guard !parts.isEmpty else { return [] }
    func scores(_ count: Int, _ part: ((members: [Double], others: [Double])) -> [Double]) -> [Double] {
      (0..<count).map { row in
        let present = parts.map { part($0)[row] }.filter(\.isFinite)
        return present.isEmpty ? 0 : -present.reduce(0, +) / Double(present.count)
      }
    }
    return report(
      "group", members: scores(attacks.members.count) { $0.members },
      others: scores(attacks.others.count) { $0.others },
      note: "each row with its children as one unit; \(note)")
  }

  /// The mean distance of the first children of each parent; NaN for childless ones.
  private func mean(
    _ parents: [Int32], _ side: DatabaseSide, _ relation: Int, _ most: Int, _ distances: ([Int32]) -> [Double]
  ) -> [Double] {
    var place = [Int32](repeating: -1, count: side.tables[table].rowCount)
    for (index, parent) in parents.enumerated() { place[Int(parent)] = Int32(index) }
    var counts = [Int](repeating: 0, count: parents.count)
    var rows: [Int32] = []
    var owners: [Int32] = []
    for (row, parent) in side.parentRows[relation].enumerated() where parent >= 0 {
      let owner = place[Int(parent)]
      guard owner >= 0, counts[Int(owner)] < most else { continue }
      counts[Int(owner)] += 1
      rows.append(Int32(row))
      owners.append(owner)
    }
    var sums = [Double](repeating: 0, count: parents.count)
    for (owner, distance) in zip(owners, distances(rows)) { sums[Int(owner)] += distance }
    return zip(sums, counts).map { $1 == 0 ? .nan : $0 / Double($1) }
  }

  /// A row's own columns, its parents' columns and aggregates of its children.
  private func columns(on side: DatabaseSide) -> [EvaluationColumn] {
    var columns = side.tables[table].columns
    columns += ParentColumns.columns(of: table, on: side, training: database.real, schema: schema)
    for column in ChildAggregates.columns(of: table, on: side, schema: schema) {
      if case .ordered(let name, let values) = column { columns.append(.continuous(name: name, values: values)) }
    }
    return columns
  }

  private func report(_ attack: String, members: [Double], others: [Double], note: String) -> [Finding] {
    let name = schema.tables[table].name
    let ranks = RankStatistics(
      scores: members + others,
      isPositive: [Bool](repeating: true, count: members.count) + [Bool](repeating: false, count: others.count))
    guard ranks.isDefined else { return [] }
    let area = ranks.areaUnderCurve
    let count = members.count + others.count
    var findings = [
      Finding(
        metric: "membership inference AUC, \(attack)", table: name, score: Score(1 - 2 * max(0, area - 0.5)),
        synthetic: area, holdout: 0.5, standardError: ranks.chanceDeviation, count: count,
        note: "½ means that this attack learns nothing, not that no attack does; \(note)")
    ]
    let limits = [0.1, 0.01] + (others.count >= 10_000 ? [0.001] : [])
    for limit in limits {
      let rate = ranks.truePositiveRate(atFalsePositiveRate: limit)
      findings.append(
        Finding(
          metric: "membership inference TPR at FPR \(limit), \(attack)", table: name,
          score: Score(1 - max(0, rate - limit) / (1 - limit)), synthetic: rate, holdout: limit, count: count,
          note: "members that this attack names while it wrongly names at most a share \(limit) of non-members; says "
            + "nothing about stronger attacks"))
    }
    let midst = ranks.midstRate(belowFalsePositiveRate: 0.1)
    findings.append(
      Finding(
        metric: "membership inference TPR at FPR 0.1 (midst), \(attack)", table: name,
        score: Score(1 - max(0, midst - 0.1) / 0.9), synthetic: midst, holdout: 0.1, count: count,
        note: "as the MIDST challenge computes it: FPR strictly below 0.1, collinear points dropped; comparable with "
          + "its tables, no bound either"))
    return findings
  }
}

/// Distances of rows of one table to their nearest synthetic rows.
private struct RowDistances {
  private let tree: NearestRows
  private let encoder: RowEncoder
  private let real: EvaluationTable
  private let holdout: EvaluationTable

  init(_ database: EvaluationDatabase, _ holdout: DatabaseSide, table: Int, targets: [Int32]) {
    let synthetic = database.synthetic.tables[table]
    real = database.real.tables[table]
    self.holdout = holdout.tables[table]
    encoder = RowEncoder(
      .ranks, reference: synthetic.columns, others: [database.real.tables[table].columns, self.holdout.columns])
    tree = NearestRows(encoder.encode(synthetic.selecting(targets)))
  }

  func training(_ rows: [Int32]) -> [Double] { tree.nearest(to: encoder.encode(real.selecting(rows))).map(\.first) }
  func held(_ rows: [Int32]) -> [Double] { tree.nearest(to: encoder.encode(holdout.selecting(rows))).map(\.first) }
}

/// The columns of the parents of each row, as columns of the row.
package enum ParentColumns {
  /// Named `relation.column`; missing where a row has no parent. Parents of held-out rows may be training rows: without
  /// their columns, held-out rows would be told from training rows by what is missing.
  package static func columns(
    of table: Int, on side: DatabaseSide, training: DatabaseSide, schema: EvaluationSchema
  ) -> [EvaluationColumn] {
    schema.parents(of: schema.tables[table].name).flatMap { relation -> [EvaluationColumn] in
      let key = schema.relations[relation]
      guard let parent = schema.index(ofTable: key.parent) else { return [] }
      let rows = side.parentRows[relation]
      let others = side.trainingParentRows?[relation] ?? []
      func gather<Value>(_ own: [Value], _ training: [Value], otherwise missing: Value) -> [Value] {
        rows.indices.map { row in
          if rows[row] >= 0 { return own[Int(rows[row])] }
          return others.isEmpty || others[row] < 0 ? missing : training[Int(others[row])]
        }
      }
      return zip(side.tables[parent].columns, training.tables[parent].columns).map { column, other in
        switch (column, other) {
        case (.continuous(let name, let values), .continuous(_, let more)):
          return .continuous(name: "\(key.name).\(name)", values: gather(values, more, otherwise: .nan))
        case (.discrete(let name, let codes, let levels), .discrete(_, let more, let moreLevels)):
          return .discrete(
            name: "\(key.name).\(name)", codes: gather(codes, more, otherwise: -1), levels: max(levels, moreLevels))
        default: preconditionFailure("column \(column.name) of \(key.parent) differs in kind between two sides")
        }
      }
    }
  }
}
