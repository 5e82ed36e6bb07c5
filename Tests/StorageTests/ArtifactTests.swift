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
}
