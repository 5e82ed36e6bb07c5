import Configuration
import Essentials
import Foundation
import Sweeps
import Testing

@Suite("Sweep files")
struct SweepFileTests {
  private static let example = """
    sweep: { name: acme, base: config.yaml, scope: run, seed: 7, trials: 200, max_parallel: auto, budget: 12h, replicates: 1 }
    objective:
      - { name: shapes, goal: maximize }
      - { name: seconds, goal: minimize }
    sampler: { kind: tpe, startup: 10 }
    pruner: { kind: asha, metric: val_loss, resource: steps, min: 500, max: 20000, eta: 3, brackets: 1 }
    parameters:
      denoiser.learning_rate:  { log_uniform: [1e-5, 1.0e-2] }
      denoiser.layers:         { choice: [[256, 256], [256, 256, 256], [512, 512, 512]] }
      sampling.solver:         { choice: [dpmpp2m, ancestral] }
      classifier.scale:        { uniform: [0, 2], when: { sampling.solver: ancestral } }
      labels.clusters:         { int: [10, 50], step: 5 }
    """

  private func problems(_ text: String) -> [Problem] {
    do {
      _ = try SweepFile.read(text: text, source: "s.yaml")
      return []
    } catch let error as ClavaError {
      return error.problems
    } catch {
      return []
    }
  }

  private func parameters(_ lines: String) -> String {
    "sweep: { trials: 9 }\nobjective: { name: pairs, goal: maximize }\nparameters:\n\(lines)"
  }

  @Test("the examples beside the configurations are valid")
  func bundledExamples() throws {
    func read(_ name: String) throws -> SweepFile {
      let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("cluster-configs/\(name)").path
      return try SweepFile.read(text: String(contentsOfFile: path, encoding: .utf8), source: path)
    }
    #expect(try read("sweep-denoisers.yaml").specification.scope == .relation)
    let sweep = try read("sweep.yaml")
    #expect(sweep.specification.trials == 24 && sweep.specification.space.parameters.count == 4)
    #expect(RungLadder(sweep.specification.pruner).steps == [75, 300, 1200])
  }

  @Test("the example of the contract is read in full")
  func example() throws {
    let sweep = try SweepFile.read(text: Self.example, source: "s.yaml").specification
    #expect(sweep.name == "acme" && sweep.base == "config.yaml" && sweep.seed == 7 && sweep.trials == 200)
    #expect(sweep.budget == 43_200 && sweep.maxParallel == nil && sweep.replicates == 1)
    #expect(sweep.objectives.map(\.goal) == [.maximize, .minimize])
    #expect(sweep.pruner.goal == .minimize && sweep.pruner.max == 20_000)
    #expect(
      sweep.space.named("denoiser.learning_rate")?.domain
        == .numbers(.init(low: 1e-5, high: 1e-2, isLogarithmic: true)))
    #expect(sweep.space.named("labels.clusters")?.levels == 9)
    #expect(sweep.space.named("classifier.scale")?.conditions.first?.values == [.string("ancestral")])
    #expect(RungLadder(sweep.pruner).steps == [500, 1500, 4500, 13_500, 20_000])
  }

  @Test("a file that is written can be read again and says the same")
  func roundTrip() throws {
    var sweep = try SweepFile.read(text: Self.example, source: "s.yaml").specification
    #expect(try SweepFile.read(text: SweepFileWriter.text(sweep), source: "s").specification == sweep)
    sweep.sampler.kind = .file
    sweep.sampler.points = [TrialParameters(["labels.clusters": .integer(15), "sampling.solver": .string("dpmpp2m")])]
    sweep.maxParallel = 3
    sweep.synchronous = 8
    #expect(try SweepFile.read(text: SweepFileWriter.text(sweep), source: "s").specification == sweep)
  }

  @Test(
    "a mistake names its line, its key and a remedy",
    arguments: [
      ("  denoiser.stepz: { int: [1, 9] }", 4, "denoiser.steps"),
      ("  denoiser.steps: { int: [0, 9] }", 4, "optimiser steps"),
      ("  denoiser.steps: { uniform: [1, 9] }", 4, "optimiser steps"),
      ("  denoiser.steps: { int: [9, 1] }", 4, "int: [10, 50]"),
      ("  denoiser.steps: { int: [1, 9], stepp: 2 }", 4, "step"),
      ("  denoiser.steps: { int: [1, 9], step: 20 }", 4, "leave it out"),
      ("  denoiser.steps: { int: [1, 9], choice: [1] }", 4, "give one of"),
      ("  denoiser.steps: { }", 4, "give one of"),
      ("  denoiser.steps: { choice: [] }", 4, "choice: ["),
      ("  denoiser.steps: { choice: [5, 5] }", 4, "choice: ["),
      ("  denoiser.learning_rate: { log_uniform: [0, 1] }", 4, "log_uniform"),
      ("  denoiser.learning_rate: { log_uniform: [1e-5, fast] }", 4, "log_uniform"),
      ("  sampling.solver: { choice: [dpmpp2m, magic] }", 4, "solver"),
      ("  sampling.steps: { int: [10, 50], when: { sampling.solvr: ddim } }", 4, "add it to parameters"),
      (
        "  sampling.solver: { choice: [dpmpp2m] }\n  sampling.steps: { int: [2, 9], when: { sampling.solver: ddim } }",
        5, "dpmpp2m"
      ),
      (
        "  sampling.solver: { choice: [ddim], when: { sampling.steps: 3 } }\n"
          + "  sampling.steps: { int: [2, 9], when: { sampling.solver: ddim } }", 4, "when"
      ),
    ])
  func mistakes(lines: String, line: Int, remedy: String) {
    let found = problems(parameters(lines))
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.place.line == line)
    #expect(found.first?.place.key != nil)
    #expect(found.first?.remedy?.contains(remedy) == true, "\(found)")
  }

  @Test(
    "a mistake outside the parameters names a remedy",
    arguments: [
      ("sweep: { trials: 0 }", "sweep.trials"), ("sweep: { trials: 9, budget: soon }", "sweep.budget"),
      ("sweep: { trials: 9, scop: run }", "sweep.scop"), ("sweep: { trials: 9, scope: world }", "sweep.scope"),
      ("sweep: { trials: 9, max_parallel: many }", "sweep.max_parallel"), ("sweep: { name: x }", "sweep.trials"),
      ("sweep: { trials: 9 }\nsampler: { kind: tpee }", "sampler.kind"),
      ("sweep: { trials: 9 }\nsampler: { kind: file }", "sampler.path"),
      ("sweep: { trials: 9 }\nsampler: { kind: file, points: [{ denoiser.stps: 3 }] }", "denoiser.stps"),
      ("sweep: { trials: 9 }\nsampler: { kind: file, points: [{ denoiser.steps: 30 }] }", "denoiser.steps"),
      ("sweep: { trials: 9 }\npruner: { kind: asha, metric: val_loss, min: 9, max: 3 }", "pruner.min"),
      ("sweep: { trials: 9 }\npruner: { kind: asha, metric: val_loss, min: 3 }", "pruner.max"),
      ("sweep: { trials: 9 }\npruner: { kind: asha, metric: joy, min: 3, max: 9 }", "pruner.goal"),
      ("sweep: { trials: 9 }\npruner: { kind: asha, metric: loss, min: 3, max: 9, brackets: 5 }", "pruner.brackets"),
      ("sweep: { trials: 9 }\npruner: { kind: asha, metric: loss, min: 3, max: 9, eta: 1 }", "pruner.eta"),
      ("sweep: { trials: 9 }\nparameter: { }", "parameter"),
    ])
  func otherMistakes(head: String, key: String) {
    let found = problems(
      "\(head)\nobjective: { name: pairs, goal: maximize }\nparameters: { denoiser.steps: { int: [2, 9] } }\n")
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.place.key == key)
    #expect(found.first?.remedy?.isEmpty == false)
  }

  @Test("a grid of a range without steps is refused, with a step it is not")
  func grids() {
    let head = "sampler: { kind: grid }\n"
    #expect(
      problems(head + parameters("  classifier.scale: { uniform: [0, 2] }")).first?.message.contains("steps") == true)
    #expect(problems(head + parameters("  classifier.scale: { uniform: [0, 2], step: 0.5 }")).isEmpty)
  }

  @Test("options of tables can be parameters")
  func tables() {
    #expect(problems(parameters("  tables.loan.clusters: { int: [5, 50] }")).isEmpty)
    #expect(problems(parameters("  tables.loan.clusters: { int: [0, 50] }")).count == 1)
    #expect(problems(parameters("  tables.loan.colour: { int: [5, 50] }")).count == 1)
  }

  @Test("choices that exclude each other are found before the first trial")
  func conflicts() throws {
    var base = ConfigurationReader()
    try base.read(text: "denoiser: { process: ddpm, timesteps: 100 }", source: "c.yaml")
    let good = try SweepFile.read(
      text: parameters("  sampling.solver: { choice: [dpmpp2m, ancestral] }"), source: "s"
    ).specification
    #expect(SweepCheck.conflicts(good.space, base: base).isEmpty)
    let bad = try SweepFile.read(
      text: parameters(
        "  denoiser.process: { choice: [edm, ddpm] }\n  sampling.solver: { choice: [dpmpp2m, ancestral] }"),
      source: "s"
    ).specification
    #expect(!SweepCheck.conflicts(bad.space, base: base).isEmpty)
  }

  @Test("a list of trials is read from a table and from YAML")
  func points() throws {
    let space = try SweepFile.read(text: Self.example, source: "s").specification.space
    let table = "labels.clusters,denoiser.layers,denoiser.learning_rate\n10,\"[256, 256]\",1e-5\n20,,0.01\n"
    let points = try PointList.read(text: table, source: "t.csv", space: space)
    #expect(points.count == 2)
    #expect(points[0]["denoiser.layers"] == .array([.integer(256), .integer(256)]))
    #expect(points[0]["denoiser.learning_rate"] == .number(1e-5))
    #expect(points[1]["denoiser.layers"] == nil)
    let same = try PointList.read(
      text: "- { labels.clusters: 10, denoiser.layers: [256, 256], denoiser.learning_rate: 1e-5 }\n"
        + "- { labels.clusters: 20, denoiser.learning_rate: 0.01 }\n", source: "t.yaml", space: space)
    #expect(same == points)
    #expect(throws: ClavaError.self) {
      try PointList.read(text: "labels.clusters\n12\n", source: "t.csv", space: space)
    }
  }
}
