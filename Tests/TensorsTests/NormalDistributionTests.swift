import Tensors
import Testing

@Suite("Normal distribution")
struct NormalDistributionTests {
  @Test(
    "quantiles equal published values",
    arguments: [
      (0.5, 0.0), (0.975, 1.959_963_984_540_054), (0.001, -3.090_232_306_167_813_5),
      (1e-5, -4.264_890_793_922_825), (1e-10, -6.361_340_902_404_056), (1e-300, -37.047_096_299_361_2),
    ])
  func quantiles(probability: Double, expected: Double) {
    #expect(abs(NormalDistribution.quantile(probability) - expected) <= 1e-14 * max(1, abs(expected)))
  }

  @Test("the distribution function inverts the quantile from tail to tail")
  func inverse() {
    for index in 1..<2_000 {
      let probability = Double(index) / 2_000
      let back = NormalDistribution.cumulative(NormalDistribution.quantile(probability))
      #expect(abs(back - probability) < 1e-14 * max(1, 10 * probability))
    }
    for exponent in 3...30 {
      let probability = Double(sign: .plus, exponent: -10 * exponent, significand: 1)
      let back = NormalDistribution.cumulative(NormalDistribution.quantile(probability))
      #expect(abs(back / probability - 1) < 1e-12)
    }
  }

  @Test("the ends are infinite and what is no probability is not a number")
  func ends() {
    #expect(NormalDistribution.quantile(0) == -.infinity)
    #expect(NormalDistribution.quantile(1) == .infinity)
    #expect(NormalDistribution.quantile(1.5).isNaN)
    #expect(NormalDistribution.quantile(-0.5).isNaN)
  }
}
