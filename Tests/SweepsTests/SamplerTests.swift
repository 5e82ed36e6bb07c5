import Essentials
import SweepFunctions
import Sweeps
import Testing

@Suite("Samplers")
struct SamplerTests {
  private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  @Test("TPE beats random search on functions of three and four parameters", arguments: TestFunction.allCases)
  func beatsRandom(function: TestFunction) throws {
    let estimated = try (0..<20).map { try SimulatedSweep.best(function, .tpe, trials: 60, seed: $0) }
    let random = try (0..<20).map { try SimulatedSweep.best(function, .random, trials: 60, seed: $0) }
    #expect(median(estimated) < median(random))
  }

  private func sampler(_ space: ParameterSpace = TestFunction.conditional.space) -> Sampler {
    Sampler(SamplerOptions(), space: space, seed: 4)
  }

  private func results(_ count: Int) -> [TrialResult] {
    let sampler = sampler()
    return (0..<count).map { number in
      let parameters = sampler.suggest(trial: number)
      return TrialResult(
        number: number, parameters: parameters, outcome: .complete([TestFunction.conditional.value(parameters)]))
    }
  }

  @Test("a suggestion depends on its arguments only, and another trial gets another one")
  func pure() {
    let first = sampler().suggest(trial: 40, results: results(40))
    #expect(first == sampler().suggest(trial: 40, results: results(40)))
    #expect(first != sampler().suggest(trial: 41, results: results(40)))
  }

  @Test("only active parameters are set, all with values of their range")
  func conditional() {
    let sampler = sampler()
    for trial in 20..<80 {
      let chosen = sampler.suggest(trial: trial, results: results(20))
      #expect(sampler.space.problems(of: chosen).isEmpty)
      #expect(chosen.values.count == (chosen["kind"] == .string("linear") ? 2 : 3))
    }
  }

  @Test("a running trial keeps others away from its place")
  func liar() throws {
    let space = ParameterSpace([.number("x", 0, 1)])
    func result(_ number: Int, _ x: Double, _ outcome: TrialResult.Outcome) -> TrialResult {
      TrialResult(number: number, parameters: TrialParameters(["x": .number(x)]), outcome: outcome)
    }
    let known = (0..<20).map { result($0, (Double($0) + 0.5) / 20, .complete([abs(Double($0) - 8.2)])) }
    let running = (20..<60).map { result($0, 0.425 + Double($0 - 40) * 1e-3, .running) }
    func distance(_ results: [TrialResult]) throws -> Double {
      let places = try (100..<150).map { trial in
        try #require(sampler(space).suggest(trial: trial, results: results)["x"]?.double)
      }
      return places.map { abs($0 - 0.425) }.reduce(0, +)
    }
    #expect(try distance(known + running) > 1.5 * distance(known))
  }

  @Test("several objectives: suggestions gather between the two best points")
  func severalObjectives() throws {
    let space = ParameterSpace([.number("x", 0, 10), .number("y", 0, 10)])
    func losses(_ parameters: TrialParameters) -> [Double] {
      let x = parameters["x"]?.double ?? 0, y = parameters["y"]?.double ?? 0
      return [(x - 2) * (x - 2) + y * y, (x - 5) * (x - 5) + y * y]
    }
    var results: [TrialResult] = []
    for trial in 0..<120 {
      let chosen = sampler(space).suggest(trial: trial, results: results)
      results.append(TrialResult(number: trial, parameters: chosen, outcome: .complete(losses(chosen))))
    }
    let late = results.suffix(60)
    let near = late.count { result in
      let x = result.parameters["x"]?.double ?? 0, y = result.parameters["y"]?.double ?? 9
      return (1...6).contains(x) && y < 3
    }
    #expect(near >= 30, "\(near) of 60")
  }

  @Test("enqueued values are kept and the others chosen")
  func fixed() {
    let fixed = TrialParameters(["kind": .string("tree"), "depth": .integer(6)])
    let chosen = sampler().suggest(trial: 30, results: results(30), fixed: fixed)
    #expect(chosen["kind"] == .string("tree") && chosen["depth"] == .integer(6) && chosen["rate"] != nil)
  }
}
