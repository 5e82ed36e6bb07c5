import Essentials
import Foundation
import SweepFunctions
import Sweeps
import Testing

@Suite("The report of a sweep")
struct SweepReportTests {
  static func report(objectives: Int, trials: Int = 60) throws -> SweepReport {
    var specification = SweepSpecification()
    specification.name = "a & b"
    specification.seed = 3
    specification.trials = trials
    specification.space = ParameterSpace(
      TestFunction.conditional.space.parameters + [.number("idle", 0, 1)])
    specification.objectives = [Objective(name: "value", goal: .minimize)]
    if objectives > 1 { specification.objectives.append(Objective(name: "cost", goal: .maximize)) }
    (specification.pruner.kind, specification.pruner.metric) = (.asha, "loss")
    (specification.pruner.min, specification.pruner.max, specification.pruner.eta) = (1, 4, 2)
    let function = TestFunction.conditional
    var sweep = try SimulatedSweep(
      specification,
      objectives: { ["value": function.value($0), "cost": -($0["depth"]?.double ?? 0) - function.value($0)] },
      rung: { parameters, step in
        Digest.of(parameters.canonicalText).first64Bits % 12 == 0
          ? nil : ["loss": function.value(parameters) + 1 / Double(step)]
      })
    try sweep.run(slots: 3)
    var state = SweepState()
    for (index, entry) in sweep.journal.enumerated() {
      try state.apply(entry.record, sequence: entry.sequence, time: Double(index) * 7)
    }
    return SweepReport(state, generatedBy: "Clava <test>", links: [0: "tasks/0/stdout"], notices: ["two cores"])
  }

  @Test("the page is whole, holds every section and nothing from outside", arguments: [1, 2])
  func page(objectives: Int) throws {
    let report = try Self.report(objectives: objectives)
    let html = report.html
    for section in ["Summary", "History", "Rungs", "Parallel coordinates", "Slices", "Timeline", "Trials"] {
      #expect(html.contains("<h2>\(section)</h2>"))
    }
    #expect(html.contains("<h2>Pareto front</h2>") == (objectives > 1))
    #expect(html.contains("Sweep a &amp; b") && html.contains("Clava &lt;test&gt;"))
    #expect(!html.contains("http://") && !html.contains("https://"))
    #expect(!html.contains("=\"nan") && !html.contains(" nan,") && !html.contains(",nan"))
    #expect(html.contains("R²"))
    for tag in ["svg", "table", "section", "polyline", "text"] {
      #expect(
        html.components(separatedBy: "<\(tag)").count == html.components(separatedBy: "</\(tag)>").count, "\(tag)")
    }
    #expect(html == report.html)
    if let folder = ProcessInfo.processInfo.environment["CLAVA_TEST_PAGES"] {
      try html.write(toFile: "\(folder)/sweep\(objectives).html", atomically: true, encoding: .utf8)
    }
  }

  @Test("a sweep that has just begun has a page, too")
  func empty() throws {
    var specification = SweepSpecification()
    specification.trials = 4
    specification.objectives = [Objective(name: "value", goal: .minimize)]
    specification.space = TestFunction.sphere.space
    let state = try SweepState([SweepState.open(specification)])
    #expect(SweepReport(state, generatedBy: "Clava").html.contains("none yet"))
  }

  @Test("the table has a line for each trial, with texts in quotes where they need them")
  func table() throws {
    let report = try Self.report(objectives: 2)
    let lines = report.csv.split(separator: "\n")
    #expect(lines.count == 61)
    #expect(lines[0] == "trial,state,bracket,rungs,seconds,result,cause,kind,alpha,depth,rate,idle,value,cost")
    #expect(lines.contains { $0.contains(",failed,") && $0.contains("simulated") })
  }
}
