import Storage
import Tensors
import TestSupport
import Testing

@Suite("Random streams")
struct RandomStreamTests {
  private func check(group: String, _ file: ArtifactReader) throws {
    let counters = try file.read("\(group)/counter", as: UInt32.self)
    let keys = try file.read("\(group)/key", as: UInt32.self)
    let outputs = try file.read("\(group)/output", as: UInt32.self)
    #expect(outputs.count >= 12)
    for index in 0..<outputs.count / 4 {
      let stream = RandomStream(key: UInt64(keys[2 * index]) | UInt64(keys[2 * index + 1]) << 32)
      let counter = counters[4 * index..<4 * index + 4].map { $0 }
      let words = stream.words(
        row: UInt64(counter[0]) | UInt64(counter[1]) << 32, step: counter[2], draw: counter[3])
      #expect([words.0, words.1, words.2, words.3] == Array(outputs[4 * index..<4 * index + 4]))
    }
  }

  @Test("words equal the published vectors of Philox4x32-10")
  func words() throws {
    let file = try ArtifactReader(path: Fixtures.path("golden/philox.h5"))
    try check(group: "kat_4x32_10", file)
    try check(group: "random_4x32_10", file)
    try check(group: "stream_4x32_10", file)
  }

  @Test("uniform and normal numbers equal the reference mapping to rounding")
  func mappings() throws {
    let file = try ArtifactReader(path: Fixtures.path("golden/philox.h5"))
    let normals = try file.read("stream_4x32_10/box_muller", as: Double.self)
    let uniforms = try file.read("stream_4x32_10/uniform53", as: Double.self)
    let stream = RandomStream(key: 0x9ABC_DEF0_1234_5678)
    var found: [Double] = []
    for index in 0..<UInt64(256) {
      let draws = stream.normals(row: 7 << 32 | index, step: 42, draw: 3)
      found += [draws.0, draws.1, draws.2, draws.3]
      #expect(stream.normal(row: 7 << 32 | index, step: 42, draw: 3) == draws.0)
      #expect(stream.uniform(row: 7 << 32 | index, step: 42, draw: 3) == uniforms[2 * Int(index)])
    }
    #expect(maximumDifference(found, normals) < 1e-12)
  }

  @Test("a filled matrix holds the scalar draws, however it is divided", arguments: [1, 3, 4, 7, 26, 70])
  func fill(columns: Int) {
    let stream = RandomStream(seed: 3, name: "noise")
    let whole = Matrix(rows: 37, columns: columns)
    stream.fillNormals(whole, rows: 0..<37, firstRow: 5 << 33, step: 9)
    let parts = Matrix(rows: 37, columns: columns)
    stream.fillNormals(parts, rows: 20..<37, firstRow: 5 << 33, step: 9)
    stream.fillNormals(parts, rows: 0..<20, firstRow: 5 << 33, step: 9)
    #expect(whole.values == parts.values)
    for row in [0, 36] {
      for column in 0..<columns {
        let draws = stream.normals(row: 5 << 33 + UInt64(row), step: 9, draw: UInt32(column / 4))
        let expected = [draws.0, draws.1, draws.2, draws.3][column % 4]
        #expect(whole[row, column] == Float(expected))
      }
    }
  }

  @Test("normals have mean 0, variance 1 and the kurtosis of a normal distribution")
  func moments() {
    let matrix = Matrix(rows: 50_000, columns: 4)
    RandomStream(seed: 1, name: "moments").fillNormals(matrix, rows: 0..<50_000, firstRow: 0)
    let values = matrix.values.map(Double.init)
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + $1 * $1 } / count
    let fourth = values.reduce(0) { $0 + $1 * $1 * $1 * $1 } / count
    #expect(abs(mean) < 0.01)
    #expect(abs(variance - 1) < 0.015)
    #expect(abs(fourth - 3) < 0.1)
  }

  @Test("a permutation holds every position once and differs by step", arguments: [0, 1, 2, 3, 10, 1_001])
  func permutation(count: Int) {
    let stream = RandomStream(seed: 1, name: "batches")
    let first = stream.permutation(count: count, step: 0)
    #expect(first.sorted() == Array(0..<Int32(count)))
    #expect(first == stream.permutation(count: count, step: 0))
    if count > 5 { #expect(first != stream.permutation(count: count, step: 1)) }
  }

  @Test("every permutation of four is about equally frequent")
  func permutationIsUniform() {
    let stream = RandomStream(seed: 7, name: "uniform")
    var counts: [[Int32]: Int] = [:]
    for step in 0..<UInt32(24_000) { counts[stream.permutation(count: 4, step: step), default: 0] += 1 }
    #expect(counts.count == 24)
    let chiSquare = counts.values.reduce(0.0) { $0 + (Double($1) - 1_000) * (Double($1) - 1_000) / 1_000 }
    #expect(chiSquare < 49.7)
  }

  @Test("integers stay below their bound and streams of other names differ")
  func integers() {
    let stream = RandomStream(seed: 2, name: "a")
    let draws = (0..<2_000).map { stream.integer(below: 7, row: UInt64($0)) }
    #expect(Set(draws) == Set(0..<7))
    #expect(RandomStream(seed: 2, name: "b").key != stream.key)
    #expect(RandomStream(seed: 3, name: "a").key != stream.key)
  }
}
