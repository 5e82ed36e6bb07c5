import Configuration
import Essentials
import Testing

@Suite("Options of single denoisers")
struct DenoiserOverrideTests {
  private func read(_ text: String) throws -> Configuration { try ConfigurationText.read(text) }

  @Test("what is said of one denoiser stands over what is said of all, for it alone")
  func overrides() throws {
    let configuration = try read(
      """
      denoisers:
        trans: { learning_rate: 2e-3, layers: [128, 128] }
        "order.account_id>account": { steps: 1_000 }
      denoiser: { learning_rate: 5e-4, steps: 700 }
      """)
    let trans = configuration.configured(forDenoiser: "trans").denoiser
    #expect(trans.learningRate == 2e-3 && trans.layers == [128, 128] && trans.steps == 700)
    let order = configuration.configured(forDenoiser: "order.account_id>account").denoiser
    #expect(order.learningRate == 5e-4 && order.steps == 1000)
    #expect(configuration.configured(forDenoiser: "account") == configuration)
    #expect(configuration.denoiser.learningRate == 5e-4)
  }

  @Test("they can be set on the command line, one by one or together")
  func commandLine() throws {
    var reader = ConfigurationReader()
    try reader.read(text: "denoisers: { trans: { batch: 64 } }", source: "c.yaml")
    try reader.read(override: "denoisers.trans.batch=32")
    try reader.read(override: "denoisers.trans={ dropout: 0.1, early_stopping: no }")
    try reader.read(override: "denoisers.order.account_id>account.layers=[8]")
    let found = try reader.finish().denoisers
    #expect(found["trans"]?.values == ["batch": "32", "dropout": "0.1", "early_stopping": "false"])
    #expect(found["order.account_id>account"]?.values == ["layers": "[8]"])
  }

  @Test(
    "a mistake names its line, its key and what may stand there",
    arguments: [
      ("learning_rat: 1e-3", "learning_rate"), ("denoiser.learning_rate: 1e-3", "learning_rate"),
      ("process: ddpm", "set denoiser.process"), ("rungs: [5]", "set denoiser.rungs"),
      ("learning_rate: fast", "peak learning rate"), ("steps: 0", "optimiser steps"),
    ])
  func mistakes(option: String, remedy: String) {
    let found = ConfigurationText.problems("seed: 1\ndenoisers:\n  trans:\n    \(option)\n")
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.place.line == 4)
    #expect(found.first?.place.key == "denoisers.trans.\(option.prefix { $0 != ":" })")
    #expect(found.first?.remedy?.contains(remedy) == true, "\(found)")
  }

  @Test("options that exclude each other are found for one denoiser too, and common mistakes are said once")
  func conflicts() {
    for (text, word) in [
      ("denoisers: { trans: { early_stopping: true } }", "early_stopping"),
      ("denoisers: { trans: { layers: [] } }", "list of layers is empty"),
      ("denoisers: { trans: { loss: variational_bound } }", "denoiser.process edm"),
      ("denoisers: trans", "denoisers by name"), ("denoisers: { trans: 5 }", "expected options"),
    ] {
      let found = ConfigurationText.problems(text)
      #expect(found.count == 1 && found.first?.description.contains("trans") == true, "\(found)")
      #expect(found.first?.message.contains(word) == true, "\(found)")
    }
    let both = ConfigurationText.problems("denoiser: { layers: [] }\ndenoisers: { trans: { steps: 5 } }")
    #expect(both.count == 1, "\(both)")
    #expect(ConfigurationText.problems("denoisers: { t: { early_stopping: true, holdout: 0.1 } }").isEmpty)
  }

  @Test("a misspelt section is nearest to the section that is called alike")
  func misspelt() {
    #expect(ConfigurationText.problems("denoisr: { steps: 5 }").first?.remedy == "did you mean 'denoiser'?")
    #expect(ConfigurationText.problems("denoiserss: { t: { steps: 5 } }").first?.remedy == "did you mean 'denoisers'?")
  }

  @Test("what is written can be read again, and differences name denoiser and option")
  func roundTrip() throws {
    var configuration = Configuration()
    configuration.denoisers["a: #b"] = .init(["layers": "[64, 32]", "learning_rate": "0.00123456789012345678"])
    configuration.denoisers["order.x>y"] = .init(["early_stopping": "false", "holdout": "0.1", "ema": "0"])
    let again = try read(ConfigurationWriter.text(configuration, explained: true))
    #expect(again.denoisers["a: #b"]?.values["layers"] == "[64, 32]")
    #expect(
      again.configured(forDenoiser: "a: #b").denoiser == configuration.configured(forDenoiser: "a: #b").denoiser)
    let third = try read(ConfigurationWriter.text(again, explained: false))
    #expect(ConfigurationWriter.differences(from: again, to: third).isEmpty)
    var other = again
    other.denoisers["order.x>y"]?.values["ema"] = "0.5"
    other.denoisers["z"] = .init(["steps": "9"])
    #expect(
      ConfigurationWriter.differences(from: again, to: other)
        == ["denoisers.order.x>y.ema: 0 → 0.5", "denoisers.z.steps: unset → 9"])
  }

  @Test("rungs are at the same shares of a denoiser's own steps")
  func rungs() throws {
    let configuration = try read(
      "denoiser: { steps: 1200, rungs: [300, 600], passes: 0 }\ndenoisers: { t: { steps: 400 } }")
    #expect(configuration.configured(forDenoiser: "t").steps(rows: 100_000) == 400)
    #expect(configuration.trainingParts(steps: 400) == [100, 200, 400])
  }
}
