import Evaluation

/// Small databases and their reports.
enum ReportFixture {
  /// A parent table, `rows` rows of a child table with a number, a date and a category, and a relation between them.
  static func database(rows: Int = 60, names: (parent: String, child: String) = ("owner", "pet")) -> EvaluationDatabase
  {
    let schema = EvaluationSchema(
      tables: [
        .init(name: names.parent, columns: [.init(name: "age", kind: .number)]),
        .init(
          name: names.child,
          columns: [
            .init(name: "weight", kind: .number), .init(name: "born", kind: .date),
            .init(name: "kind", kind: .categorical, levels: (0..<20).map { "kind \($0)" }),
          ]),
      ], relations: [.init(name: "r", parent: names.parent, child: names.child, column: "owner_id")])
    func side(_ shift: Int) -> DatabaseSide {
      let parents = rows / 3
      let day = 86_400e9
      return DatabaseSide(
        tables: [
          EvaluationTable(
            name: names.parent, rowCount: parents,
            columns: [.continuous(name: "age", values: (0..<parents).map { Double(20 + ($0 * 7 + shift) % 30) })]),
          EvaluationTable(
            name: names.child, rowCount: rows,
            columns: [
              .continuous(
                name: "weight",
                values: (0..<rows).map { $0 % 10 == 9 ? .nan : Double($0 * 31 % 97) / 7 + Double(shift) }),
              .continuous(name: "born", values: (0..<rows).map { Double($0 * 13 % 400) * day }),
              .discrete(name: "kind", codes: (0..<rows).map { Int32($0 * $0 % (20 - shift)) }, levels: 20),
            ]),
        ], parentRows: [(0..<rows).map { $0 % 12 == 11 ? -1 : Int32(($0 + shift) / 4 % max(1, parents)) }])
    }
    return EvaluationDatabase(schema: schema, real: side(0), synthetic: side(1), holdout: side(2))
  }

  /// The report of a database, without findings.
  static func report(_ database: EvaluationDatabase, title: String = "pets") -> EvaluationReport {
    let schema = database.schema
    let tables = schema.tables.indices.map { index in
      TableScores.compute(real: database.pair(index).real, synthetic: database.pair(index).synthetic)
    }
    let relations = schema.relations.enumerated().compactMap { index, relation -> RelationScores? in
      guard let parent = schema.index(ofTable: relation.parent), let child = schema.index(ofTable: relation.child)
      else {
        return nil
      }
      return RelationScores.compute(
        relation: relation.name, parent: database.pair(parent), child: database.pair(child),
        parentRows: database.parentRows(index))
    }
    let scores = Scores.aggregate(tables: tables, relations: relations, paths: [])
    return EvaluationReport(
      title: title, generatedBy: "clava test", schema: schema,
      rows: schema.tables.indices.map { index in
        TableRows(
          table: schema.tables[index].name, real: database.real.tables[index].rowCount,
          synthetic: database.synthetic.tables[index].rowCount, holdout: database.holdout?.tables[index].rowCount)
      }, scores: scores,
      plots: schema.tables.indices.map {
        ReportPlots.plots(for: $0, in: database, scores: tables[$0], relations: relations)
      })
  }

  /// A report with every part filled.
  static func full(title: String = "pets") -> EvaluationReport {
    let database = database()
    var report = report(database, title: title)
    report.ceilings = Ceilings(
      basis: "training rows against held-out rows", scores: report.scores,
      spread: ScoreSpread(basis: "two halves", of: [report.scores.all, report.scores.all]))
    report.findings = [
      .detection: [
        Finding(
          metric: "accuracy", table: "pet", score: Score(0.8), synthetic: 0.6, real: 0.5, standardError: 0.02, count: 60
        )
      ],
      .privacy: [
        Finding(
          metric: "distance", table: "pet", columns: ["pet.kind"], score: .undefined("a distance is no score"),
          synthetic: 0.25, real: 0.5, holdout: 0.5, count: 60, note: "by rank")
      ],
    ]
    report.run = RunReport(
      lossCurves: [.init(view: "pet", points: (0..<500).map { .init(step: $0, loss: 1 / Double($0 + 1)) })],
      tasks: (0..<300).map {
        .init(name: "train/\($0)", kind: "train", worker: "w\($0 % 3)", start: Double($0), seconds: 1)
      },
      hardware: "two cores", wallSeconds: 301, peakMemory: 1 << 20, workers: 3, configuration: "seed: 1")
    report.notices = ["table owner is a copy"]
    return report
  }
}
