import Essentials
import Foundation
import Sweeps
import Testing

@Suite("Sweep files of Weights & Biases")
struct WandbFileTests {
  @Test("every line of the table of translations")
  func translation() throws {
    let text = """
      program: train.py
      command: [python, train.py]
      method: bayes
      name: theirs
      run_cap: 40
      metric: { name: pairs, goal: maximize }
      early_terminate: { type: hyperband, min_iter: 500, max_iter: 13500, eta: 3 }
      parameters:
        denoiser.process: { value: ddpm }
        denoiser.batch: { values: [256, 1024] }
        denoiser.steps: { min: 500, max: 2000 }
        classifier.scale: { min: 0.5, max: 2 }
        denoiser.dropout: { distribution: q_uniform, min: 0, max: 0.5, q: 0.1 }
        denoiser:
          parameters:
            learning_rate: { distribution: log_uniform_values, min: 1e-5, max: 1e-2 }
            weight_decay: { distribution: log_uniform, min: -9, max: -2 }
      """
    let file = try SweepFile.read(text: text, source: "w.yaml")
    let sweep = file.specification
    #expect(sweep.sampler.kind == .tpe && sweep.trials == 40 && sweep.name == "theirs")
    #expect(sweep.objectives == [Objective(name: "pairs", goal: .maximize)])
    #expect(sweep.pruner.kind == .hyperband && sweep.pruner.min == 500 && sweep.pruner.goal == .maximize)
    #expect(file.notices.contains { $0.contains("program") } && file.notices.contains { $0.contains("command") })
    func domain(_ name: String) -> Parameter.Domain? { sweep.space.named(name)?.domain }
    #expect(domain("denoiser.process") == .value(.string("ddpm")))
    #expect(domain("denoiser.batch") == .choice([.integer(256), .integer(1024)]))
    #expect(domain("denoiser.steps") == .integers(.init(low: 500, high: 2000)))
    #expect(domain("classifier.scale") == .numbers(.init(low: 0.5, high: 2)))
    #expect(domain("denoiser.dropout") == .numbers(.init(low: 0, high: 0.5, step: 0.1)))
    #expect(domain("denoiser.learning_rate") == .numbers(.init(low: 1e-5, high: 1e-2, isLogarithmic: true)))
    #expect(domain("denoiser.weight_decay") == .numbers(.init(low: exp(-9), high: exp(-2), isLogarithmic: true)))
    #expect(try SweepFile.read(text: SweepFileWriter.text(sweep), source: "s").specification == sweep)
  }

  @Test(
    "what has no counterpart is refused with a remedy",
    arguments: [
      "method: magic\nmetric: { name: pairs }\nrun_cap: 3\nparameters: { denoiser.steps: { min: 5, max: 9 } }",
      "method: random\nrun_cap: 3\nparameters: { denoiser.steps: { min: 5, max: 9 } }",
      "method: random\nmetric: { name: pairs }\nparameters: { denoiser.steps: { min: 5, max: 9 } }",
      "method: random\nmetric: { name: pairs }\nrun_cap: 3\nparameters: { classifier.scale: { distribution: normal, mu: 0 } }",
      "method: random\nmetric: { name: pairs }\nrun_cap: 3\nparameters: { learning_rate: { min: 0.1, max: 0.2 } }",
      "method: random\nmetric: { name: pairs }\nrun_cap: 3\nearly_terminate: { type: hyperband, min_iter: 3 }\n"
        + "parameters: { denoiser.steps: { min: 5, max: 9 } }",
    ])
  func refused(text: String) {
    do {
      _ = try SweepFile.read(text: text, source: "w.yaml")
      Issue.record("it was read")
    } catch let error as ClavaError {
      #expect(error.problems.allSatisfy { $0.place.line != nil && $0.remedy?.isEmpty == false }, "\(error)")
    } catch {
      Issue.record("\(error)")
    }
  }
}
