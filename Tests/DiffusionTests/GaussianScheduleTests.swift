import Diffusion
import Foundation
import Storage
import TestSupport
import Testing

@Suite("Noise schedules")
struct GaussianScheduleTests {
  @Test(
    "every derived quantity equals the reference",
    arguments: GaussianSchedule.Kind.allCases, [50, 1_000, 2_000])
  func golden(kind: GaussianSchedule.Kind, steps: Int) throws {
    let file = try ArtifactReader(path: Fixtures.path("golden/schedule.h5"))
    let schedule = GaussianSchedule(kind: kind, steps: steps)
    var quantities = [
      ("betas", schedule.betas), ("alphas_cumprod", schedule.cumulativeProducts),
      ("posterior_variance", schedule.posteriorVariances),
    ]
    if kind == .cosine || steps != 1_000 {
      quantities += [
        ("posterior_mean_coef1", schedule.cleanFactors), ("posterior_mean_coef2", schedule.noisyFactors),
      ]
    }
    if steps != 1_000 { quantities.append(("sigma2", schedule.samplingVariances)) }
    for (name, values) in quantities {
      let expected = try file.read("\(kind.rawValue)_\(steps)/\(name)", as: Double.self)
      #expect(values.count == expected.count)
      let worst = zip(values, expected).map { abs($0 - $1) / max(abs($1), 1e-300) }.max()
      #expect((worst ?? 1) < 1e-9, "\(name)")
    }
  }

  @Test("the end of the published schedule has the published products")
  func end() {
    let schedule = GaussianSchedule()
    #expect(abs(schedule.cumulativeProducts[1_998] / 6.07192e-7 - 1) < 1e-5)
    #expect(abs(schedule.cumulativeProducts[1_999] / 6.07192e-10 - 1) < 1e-5)
    #expect(schedule.betas[1_999] == 1 - (1 - 0.999))
    #expect(schedule.previousProduct(0) == 1 && schedule.previousProduct(5) == schedule.cumulativeProducts[4])
  }

  @Test("the shortest schedules of either kind stay between zero and one", arguments: GaussianSchedule.Kind.allCases)
  func short(kind: GaussianSchedule.Kind) {
    for steps in 2...30 {
      let schedule = GaussianSchedule(kind: kind, steps: steps)
      #expect(schedule.cumulativeProducts.allSatisfy { $0 > 0 && $0 < 1 })
      #expect(schedule.samplingVariances.allSatisfy { $0 > 0 && $0 < 1 })
    }
  }

  @Test("shapes without a process are of the continuous one, and others come back as they were")
  func exchange() throws {
    let layout = FeatureLayout(numericCount: 2, levelCounts: [], scales: [])
    let plain = DenoiserShape(features: layout, conditionWidth: 3, layers: [8])
    let text = try #require(String(data: try JSONEncoder().encode(plain), encoding: .utf8))
    #expect(!text.contains("process") && !text.contains("dropout"))
    #expect(try JSONDecoder().decode(DenoiserShape.self, from: Data(text.utf8)) == plain)
    let other = DenoiserShape(
      features: layout, conditionWidth: 0, layers: [8], process: .ddpm(GaussianSchedule(kind: .linear, steps: 70)),
      dropout: 0.25)
    #expect(try JSONDecoder().decode(DenoiserShape.self, from: try JSONEncoder().encode(other)) == other)
    let damaged = Data(#"{"kind": "cosine", "steps": 1}"#.utf8)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(GaussianSchedule.self, from: damaged) }
  }
}
