import Configuration
import Essentials
import SweepFunctions
import Sweeps
import Testing

@Suite("Parameter spaces")
struct ParameterSpaceTests {
  private let space = ParameterSpace([
    .choice("kind", ["a", "b", "c"]),
    .integer("n", 1, 4, when: ("kind", "b")),
    Parameter(name: "s", domain: .numbers(.init(low: 0, high: 1, step: 0.25))),
    Parameter(name: "w", domain: .integers(.init(low: 1, high: 1000, isLogarithmic: true))),
  ])

  @Test("choices are taken by floor(u·n), numbers evenly, logarithms evenly in ratios")
  func cube() {
    let low = space.point([0, 0, 0, 0]), middle = space.point([0.5, 0.5, 0.5, 0.5])
    let high = space.point([0.999, 0.999, 0.999, 0.999])
    #expect(low.canonicalText == "kind=a; s=0; w=1")
    #expect(middle.canonicalText == "kind=b; n=3; s=0.5; w=22")
    #expect(high.canonicalText == "kind=c; s=1; w=993")
  }

  @Test("a grid has each cell once: inactive parameters make no cells of their own")
  func cells() {
    let grid = ParameterSpace(Array(space.parameters.prefix(2)))
    #expect(
      grid.cells.map(\.canonicalText) == [
        "kind=a", "kind=b; n=1", "kind=b; n=2", "kind=b; n=3", "kind=b; n=4", "kind=c",
      ])
  }

  @Test("a condition may name a parameter that is declared later")
  func order() {
    let turned = ParameterSpace([.integer("n", 1, 4, when: ("kind", "b")), .choice("kind", ["a", "b"])])
    #expect(turned.point([0.5, 0.9]).canonicalText == "kind=b; n=3")
    #expect(turned.point([0.5, 0.1]).canonicalText == "kind=a")
  }

  @Test("settings give the configuration, and the difference names what changed")
  func settings() throws {
    let parameters = TrialParameters([
      "denoiser.layers": .array([.integer(64), .integer(64)]), "denoiser.learning_rate": .number(1e-5),
      "sampling.solver": .string("dpmpp2m"),
    ])
    #expect(
      parameters.settings == ["denoiser.layers=[64, 64]", "denoiser.learning_rate=1e-05", "sampling.solver=dpmpp2m"])
    #expect(try TrialParameters(settings: parameters.settings) == parameters)
    var reader = ConfigurationReader()
    for setting in parameters.settings { try reader.read(override: setting) }
    let configuration = try reader.finish()
    #expect(configuration.denoiser.layers == [64, 64] && configuration.denoiser.learningRate == 1e-5)
    let space = ParameterSpace(parameters.values.keys.sorted().map { .choice($0, ["any"]) })
    #expect(
      space.difference(parameters, from: Configuration()) == [
        "denoiser.layers: [256, 256, 256] → [64, 64]", "denoiser.learning_rate: 0.001 → 1e-05",
      ])
  }

  @Test("parameters chosen by hand are checked by name, value and condition")
  func checks() {
    func count(_ values: [String: JSONValue]) -> Int { space.problems(of: TrialParameters(values)).count }
    #expect(count(["kind": .string("b"), "n": .integer(4), "s": .number(0.25)]) == 0)
    #expect(count(["kimd": .string("b")]) == 1)
    #expect(count(["kind": .string("d")]) == 1)
    #expect(count(["s": .number(0.3)]) == 1)
    #expect(count(["n": .integer(5)]) == 1)
    #expect(count(["kind": .string("a"), "n": .integer(4)]) == 1)
  }

  @Test("adding a parameter moves no other one under random search")
  func adding() {
    let options = { () -> SamplerOptions in
      var options = SamplerOptions()
      options.kind = .random
      return options
    }()
    let small = Sampler(options, space: ParameterSpace(Array(space.parameters.suffix(2))), seed: 5)
    let large = Sampler(options, space: space, seed: 5)
    for trial in 0..<50 {
      let first = small.suggest(trial: trial), second = large.suggest(trial: trial)
      #expect(first["s"] == second["s"] && first["w"] == second["w"])
    }
  }
}
