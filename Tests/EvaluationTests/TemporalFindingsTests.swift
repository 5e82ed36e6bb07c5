import Evaluation
import Testing

@Suite("dates and sequences")
struct TemporalFindingsTests {
  private static func database(
    real: (opened: [Double], start: [Double], end: [Double]),
    synthetic: (opened: [Double], start: [Double], end: [Double]),
    rows: [Int32] = [0, 0, 1, 1]
  ) -> EvaluationDatabase {
    func side(_ values: (opened: [Double], start: [Double], end: [Double])) -> SideBuilder {
      SideBuilder(
        tables: [
          EvaluationTable(
            name: "account", rowCount: 2, columns: [.continuous(name: "opened", values: days(values.opened))]),
          EvaluationTable(
            name: "loan", rowCount: rows.count,
            columns: [
              .continuous(name: "start", values: days(values.start)),
              .continuous(name: "end", values: days(values.end)),
            ]),
        ], parents: [rows])
    }
    return EvaluationDatabase(
      relations: [("loan", "account", "account")], dates: ["opened", "start", "end"], real: side(real),
      synthetic: side(synthetic))
  }

  private static func temporal(_ table: Int, _ database: EvaluationDatabase) -> [Finding] {
    TemporalTests.findings(for: table, in: database, options: FindingOptions())
  }

  @Test("which of two dates comes first, in a row and against the parent")
  func order() throws {
    let database = Self.database(
      real: ([0, 10], [1, 2, 11, 12], [5, 6, 15, .nan]), synthetic: ([0, 10], [1, 2, 3, 12], [5, 2, 1, 1]))
    let findings = Self.temporal(1, database)
    let within = try #require(findings.of("date order").first)
    #expect(within.columns == ["loan.start", "loan.end"] && within.real == 1 && within.synthetic == 0.5)
    // Before, same, after: 3, 0, 0 of 3 and 1, 1, 2 of 4.
    #expect(within.score.value == 0.25 && within.count == 4)
    let parent = findings.of("date order with the parent")
    #expect(parent.map(\.columns) == [["account.opened", "loan.start"], ["account.opened", "loan.end"]])
    #expect(parent[0].real == 1 && parent[0].synthetic == 0.75 && parent[0].score.value == 0.75)
    #expect(Self.temporal(0, database).isEmpty)
  }

  @Test("intervals, durations, repeated dates and the stored order of sequences")
  func sequences() throws {
    let database = Self.database(
      real: ([0, 0], [1, 3, 5, 7], [0, 0, 0, 0]), synthetic: ([0, 0], [3, 1, 4, 4], [0, 0, 0, 0]))
    let findings = Self.temporal(1, database).filter { $0.columns == ["loan.start"] }
    func finding(_ metric: String) throws -> Finding { try #require(findings.of(metric).first, "\(metric)") }
    let intervals = try finding("intervals")
    #expect(intervals.real == 2 && intervals.synthetic == 1 && intervals.score.value == 0.5)
    let (duration, length) = (try finding("duration"), try finding("sequence length"))
    #expect(duration.synthetic == 1 && length.score.value == 1)
    let repeated = try finding("repeated dates")
    #expect(repeated.real == 0 && repeated.synthetic == 0.25 && repeated.score.value == 0.75)
    let stored = try finding("stored in order of time")
    #expect(stored.real == 1 && stored.synthetic == 0.5 && stored.score.value == 0.5)
    #expect(
      Self.temporal(
        1,
        Self.database(
          real: ([0, 0], [3, 1, 7, 5], [0, 0, 0, 0]), synthetic: ([0, 0], [1, 3, 5, 7], [0, 0, 0, 0]))
      ).of("stored in order of time")[0].score.reason == "real rows are not stored in order of time")
  }

  /// One sequence of 200 rows by year.
  private static func series(_ values: [Double], _ codes: [Int32], shuffled: Bool = false) -> SideBuilder {
    let order = shuffled ? (0..<200).map { ($0 * 77) % 200 } : Array(0..<200)
    return SideBuilder(
      tables: [
        EvaluationTable(name: "p", rowCount: 1, columns: []),
        EvaluationTable(
          name: "s", rowCount: 200,
          columns: [
            .continuous(name: "year_id", values: order.map { Double(1800 + $0) }),
            .continuous(name: "x", values: order.map { values[$0] }),
            .discrete(name: "k", codes: order.map { codes[$0] }, levels: 2),
          ]),
      ], parents: [[Int32](repeating: 0, count: 200)])
  }

  @Test("a column of years orders a sequence, whatever order its rows are stored in")
  func years() throws {
    let walk = (0..<200).map { step -> Double in
      let rest = step % 20
      return Double((step / 20) % 2 == 0 ? rest : 20 - rest)
    }
    let runs = (0..<200).map { Int32(($0 / 10) % 2) }
    let mixed = (0..<200).map { walk[($0 * 77) % 200] }
    let alternating = (0..<200).map { Int32($0 % 2) }
    func findings(_ synthetic: SideBuilder) -> [Finding] {
      Self.temporal(
        1, EvaluationDatabase(relations: [("s", "p", "p")], real: Self.series(walk, runs), synthetic: synthetic))
    }
    let metrics = ["first differences", "path length", "autocorrelation", "category transitions"]
    let same = findings(Self.series(walk, runs, shuffled: true))
    for metric in metrics + ["intervals"] { #expect(same.of(metric).allSatisfy { $0.score.value == 1 }, "\(metric)") }
    #expect(same.of("stored in order of time")[0].score.value == 0)
    let other = findings(Self.series(mixed, alternating))
    for metric in metrics { #expect(other.of(metric)[0].score.value < 0.8, "\(metric)") }
    let transitions = other.of("category transitions")[0]
    #expect(transitions.synthetic == 0 && abs((transitions.real ?? 0) - 180.0 / 199) < 1e-12)
    #expect(abs(transitions.score.value - 19.0 / 199) < 1e-12)
    #expect(same.of("autocorrelation")[0].real ?? 0 > 0.9)
  }

  @Test("tables without dates, rows without dates and lonely rows give no sequences and no failure")
  func nothing() {
    let none = Double.nan
    let lonely = Self.database(
      real: ([1, 2], [1, 3], [none, none]), synthetic: ([1, 2], [1, 3], [none, none]), rows: [0, 1])
    let findings = Self.temporal(1, lonely)
    #expect(findings.of("intervals").isEmpty)
    #expect(findings.of("date order")[0].score.reason == "no row of a side has both dates")
  }
}
