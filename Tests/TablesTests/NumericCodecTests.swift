import Essentials
import Foundation
import Storage
import Tables
import Tensors
import TestSupport
import Testing

@Suite("Numeric codec")
struct NumericCodecTests {
  @Test(
    "rank-Gauss agrees with the golden values",
    arguments: ["continuous", "heavy_ties", "binary", "constant", "five", "tiny"])
  func golden(column: String) throws {
    let file = try ArtifactReader(path: Fixtures.path("golden/default_recipe.h5"))
    func read(_ name: String) throws -> [Double] { try file.read("rank_gauss/\(column)/\(name)", as: Double.self) }
    let x = try read("x"), u = try read("u"), z = try read("z")
    let codec = NumericCodec.fit(values: x, format: .decimal(minimumPlaces: 0, maximumPlaces: 17), knots: 4096)
    #expect(codec.first == (try read("values")))
    let rows = Double(x.count)
    let high = codec.cumulative.map { Double($0) / rows }
    #expect(maximumDifference(high, try read("high")) <= 1e-15)
    #expect(maximumDifference([0] + high.dropLast(), try read("low")) <= 1e-15)
    let encoded = zip(x, u).map { codec.encode($0, u: $1) }
    #expect(maximumDifference(encoded, z) <= 1e-9)
    #expect(z.map(codec.decode) == x)
    let grid = try file.read("rank_gauss/z_grid", as: Double.self)
    #expect(grid.map(codec.decode) == (try read("decoded")))
  }

  @Test("the scale of one-hot inputs agrees with the golden values")
  func scales() throws {
    let file = try ArtifactReader(path: Fixtures.path("golden/default_recipe.h5"))
    let sizes = try file.read("denoiser/scale_examples/level_sizes", as: Int32.self).map(Int.init)
    let counts = try file.read("denoiser/scale_examples/level_counts", as: Int64.self).map(Int.init)
    let expected = try file.read("denoiser/scale_examples/scales", as: Double.self)
    var offset = 0
    for (size, scale) in zip(sizes, expected) {
      #expect(abs(Double(CategoricalCodec.scale(counts: Array(counts[offset..<offset + size]))) - scale) < 1e-5)
      offset += size
    }
  }

  @Test("an integer column with many values comes back exactly from its cells")
  func integerCells() {
    let stream = RandomStream(seed: 1, name: "integers")
    let values = (0..<20_000).map { (stream.normal(row: UInt64($0)) * 50_000).rounded() }
    let codec = NumericCodec.fit(values: values, format: .integer, knots: 100)
    #expect(!codec.isExact)
    #expect(codec.cellCount <= 101)
    for (row, value) in values.enumerated() {
      let u = stream.uniform(row: UInt64(row), draw: 7)
      let z = codec.encode(value, u: u)
      // Ranks outside the clip are moved into it, so the outermost values may move by a few places.
      if abs(z) < 4.2 { #expect(codec.decode(z) == value) }
    }
  }

  @Test("values between the knots keep the column's decimals and its step")
  func steps() {
    let values = (0..<9000).map { Double($0 * $0 % 100_003) * 0.25 }
    let codec = NumericCodec.fit(values: values, format: .decimal(minimumPlaces: 0, maximumPlaces: 2), knots: 50)
    #expect(codec.step == 0.25)
    for index in -400...400 {
      let value = codec.decode(Double(index) / 100)
      #expect((value * 4).rounded() == value * 4)
    }
  }

  @Test("a value that is frequent keeps a knot of its own with its exact mass")
  func heavyTies() {
    let values = [Double](repeating: 500.5, count: 4000) + (0..<6000).map { Double($0) + 0.25 }
    let codec = NumericCodec.fit(values: values, format: .decimal(minimumPlaces: 2, maximumPlaces: 2), knots: 64)
    let cell = codec.first.firstIndex(of: 500.5)
    #expect(cell != nil)
    let draws = (0..<10_000).map { codec.decode(NormalDistribution.quantile((Double($0) + 0.5) / 10_000)) }
    #expect(draws.filter { $0 == 500.5 }.count == 4000)
  }

  @Test("encoded values are standard normal, ties or not")
  func normality() {
    let stream = RandomStream(seed: 3, name: "normality")
    for knots in [32, 100_000] {
      let values = (0..<20_000).map { Double(stream.integer(below: 1 + $0 % 3000, row: UInt64($0))) }
      let codec = NumericCodec.fit(values: values, format: .integer, knots: knots)
      let z = values.enumerated().map { codec.encode($1, u: stream.uniform(row: UInt64($0), draw: 9)) }
      let mean = z.reduce(0, +) / Double(z.count)
      let variance = z.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(z.count)
      #expect(abs(mean) < 0.03)
      #expect(abs(variance - 1) < 0.05)
    }
  }

  @Test("a column without values and a value outside the range do not break the codec")
  func edges() {
    let empty = NumericCodec.fit(values: [], format: .integer, knots: 10)
    #expect(empty.decode(1) == 0)
    #expect(empty.encode(3, u: 0.5).isFinite)
    let codec = NumericCodec.fit(values: [1, 2, 3], format: .integer, knots: 10)
    #expect(codec.decode(codec.encode(99, u: 0.5)) == 3)
    #expect(codec.decode(codec.encode(-99, u: 0.5)) == 1)
    #expect(codec.decode(40) == 3)
    #expect(codec.decode(-40) == 1)
  }

  @Test("a codec survives being stored")
  func storage() throws {
    let values = (0..<5000).map { Double($0) * 0.1 }
    let codec = NumericCodec.fit(values: values, format: .decimal(minimumPlaces: 1, maximumPlaces: 1), knots: 77)
    let data = try CanonicalJSON.encode(codec)
    #expect(try CanonicalJSON.decode(NumericCodec.self, from: data, source: "test") == codec)
  }

  @Test("values of few rows share cells, values of many rows keep their own, and nothing leaves the range")
  func minimumCellRows() {
    let values = [10.0, 12, 14, 20, 20, 20, 20, 30, 33, 36, 60]
    let codec = NumericCodec.fit(values: values, format: .integer, knots: 4096, minimumCellRows: 3)
    #expect(codec.first == [10, 20, 30, 60])
    #expect(codec.last == [14, 20, 36, 60])
    let ranks = stride(from: 0.0005, through: 0.9995, by: 0.0005)
    let decoded = ranks.map { codec.decode(NormalDistribution.quantile($0)) }
    #expect(decoded == decoded.sorted())
    #expect(decoded.allSatisfy { $0 == $0.rounded() && (10...60).contains($0) })
    #expect(decoded.contains(31))
    #expect(!decoded.contains(45))
    for value in values {
      for u in [0.01, 0.5, 0.99] { #expect(codec.decode(codec.encode(value, u: u)) == value) }
    }
    let share = Double(decoded.count { $0 == 20 }) / Double(decoded.count)
    #expect(abs(share - 4.0 / 11) < 0.01)
  }

  @Test("a column whose values all have rows enough is kept exactly")
  func enoughRows() {
    let values = [1.0, 1, 1, 5, 5, 5, 9, 9, 9]
    #expect(NumericCodec.fit(values: values, format: .integer, knots: 4096, minimumCellRows: 3).isExact)
  }
}
