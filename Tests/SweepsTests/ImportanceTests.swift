import Essentials
import SweepFunctions
import Sweeps
import Testing

@Suite("Importance of parameters")
struct ImportanceTests {
  private let space = ParameterSpace([
    .number("a", 0, 1), .number("b", 0, 1), .choice("c", ["x", "y", "z"]), .number("idle", 1e-4, 1, logarithmic: true),
  ])

  private func importance(_ value: (Double, Double, Int, Int) -> Double) -> ParameterImportance? {
    var options = SamplerOptions()
    options.kind = .sobol
    let sampler = Sampler(options, space: space, seed: 1)
    let trials = (0..<256).map { trial -> (TrialParameters, Double) in
      let chosen = sampler.suggest(trial: trial)
      let choice = ["x", "y", "z"].firstIndex { chosen["c"] == .string($0) } ?? 0
      return (chosen, value(chosen["a"]?.double ?? 0, chosen["b"]?.double ?? 0, choice, trial))
    }
    return ParameterImportance.of(space, trials: trials, seed: 3)
  }

  @Test("shares are those of the analytic variances")
  func analytic() throws {
    // Variances: 9/12 for 3a, 1/12 for b, and 2/3·s² for a choice of −s, 0, s.
    let found = try #require(importance { a, b, choice, _ in 3 * a + b + 0.5 * Double(choice - 1) })
    let variances = ["a": 0.75, "b": 1.0 / 12, "c": 2.0 / 3 * 0.25, "idle": 0]
    for share in found.shares {
      #expect(abs(share.share - (variances[share.name] ?? 9)) < 0.06, "\(share)")
    }
    #expect(found.shares.map(\.name).first == "a" && found.shares.map(\.name).last == "idle")
    #expect(found.isEvident && (found.score ?? 0) > 0.9)
    #expect(found == importance { a, b, choice, _ in 3 * a + b + 0.5 * Double(choice - 1) })
  }

  @Test("an interaction belongs to no parameter alone")
  func interaction() throws {
    let found = try #require(importance { a, b, _, _ in (a - 0.5) * (b - 0.5) })
    #expect(found.interactions > 0.6)
  }

  @Test("noise is not enough evidence")
  func noise() throws {
    let found = try #require(importance { _, _, _, trial in Double((trial &* 7919 &+ 13) &* trial % 101) })
    #expect(!found.isEvident)
  }

  @Test("too few or equal trials have no importance")
  func nothing() {
    #expect(importance { _, _, _, _ in 1 } == nil)
    #expect(ParameterImportance.of(space, trials: [], seed: 1) == nil)
  }
}
