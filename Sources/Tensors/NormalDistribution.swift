internal import Foundation

/// The standard normal distribution in double precision.
public enum NormalDistribution {
  /// Φ(x), the probability of a value of at most `x`, with full relative accuracy in the lower tail.
  public static func cumulative(_ x: Double) -> Double {
    0.5 * erfc(-x * 0.707_106_781_186_547_5)
  }

  /// Φ⁻¹(p): −∞ at 0, +∞ at 1, NaN outside [0, 1].
  ///
  /// Relative error about 1e-16. Source: Wichura, "Algorithm AS 241: the percentage points of the normal
  /// distribution", Applied Statistics 37 (1988), PPND16.
  public static func quantile(_ p: Double) -> Double {
    let q = p - 0.5
    if abs(q) <= 0.425 {
      let r = 0.180625 - q * q
      return q * polynomial(centralNumerator, r) / polynomial(centralDenominator, r)
    }
    let tail = q < 0 ? p : 1 - p
    guard tail > 0 else { return tail == 0 ? (q < 0 ? -.infinity : .infinity) : .nan }
    var r = (-log(tail)).squareRoot()
    let value: Double
    if r <= 5 {
      r -= 1.6
      value = polynomial(middleNumerator, r) / polynomial(middleDenominator, r)
    } else {
      r -= 5
      value = polynomial(farNumerator, r) / polynomial(farDenominator, r)
    }
    return q < 0 ? -value : value
  }

  private typealias Coefficients = (Double, Double, Double, Double, Double, Double, Double, Double)

  private static func polynomial(_ c: Coefficients, _ x: Double) -> Double {
    ((((((c.7 * x + c.6) * x + c.5) * x + c.4) * x + c.3) * x + c.2) * x + c.1) * x + c.0
  }

  private static let centralNumerator: Coefficients = (
    3.387_132_872_796_366_608, 1.331_416_678_917_843_774_5e+2, 1.971_590_950_306_551_442_7e+3,
    1.373_169_376_550_946_112_5e+4, 4.592_195_393_154_987_145_7e+4, 6.726_577_092_700_870_085_3e+4,
    3.343_057_558_358_812_810_5e+4, 2.509_080_928_730_122_672_7e+3
  )
  private static let centralDenominator: Coefficients = (
    1.0, 4.231_333_070_160_091_125_2e+1, 6.871_870_074_920_579_083e+2, 5.394_196_021_424_751_107_7e+3,
    2.121_379_430_158_659_586_7e+4, 3.930_789_580_009_271_061e+4, 2.872_908_573_572_194_267_4e+4,
    5.226_495_278_852_854_561e+3
  )
  private static let middleNumerator: Coefficients = (
    1.423_437_110_749_683_577_34, 4.630_337_846_156_545_295_9, 5.769_497_221_460_691_405_5,
    3.647_848_324_763_204_605_04, 1.270_458_252_452_368_382_58, 2.417_807_251_774_506_117_7e-1,
    2.272_384_498_926_918_458_33e-2, 7.745_450_142_783_414_076_4e-4
  )
  private static let middleDenominator: Coefficients = (
    1.0, 2.053_191_626_637_758_821_87, 1.676_384_830_183_803_849_4, 6.897_673_349_851_000_045_5e-1,
    1.481_039_764_274_800_745_9e-1, 1.519_866_656_361_645_719_66e-2, 5.475_938_084_995_344_946e-4,
    1.050_750_071_644_416_843_24e-9
  )
  private static let farNumerator: Coefficients = (
    6.657_904_643_501_103_777_2, 5.463_784_911_164_114_369_9, 1.784_826_539_917_291_335_8,
    2.965_605_718_285_048_912_3e-1, 2.653_218_952_657_612_309_3e-2, 1.242_660_947_388_078_438_6e-3,
    2.711_555_568_743_487_578_15e-5, 2.010_334_399_292_288_132_65e-7
  )
  private static let farDenominator: Coefficients = (
    1.0, 5.998_322_065_558_879_376_9e-1, 1.369_298_809_227_358_053_1e-1, 1.487_536_129_085_061_485_25e-2,
    7.868_691_311_456_132_591e-4, 1.846_318_317_510_054_681_8e-5, 1.421_511_758_316_445_888_7e-7,
    2.044_263_103_389_939_785_64e-15
  )
}
