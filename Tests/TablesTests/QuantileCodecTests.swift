import Essentials
import Foundation
import Storage
import Tables
import Tensors
import TestSupport
import Testing

/// A matrix of a golden file, by column.
private func columns(_ file: ArtifactReader, _ name: String) throws -> [[Double]] {
  let values = try file.read(name, as: Double.self)
  let width = try file.shape(name)[1]
  return (0..<width).map { column in stride(from: column, to: values.count, by: width).map { values[$0] } }
}

private let published = CodecOptions(
  kind: .quantile, categoryOrder: .lexicographic, roundsNumbers: false, tolerance: .absolute, usesAllRows: false)

private let anyDecimal = NumberFormat.decimal(minimumPlaces: 0, maximumPlaces: 17)

private func fit(_ values: [Double], _ options: CodecOptions = published) -> QuantileCodec {
  QuantileCodec.fit(values: values, realValues: [], format: anyDecimal, options: options)
}

@Suite("Quantile codec")
struct QuantileCodecTests {
  @Test(
    "quantiles, normal values and the inverse map agree with the golden values", arguments: ["n7", "n500", "n5000"])
  func golden(group: String) throws {
    let file = try ArtifactReader(path: Fixtures.path("golden/quantile.h5"))
    func read(_ name: String) throws -> [[Double]] { try columns(file, "\(group)/\(name)") }
    let x = try read("x"), quantiles = try read("quantiles"), z = try read("z")
    let newX = try read("x_new"), newZ = try read("z_new"), inverse = try read("x_inv")
    let grid = try file.read("\(group)/z_grid", as: Double.self)
    let references = try file.read("\(group)/references", as: Double.self)
    #expect(x.count == (group == "n5000" ? 6 : 16))
    for column in x.indices {
      let codec = fit(x[column])
      #expect(codec.ranks == references)
      #expect(relativeDifference(codec.quantiles, quantiles[column]) <= 1e-12)
      let known = x[column].prefix(z[column].count).map { codec.encode($0) }
      #expect(maximumDifference(known, z[column]) <= 1e-9, "column \(column)")
      #expect(maximumDifference(newX[column].map { codec.encode($0) }, newZ[column]) <= 1e-9, "column \(column)")
      #expect(relativeDifference(grid.map(codec.decode), inverse[column]) <= 1e-12, "column \(column)")
    }
    guard file.contains("\(group)/roundtrip") else { return }
    let roundTrip = try read("roundtrip")
    for column in x.indices {
      let codec = fit(x[column])
      #expect(relativeDifference(z[column].map(codec.decode), roundTrip[column]) <= 1e-12, "column \(column)")
    }
  }

  @Test("a table in single precision gives the normal values of double precision arithmetic")
  func singlePrecision() throws {
    let file = try ArtifactReader(path: Fixtures.path("golden/quantile.h5"))
    let x = try file.read("float32_table/x", as: Float.self)
    let expected = try columns(file, "float32_table/z_from_float64")
    for column in expected.indices {
      let values = stride(from: column, to: x.count, by: expected.count).map { Double(x[$0]) }
      let codec = fit(values)
      #expect(maximumDifference(values.map { codec.encode($0) }, expected[column]) <= 1e-9, "column \(column)")
    }
  }

  @Test("the number of quantiles follows the published rule")
  func quantileCount() throws {
    let file = try ArtifactReader(path: Fixtures.path("golden/quantile.h5"))
    let rows = try file.read("rule_n_train", as: Int64.self)
    let expected = try file.read("rule_n_quantiles_used", as: Int64.self)
    #expect(rows.map { Int64(QuantileCodec.quantileCount(rowCount: Int($0))) } == expected)
    #expect(QuantileCodec.quantileCount(rowCount: 0) == 0)
  }

  static let shapes: [(name: String, values: [Double])] = {
    let stream = RandomStream(seed: 4, name: "quantile")
    let normal = (0..<900).map { stream.normal(row: UInt64($0)) }
    return [
      ("normal", normal), ("few values", normal.map { ($0 * 2).rounded() }),
      ("zeros and a long tail", normal.map { $0 < 1 ? 0 : exp($0 * 8) }),
      ("mostly the largest value", normal.map { min($0, -1) }), ("tiny range", normal.map { 5 + $0 * 1e-12 }),
      ("tiny numbers", normal.map { $0 * 1e-300 }), ("huge range", normal.map { max(-1, min(1, $0)) * 1.7e308 }),
      ("huge integers", normal.map { 0x1p52 + ($0 * 1000).rounded() }), ("two values", normal.map { $0 < 0 ? -1 : 7 }),
      ("one row", [3]), ("two rows", [3, 4]),
    ]
  }()

  @Test("both maps are monotone, end at the ends, and stay in the range", arguments: shapes.map(\.name))
  func monotone(name: String) throws {
    let values = try #require(Self.shapes.first { $0.name == name }).values
    let smallest = try #require(values.min()), largest = try #require(values.max())
    for tolerance in [QuantileCodec.Tolerance.relative, .absolute] {
      let codec = fit(values, CodecOptions(kind: .quantile, roundsNumbers: false, tolerance: tolerance))
      let encoded = values.sorted().map { codec.encode($0) }
      #expect(encoded == encoded.sorted())
      #expect(encoded.allSatisfy { abs($0) < 5.2 })
      let decoded = (-800...800).map { codec.decode(Double($0) / 100) }
      #expect(decoded == decoded.sorted())
      #expect(decoded.first == smallest && decoded.last == largest)
      #expect(codec.encode(-.greatestFiniteMagnitude) < -5.19 && codec.encode(.greatestFiniteMagnitude).isFinite)
      #expect(codec.decode(.infinity) == largest && codec.decode(-.infinity) == smallest)
      #expect(codec.decode(.nan).isFinite)
    }
  }

  @Test("with the relative tolerance different values stay apart and come back", arguments: shapes.map(\.name))
  func roundTrip(name: String) throws {
    let values = try #require(Self.shapes.first { $0.name == name }).values
    let codec = fit(values, CodecOptions(kind: .quantile, roundsNumbers: false, tolerance: .relative))
    let range = codec.quantiles[codec.quantiles.count - 1] / 2 - codec.quantiles[0] / 2
    for value in values {
      let z = codec.encode(value)
      // Where ranks of neighbours are clipped together or ties are broken by interpolation, a share of a step is lost.
      #expect(abs(codec.decode(z) / 2 - value / 2) <= 0.08 * range)
    }
    for quantile in codec.quantiles {
      let decoded = codec.decode(codec.encode(quantile))
      #expect(abs(decoded / 2 - quantile / 2) <= 1e-9 * range)
    }
  }

  @Test("a tiny range collapses only with the published tolerance, and a constant of any size has one place")
  func tolerance() {
    let tiny = (0..<300).map { 1 + Double($0) * 1e-11 }
    #expect(Set(tiny.map { fit(tiny).encode($0) }).count == 1)
    let relative = CodecOptions(kind: .quantile, tolerance: .relative)
    let codec = fit(tiny, relative)
    #expect(Set(tiny.map { codec.encode($0) }).count == tiny.count)
    for constant in [0, -1, 5e9, 1e300] {
      let codec = fit([Double](repeating: constant, count: 40), relative)
      #expect(codec.encode(constant) == -5.199337582605575)
      #expect([-6, -1, 0, 3, 6].allSatisfy { codec.decode($0) == constant })
    }
    // As published: 1e-7 added to 5e9 is lost.
    #expect(fit([5e9, 5e9]).encode(5e9) == 0)
  }

  @Test("integers of few different values are snapped, the smaller of two that are equally near")
  func snapping() {
    let values = (0..<320).map { Double($0 % 32) * 3 }
    let format = NumberFormat.integer
    let snapped = QuantileCodec.fit(values: values, realValues: values, format: format, options: published)
    #expect(snapped.rounding == .values((0..<32).map { Double($0) * 3 }))
    let decoded = (-500...500).map { snapped.decode(Double($0) / 100) }
    #expect(decoded.allSatisfy { $0.truncatingRemainder(dividingBy: 3) == 0 })
    let pair = QuantileCodec.fit(values: [0, 1], realValues: [0, 1], format: format, options: published)
    #expect(pair.decode(0) == 0)
    // The real values decide, not those of the training rows.
    let free = QuantileCodec.fit(values: values, realValues: values + [100], format: format, options: published)
    #expect(free.rounding == .none)
    #expect(free.decode(0.3) != free.decode(0.3).rounded())
    var rounding = published
    rounding.roundsNumbers = true
    let rounded = QuantileCodec.fit(values: values, realValues: values + [100], format: format, options: rounding)
    #expect(rounded.rounding == .format)
    #expect(rounded.decode(0.3) == free.decode(0.3).rounded())
    let halves = QuantileCodec.fit(
      values: [0.5, 1.5], realValues: [0.5, 1.5], format: anyDecimal, options: published)
    #expect(halves.rounding == .none)
  }

  @Test("numbers that are not rounded are written with all their digits and no exponent")
  func digits() {
    let codec = fit([0, 1])
    let texts: [(Double, String)] = [
      (1.0 / 3, "0.3333333333333333"), (2, "2"), (-0.1, "-0.1"), (0, "0"), (-0.0, "0"), (1e-7, "0.0000001"),
      (-1.25e-9, "-0.00000000125"), (1e22, "10000000000000000000000"),
      (1.5e300, "15" + String(repeating: "0", count: 299)),
      (9_007_199_254_740_992, "9007199254740992"),
    ]
    for (value, text) in texts {
      #expect(codec.text(value) == text)
      #expect(Double(codec.text(value)) == value)
    }
    let stream = RandomStream(seed: 1, name: "digits")
    for row in 0..<2000 {
      let value = stream.normal(row: UInt64(row)) * pow(10, Double(row % 60 - 30))
      #expect(Double(codec.text(value)) == value)
      #expect(!codec.text(value).contains("e"))
    }
    let whole = QuantileCodec.fit(values: [0, 1], realValues: [0, 1], format: .integer, options: published)
    #expect(whole.text(1) == "1")
  }

  @Test("a codec without values is harmless, and a stored codec is the same")
  func stored() throws {
    let empty = fit([])
    #expect(empty.encode(3) == 0)
    #expect(empty.decode(1) == 0)
    for shape in Self.shapes {
      let map = NumberMap.quantile(fit(shape.values))
      #expect(try CanonicalJSON.decode(NumberMap.self, from: CanonicalJSON.encode(map), source: "test") == map)
    }
  }
}
