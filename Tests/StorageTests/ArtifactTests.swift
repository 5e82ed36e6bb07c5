import Essentials
import Foundation
import Storage
import TestSupport
import Testing

@Suite("Artifacts")
struct ArtifactTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func roundTrip<E: StorageElement & Equatable>(_ values: [E], shape: [Int]) throws {
    let path = folder.file("trip.h5")
    let writer = try ArtifactWriter(path: path)
    try writer.write("group/inner/values", values, shape: shape)
    try writer.finish()
    let reader = try ArtifactReader(path: path)
    #expect(reader.names == ["group/inner/values"])
    #expect(try reader.shape("group/inner/values") == shape)
    #expect(try reader.elementType("group/inner/values") == E.elementType)
    #expect(try reader.read("group/inner/values", as: E.self) == values)
  }

  @Test("every element type comes back as it was written, the extremes included")
  func types() throws {
    try roundTrip([Float.greatestFiniteMagnitude, -0.0, .infinity, .leastNonzeroMagnitude], shape: [4])
    try roundTrip([Double.pi, -.infinity], shape: [2])
    try roundTrip([Int32.min, 0, .max], shape: [3])
    try roundTrip([Int64.min, 0, .max], shape: [3])
    try roundTrip([UInt8.min, 255], shape: [2])
    try roundTrip([UInt32.min, .max], shape: [2])
    try roundTrip([UInt64.min, .max], shape: [2])
  }

  @Test(
    "every shape comes back, empty ones included",
    arguments: [
      [0], [0, 5], [5, 0], [3, 0, 2], [1], [1, 1, 1], [2, 3, 4], [700, 513], [3, 300_000], [1, 2, 150_000],
    ])
  func shapes(shape: [Int]) throws {
    let count = shape.reduce(1, *)
    try roundTrip((0..<count).map { Float($0) }, shape: shape)
  }

  @Test("bits of a number that is not one survive")
  func notANumber() throws {
    let path = folder.file("nan.h5")
    let writer = try ArtifactWriter(path: path)
    let odd = Float(bitPattern: 0x7fc1_2345)
    try writer.write("x", [odd])
    try writer.finish()
    #expect(try ArtifactReader(path: path).read("x", as: Float.self)[0].bitPattern == odd.bitPattern)
  }

  @Test("reads files of another writer: contiguous, old format")
  func golden() throws {
    let reader = try ArtifactReader(path: Fixtures.path("golden/philox.h5"))
    #expect(!reader.names.isEmpty)
    for name in reader.names {
      let shape = try reader.shape(name)
      switch try reader.elementType(name) {
      case .uint32: #expect(try reader.read(name, as: UInt32.self).count == shape.reduce(1, *))
      case .float64: #expect(try reader.read(name, as: Double.self).count == shape.reduce(1, *))
      case .float32: #expect(try reader.read(name, as: Float.self).count == shape.reduce(1, *))
      default: break
      }
    }
  }

  @Test("a dataset filled by row ranges in any order reads as if written at once")
  func rowRanges() throws {
    let values = (0..<1000 * 321).map { Int32($0) }
    let path = folder.file("rows.h5")
    let writer = try ArtifactWriter(path: path)
    try writer.create("x", Int32.self, shape: [1000, 321])
    for rows in [700..<1000, 0..<1, 1..<333, 333..<700] {
      try writer.write("x", rows: rows, Array(values[rows.lowerBound * 321..<rows.upperBound * 321]))
    }
    try writer.finish()
    let reader = try ArtifactReader(path: path)
    #expect(try reader.read("x", as: Int32.self) == values)
    for rows in [0..<0, 0..<1, 817..<819, 600..<1000] {
      let expected = Array(values[rows.lowerBound * 321..<rows.upperBound * 321])
      #expect(try reader.read("x", rows: rows, as: Int32.self) == expected)
    }
  }

  @Test("a dataset with rows that were never written is refused, and its file removed")
  func missingRows() throws {
    let path = folder.file("gap.h5")
    let writer = try ArtifactWriter(path: path)
    try writer.create("x", Float.self, shape: [10])
    try writer.write("x", rows: 0..<4, [Float](repeating: 1, count: 4))
    try writer.write("x", rows: 5..<10, [Float](repeating: 1, count: 5))
    let error = #expect(throws: ClavaError.self) { try writer.finish() }
    #expect(error?.description.contains("row 4 was never written") == true)
    #expect(!FileSystem.exists(path))
  }

  @Test("a writer that goes away without finishing leaves no file")
  func unfinished() throws {
    let path = folder.file("unfinished.h5")
    do {
      let writer = try ArtifactWriter(path: path)
      try writer.write("x", [Float(1)])
      #expect(FileSystem.exists(path))
    }
    #expect(!FileSystem.exists(path))
  }

  @Test("JSON and texts come back")
  func jsonAndText() throws {
    let path = folder.file("text.h5")
    let texts = ["", "plain", "ümläut 漢字 🦀", "", "line\nbreak"]
    let writer = try ArtifactWriter(path: path)
    try writer.writeJSON("settings", ["b": [1, 2], "a": []])
    try writer.writeText("names", texts)
    try writer.writeText("none", [])
    try writer.finish()
    let reader = try ArtifactReader(path: path)
    #expect(try reader.readJSON("settings", as: [String: [Int]].self) == ["a": [], "b": [1, 2]])
    #expect(String(decoding: try reader.read("settings", as: UInt8.self), as: UTF8.self) == #"{"a":[],"b":[1,2]}"#)
    #expect(try reader.readText("names") == texts)
    #expect(try reader.readText("none") == [])
    #expect(reader.names == ["names/bytes", "names/offsets", "none/bytes", "none/offsets", "settings"])
  }

  @Test("asking for the wrong type or name says what is there")
  func wrongRequests() throws {
    let path = folder.file("wrong.h5")
    let writer = try ArtifactWriter(path: path)
    try writer.write("weights", [Float(1)])
    try writer.finish()
    let reader = try ArtifactReader(path: path)
    let type = #expect(throws: ClavaError.self) { try reader.read("weights", as: Double.self) }
    #expect(type?.description.contains("float32, expected float64") == true)
    let name = #expect(throws: ClavaError.self) { try reader.shape("wieghts") }
    #expect(name?.description.contains("did you mean 'weights'?") == true)
    #expect(reader.contains("weights") && !reader.contains("w"))
  }

  @Test("names that cannot be used are refused", arguments: ["", "/a", "a/", "a//b", "./a", "a", "a/b", "g"])
  func badNames(name: String) throws {
    let writer = try ArtifactWriter(path: folder.file("names.h5"))
    try writer.write("a", [Float(1)])
    try writer.write("g/x", [Float(1)])
    let error = #expect(throws: ClavaError.self) { try writer.write(name, [Float(2)]) }
    #expect(error?.code == .internal)
  }

  private func writeSample(_ name: String, reversed: Bool = false, byRows: Bool = false) throws -> String {
    let path = folder.file(name)
    let writer = try ArtifactWriter(path: path)
    let values = (0..<600_000).map { Float($0) * 0.5 }
    var steps: [() throws -> Void] = [
      {
        if byRows {
          try writer.create("big", Float.self, shape: [300_000, 2])
          try writer.write("big", rows: 0..<123_457, Array(values[..<246_914]))
          try writer.write("big", rows: 123_457..<300_000, Array(values[246_914...]))
        } else {
          try writer.write("big", values, shape: [300_000, 2])
        }
      },
      { try writer.write("group/empty", [Double](), shape: [0, 3]) },
      { try writer.write("group/numbers", [Int64(1), 2, 3]) },
      { try writer.writeJSON("json", ["k": 1]) },
    ]
    if reversed { steps.reverse() }
    for step in steps { try step() }
    try writer.finish()
    return path
  }

  @Test("the same writes give the same bytes, a second later and amid other memory")
  func deterministicBytes() throws {
    let first = try FileSystem.read(writeSample("first.h5"))
    var clutter: [[UInt8]] = []
    for size in stride(from: 1, to: 200_000, by: 997) { clutter.append([UInt8](repeating: 0xa5, count: size)) }
    clutter.removeAll(where: { $0.count % 2 == 0 })
    sleep(1)
    let second = try FileSystem.read(writeSample("second.h5"))
    #expect(first == second)
    #expect(!clutter.isEmpty)
  }

  @Test("the content digest ignores the order of writing and the cut into rows, but no value, shape, type or name")
  func contentDigest() throws {
    func digest(_ path: String) throws -> Digest { try ArtifactReader(path: path).contentDigest() }
    let plain = try writeSample("plain.h5"), reversed = try writeSample("reversed.h5", reversed: true)
    #expect(try FileSystem.read(plain) != FileSystem.read(reversed))
    #expect(try digest(plain) == digest(reversed))
    #expect(try digest(plain) == digest(writeSample("rows.h5", byRows: true)))

    func one(_ name: String, _ write: (ArtifactWriter) throws -> Void) throws -> Digest {
      let path = folder.file("one.h5")
      let writer = try ArtifactWriter(path: path)
      try write(writer)
      try writer.finish()
      return try digest(path)
    }
    let variants = [
      try one("a") { try $0.write("x", [Int32(1), 2, 3, 4]) },
      try one("b") { try $0.write("x", [Int32(1), 2, 3, 5]) },
      try one("c") { try $0.write("x", [Int32(1), 2, 3, 4], shape: [2, 2]) },
      try one("d") { try $0.write("x", [UInt32(1), 2, 3, 4]) },
      try one("e") { try $0.write("y", [Int32(1), 2, 3, 4]) },
      try one("f") { try $0.write("x", [Int32](), shape: [0, 2]) },
      try one("g") { try $0.write("x", [Int32](), shape: [0, 3]) },
    ]
    #expect(Set(variants).count == variants.count)
  }

  @Test("the content digest is the documented one, whoever wrote the file")
  func contentDigestDefinition() throws {
    let path = folder.file("definition.h5")
    let writer = try ArtifactWriter(path: path)
    try writer.write("b", [UInt8(7)])
    try writer.write("a", [Int32(1), -1], shape: [1, 2])
    try writer.finish()
    var hasher = Hasher256()
    hasher.update(lengthPrefixed: "a")
    hasher.update(lengthPrefixed: "int32")
    hasher.update(Data([2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]))
    hasher.update(Data([1, 0, 0, 0, 255, 255, 255, 255]))
    hasher.update(lengthPrefixed: "b")
    hasher.update(lengthPrefixed: "uint8")
    hasher.update(Data([1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7]))
    #expect(try ArtifactReader(path: path).contentDigest() == hasher.finish())
  }

  @Test("threads may write and read different files at the same time")
  func threads() throws {
    let folder = folder
    DispatchQueue.concurrentPerform(iterations: 8) { number in
      let values = (0..<50_000).map { Double($0 * number) }
      let path = folder.file("thread-\(number).h5")
      do {
        let writer = try ArtifactWriter(path: path)
        try writer.write("x", values)
        try writer.finish()
        #expect(try ArtifactReader(path: path).read("x", as: Double.self) == values)
      } catch {
        Issue.record(error)
      }
    }
  }

  @Test("the description has statistics of numbers and the beginning of texts")
  func description() throws {
    let path = folder.file("described.h5")
    let writer = try ArtifactWriter(path: path)
    try writer.write("numbers", [Float(1), 2, 6, .nan], shape: [2, 2])
    try writer.write("bytes", [UInt8(0), 255])
    try writer.writeJSON("json", ["key": "välue"])
    try writer.write("none", [Int64]())
    try writer.finish()
    let description = try ArtifactInspector.describe(path: path)
    #expect(description.datasets.map(\.name) == ["bytes", "json", "none", "numbers"])
    #expect(description.contentDigest == (try ArtifactReader(path: path).contentDigest()))
    let numbers = description.datasets[3]
    #expect(numbers.shape == [2, 2] && numbers.bytes == 16 && numbers.type == .float32)
    #expect(numbers.minimum == 1 && numbers.maximum == 6 && numbers.mean == 3 && numbers.notFiniteCount == 1)
    #expect(description.datasets[0].maximum == 255 && description.datasets[0].text == nil)
    #expect(description.datasets[1].text == #"{"key":"välue"}"#)
    #expect(description.datasets[2].mean == nil)
    #expect(try JSONDecoder().decode(ArtifactDescription.self, from: CanonicalJSON.encode(description)) == description)
  }
}
