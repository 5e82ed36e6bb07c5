import Essentials
import Evaluation
import Foundation
import Testing

struct ReportPageTests {
  @Test func everyElementIsClosedInOrderAndEveryIdentifierOccursOnce() throws {
    for reports in [[ReportFixture.full()], [ReportFixture.full(title: "a"), ReportFixture.full(title: "b")]] {
      let check = MarkupCheck(try ReportPage.html(reports))
      #expect(check.problems.isEmpty, "\(check.problems.prefix(3))")
      let identifiers = check.tags.compactMap { $0.attributes["id"] }
      #expect(Set(identifiers).count == identifiers.count)
      let targets = check.tags.compactMap { $0.attributes["href"] }
      #expect(targets.allSatisfy { $0.hasPrefix("#") && identifiers.contains(String($0.dropFirst())) })
    }
  }

  @Test func theFileLoadsNothing() throws {
    let html = try ReportPage.html([ReportFixture.full()])
    for word in ["http://", "https://", "src=", "url(", "@import", "fetch(", "XMLHttpRequest"] {
      #expect(!html.contains(word), "\(word)")
    }
    #expect(html.contains("default-src &#39;none&#39;"))
  }

  @Test func namesFromDataCannotBecomeMarkup() throws {
    let evil = "<script>alert('1')</script>\" onload=\"x\u{0}"
    let database = ReportFixture.database(names: (parent: evil, child: "a & b"))
    var report = ReportFixture.report(database, title: evil)
    report.notices = [evil]
    report.findings = [
      .structure: [
        Finding(
          metric: evil, table: evil, relations: [evil], columns: [evil], score: .undefined(evil), count: 1, note: evil)
      ]
    ]
    report.run = RunReport(
      lossCurves: [.init(view: evil, points: [.init(step: 1, loss: 1)])],
      tasks: [.init(name: evil, kind: evil, worker: evil, start: 0, seconds: 1)], hardware: evil, wallSeconds: 1,
      peakMemory: 1, workers: 1, configuration: evil)
    let html = try ReportPage.html([report])
    let check = MarkupCheck(html)
    #expect(check.problems.isEmpty, "\(check.problems.prefix(3))")
    #expect(check.tags.count { $0.name == "script" } == 1)
    #expect(!check.tags.contains { $0.attributes["onload"] != nil })
    #expect(html.contains("&lt;script&gt;alert(&#39;1&#39;)"))
  }

  @Test func aScoreThatIsNotDefinedShowsItsReason() throws {
    var database = ReportFixture.database()
    // A synthetic table without rows leaves nothing to compare.
    let empty = DatabaseSide(
      tables: database.schema.tables.map { table in
        EvaluationTable(
          name: table.name, rowCount: 0,
          columns: table.columns.map {
            $0.kind.isContinuous
              ? .continuous(name: $0.name, values: []) : .discrete(name: $0.name, codes: [], levels: $0.levels.count)
          })
      }, parentRows: [[]])
    database = EvaluationDatabase(schema: database.schema, real: database.real, synthetic: empty)
    let html = try ReportPage.html([ReportFixture.report(database)])
    #expect(html.contains("the synthetic column has no value"))
    #expect(html.contains("the synthetic parent table is empty"))
    #expect(MarkupCheck(html).problems.isEmpty)
  }

  @Test func severalReportsStandSideBySideWithTheBestMarked() throws {
    let poor = ReportFixture.full(title: "poor")
    let database = ReportFixture.database()
    let same = EvaluationDatabase(schema: database.schema, real: database.real, synthetic: database.real)
    var best = ReportFixture.report(same, title: "copy")
    best.findings = poor.findings
    let html = try ReportPage.html([poor, best])
    #expect(html.contains("Of 2 synthetic databases, copy has the highest overall score"))
    #expect(html.contains("chip s5 best"))
    for title in ["poor", "copy"] { #expect(html.contains("<th scope=\"col\">\(title)</th>")) }
  }

  @Test func anOverviewOfNothingIsAnError() {
    #expect(throws: ClavaError.self) { try ReportPage.html([]) }
  }

  @Test func reportsOfManyTablesStaySmall() throws {
    let part = ReportFixture.report(ReportFixture.database(rows: 300))
    let count = 175
    let encoded = String(decoding: try CanonicalJSON.encode(part.plots), as: UTF8.self)
    var tables: [EvaluationSchema.Table] = []
    var relations: [EvaluationSchema.Relation] = []
    var rows: [TableRows] = []
    var plots: [TablePlots] = []
    for copy in 0..<count {
      let text = encoded.replacingOccurrences(of: "\"owner\"", with: "\"owner_\(copy)\"")
        .replacingOccurrences(of: "\"pet\"", with: "\"pet_\(copy)\"")
        .replacingOccurrences(of: "\"r\"", with: "\"r_\(copy)\"")
      plots += try CanonicalJSON.decode([TablePlots].self, from: Data(text.utf8), source: "the test")
      tables += part.schema.tables.map { .init(name: "\($0.name)_\(copy)", columns: $0.columns) }
      rows += part.rows.map { TableRows(table: "\($0.table)_\(copy)", real: $0.real, synthetic: $0.synthetic) }
      relations.append(.init(name: "r_\(copy)", parent: "owner_\(copy)", child: "pet_\(copy)", column: "owner_id"))
      // A common ancestor, so that the graph has more than two layers.
      if copy > 0 { relations.append(.init(name: "q_\(copy)", parent: "pet_0", child: "owner_\(copy)", column: "x")) }
    }
    let report = EvaluationReport(
      title: "many", generatedBy: "clava test", schema: EvaluationSchema(tables: tables, relations: relations),
      rows: rows, scores: part.scores, plots: plots)
    #expect(report.schema.tables.count == 350)
    let html = try ReportPage.html([report])
    #expect(html.utf8.count < 5_000_000, "\(html.utf8.count) bytes")
    #expect(MarkupCheck(html).problems.isEmpty)
  }
}
