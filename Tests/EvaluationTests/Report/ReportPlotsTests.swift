import Essentials
import Evaluation
import Foundation
import Testing

struct ReportPlotsTests {
  private let database = ReportFixture.database()
  private var report: EvaluationReport { ReportFixture.report(database) }

  @Test func everyValueIsInABinAndMissingOnesAreCountedApart() throws {
    let weight = try #require(report.plots[1].columns.first)
    let histogram = try #require(weight.histogram)
    #expect(weight.missing == SideValues(real: 6, synthetic: 6, holdout: 6))
    #expect(histogram.counts.real.total == 54)
    #expect(histogram.counts.synthetic.total == 54)
    #expect(histogram.counts.real.bins.count == histogram.edges.count - 1)
    #expect(histogram.edges.count <= 41)
    #expect(zip(histogram.edges, histogram.edges.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func integersOfASmallRangeGetABinEach() throws {
    let age = try #require(report.plots[0].columns.first?.histogram)
    #expect(age.isInteger)
    #expect(age.edges.first == 19.5)
    #expect(zip(age.edges, age.edges.dropFirst()).allSatisfy { $1 - $0 == 1 })
    guard case .continuous(_, let values) = database.real.tables[0].columns[0] else { return }
    for (bin, count) in age.counts.real.bins.enumerated() {
      #expect(count == values.count { $0 == Double(20 + bin) })
    }
  }

  @Test func outliersAreCountedBesideTheBinsInsteadOfSqueezingThem() throws {
    let values = (0..<1000).map { Double($0) / 1000 } + [1e9]
    let schema = EvaluationSchema(tables: [.init(name: "t", columns: [.init(name: "x", kind: .number)])], relations: [])
    let side = DatabaseSide(
      tables: [EvaluationTable(name: "t", rowCount: values.count, columns: [.continuous(name: "x", values: values)])],
      parentRows: [])
    let report = ReportFixture.report(EvaluationDatabase(schema: schema, real: side, synthetic: side))
    let histogram = try #require(report.plots[0].columns[0].histogram)
    #expect(histogram.counts.real.above > 0)
    #expect(histogram.counts.real.total == values.count)
    #expect((histogram.edges.last ?? 0) < 2)
  }

  @Test(
    "columns of one value and of extreme values have plots that count every value, on a page that can be drawn",
    arguments: [
      [1.14e18], [1e300], [-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude], [Double.greatestFiniteMagnitude],
      [0, .leastNonzeroMagnitude], [1.0, 1.0.nextUp], [1e16, 1e16 + 2], [0, .infinity], [-0.0, 0.0],
      [-1e18, 1e18, 0.1],
    ], [EvaluationSchema.ColumnKind.number, .date])
  func extremes(values: [Double], kind: EvaluationSchema.ColumnKind) throws {
    let column = (0..<60).map { values[$0 % values.count] }
    let schema = EvaluationSchema(tables: [.init(name: "t", columns: [.init(name: "x", kind: kind)])], relations: [])
    let side = DatabaseSide(
      tables: [EvaluationTable(name: "t", rowCount: 60, columns: [.continuous(name: "x", values: column)])],
      parentRows: [])
    let report = ReportFixture.report(EvaluationDatabase(schema: schema, real: side, synthetic: side))
    let histogram = try #require(report.plots[0].columns[0].histogram)
    #expect(histogram.counts.real.total == 60)
    #expect(histogram.counts.real.bins.reduce(0, +) == column.count { $0.isFinite })
    #expect(zip(histogram.edges, histogram.edges.dropFirst()).allSatisfy { $0 < $1 && $1.isFinite })
    let html = try ReportPage.html([report])
    #expect(MarkupCheck(html).problems.isEmpty)
    #expect(!html.contains(/="[^"]*\b(nan|inf)\b/.ignoresCase()))
  }

  @Test func categoriesBeyondTheMostFrequentOnesAreSummed() throws {
    let kind = try #require(report.plots[1].columns.last)
    let bars = try #require(kind.bars)
    guard case .discrete(_, let codes, _) = database.real.tables[1].columns[2] else { return }
    let occurring = Set(codes)
    #expect(bars.bars.count <= 12)
    #expect(bars.bars.reduce(bars.other.real) { $0 + $1.counts.real } == 60)
    #expect(bars.bars.count + bars.otherCategories >= occurring.count)
    let first = try #require(bars.bars.first)
    #expect(first.label.hasPrefix("kind "))
  }

  @Test func heatMapsCountEveryRowThatHasAPartner() {
    let plots = report.plots[1].pairs
    #expect(!plots.isEmpty && plots.count <= 6)
    #expect(plots.contains { $0.pair.relations.isEmpty })
    #expect(plots.contains { $0.pair.relations == ["r"] })
    for plot in plots {
      #expect(plot.counts.real.count == plot.first.count * plot.second.count)
      let joined = database.real.parentRows[0].count { $0 >= 0 }
      #expect(plot.counts.real.reduce(0, +) == (plot.pair.relations.isEmpty ? 60 : joined))
    }
    let scores = plots.map(\.pair.pair.score.value)
    #expect(scores == scores.sorted())
  }

  @Test func groupSizesCountParentsWithoutChildren() throws {
    let sizes = try #require(report.plots[1].groupSizes.first)
    #expect(sizes.histogram.counts.real.total == 20)
    #expect(sizes.histogram.isInteger)
    let withChildren = Set(database.real.parentRows[0].filter { $0 >= 0 }).count
    #expect(sizes.histogram.counts.real.bins.first == 20 - withChildren)
    #expect(sizes.mean.real == 2.75)
  }

  @Test func aReportSurvivesItsFileAndNamesSectionsByTheirKeys() throws {
    let report = ReportFixture.full()
    let data = try CanonicalJSON.encode(report)
    #expect(try CanonicalJSON.decode(EvaluationReport.self, from: data, source: "the test") == report)
    #expect(String(decoding: data, as: UTF8.self).contains("\"findings\":{\"detection\":["))
  }

  @Test func spreadIsTheSampleDeviationOfTheDefinedScores() throws {
    let value = try #require(ScoreSpread.Value([Score(0.9), .undefined("none"), Score(0.8)]))
    #expect(value.count == 2)
    #expect(abs(value.mean - 0.85) < 1e-15)
    #expect(abs((value.deviation ?? 0) - 0.0707106781) < 1e-9)
    #expect(ScoreSpread.Value([.undefined("none")]) == nil)
    #expect(ScoreSpread.Value([Score(1)])?.deviation == nil)
  }
}
