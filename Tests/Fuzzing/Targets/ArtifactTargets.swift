import Essentials
import Foundation
import Storage
import TestSupport

/// Damages HDF5 files: bits and bytes, and fields of 1 to 8 bytes that lie.
struct ArtifactMutator {
  private static let lies: [UInt64] = [0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 1 << 31, 0xFFFF_FFFF, 1 << 40, 1 << 63, .max]

  private let bytes = Mutator(samples: [TextSample([UInt8](repeating: 0, count: 8))])

  func damage(_ file: inout [UInt8], _ random: inout FuzzRandom) {
    if random.once(in: 2) { bytes.damage(&file, &random) }
    for _ in 0..<random.size(4) where file.count > 8 {
      let width = 1 << random.below(4)
      // Most of a small file is raw data; the structure is near its beginning.
      let place = random.below(random.once(in: 2) ? min(file.count, 512) - 8 : file.count - 8)
      let value = random.once(in: 4) ? random.next() : random.pick(Self.lies)
      for index in 0..<width { file[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
    }
    if !random.once(in: 4) { HDF5Checksum.repair(&file) }
  }

  static func writeSample(_ path: String, scale: Float = 1) throws {
    let writer = try ArtifactWriter(path: path)
    try writer.write("weights/first", (0..<60).map { Float($0) * scale }, shape: [12, 5])
    try writer.write("weights/second", (0..<9).map { Double($0) })
    try writer.write("step", [Int64(3)])
    try writer.writeJSON("metrics", ["loss": 0.25])
    try writer.writeText("names", ["a", "", "ö"])
    try writer.finish()
  }

  static func bytes(_ path: String) throws -> [UInt8] { [UInt8](try FileSystem.read(path)) }
}

/// Damaged checkpoints and manifests of a task: whatever was damaged is put aside, and the one before is found.
package struct CheckpointTarget: FuzzTarget {
  package static let name = "checkpoints"
  package static let fullCount = 10_000

  private let folder: String
  private let files: [String: [UInt8]]
  private let artifacts = ArtifactMutator()
  private let manifests: Mutator

  package init(folder: String) throws {
    self.folder = folder
    let store = CheckpointStore(taskFolder: folder)
    for step in [10, 20] {
      try store.save(attempt: 1, step: step, loss: 0.5) { try ArtifactMutator.writeSample($0, scale: Float(step)) }
    }
    let files = try ["ck-10.h5", "ck-10.json", "ck-20.h5", "ck-20.json"].reduce(into: [String: [UInt8]]()) {
      files, name in
      files[name] = try ArtifactMutator.bytes("\(folder)/a1/\(name)")
    }
    self.files = files
    manifests = Mutator(
      samples: ["ck-20.json", "ck-10.json"].compactMap { files[$0].map(TextSample.init) }, words: ["\"format\":1"])
  }

  package func input(_ random: inout FuzzRandom) -> [[UInt8]] {
    var file = files["ck-20.h5"] ?? [], manifest = files["ck-20.json"] ?? []
    let choice = random.below(3)
    if choice != 1 { artifacts.damage(&file, &random) }
    if choice != 0 { manifest = manifests.input(&random) }
    return [file, manifest]
  }

  package func accepts(_ parts: [[UInt8]]) throws -> Bool {
    guard parts.count == 2 else { throw FuzzFailure("two parts are expected: a checkpoint and its manifest") }
    for name in FileSystem.list("\(folder)/a1") { unlink("\(folder)/a1/\(name)") }
    for (name, bytes) in files { try writePlainly(bytes, to: "\(folder)/a1/\(name)") }
    try writePlainly(parts[0], to: "\(folder)/a1/ck-20.h5")
    try writePlainly(parts[1], to: "\(folder)/a1/ck-20.json")
    guard let found = try CheckpointStore(taskFolder: folder).latest() else {
      throw FuzzFailure("no checkpoint is found, although the older one is sound")
    }
    try ArtifactReader(path: found.path).verify()
    if found.step == 20, parts[0] != files["ck-20.h5"] { throw FuzzFailure("a damaged checkpoint is taken for good") }
    return found.step == 20
  }
}

/// Damaged HDF5 files, opened and read without a digest that would refuse them first.
package struct ArtifactTarget: FuzzTarget {
  package static let name = "artifacts"
  package static let fullCount = 10_000

  private let path: String
  private let samples: [[UInt8]]
  private let artifacts = ArtifactMutator()

  package init(folder: String) throws {
    try FileSystem.createFolder(folder)
    path = "\(folder)/damaged.h5"
    try ArtifactMutator.writeSample(path)
    let foreign = Fixtures.path("foreign")
    samples =
      [try ArtifactMutator.bytes(path)]
      + (try FileSystem.list(foreign).filter { $0.hasSuffix(".h5") }.map {
        try ArtifactMutator.bytes("\(foreign)/\($0)")
      })
  }

  package func input(_ random: inout FuzzRandom) -> [[UInt8]] {
    var file = random.once(in: 2) ? samples[0] : random.pick(samples)
    if !random.once(in: 32) { artifacts.damage(&file, &random) }
    return [file]
  }

  package func accepts(_ parts: [[UInt8]]) throws -> Bool {
    try writePlainly(parts[0], to: path)
    return try Self.isAccepted {
      let reader = try ArtifactReader(path: path)
      try reader.verify()
      _ = try reader.contentDigest()
      if reader.names.contains("metrics") { _ = try reader.readJSON("metrics", as: [String: Double].self) }
      if reader.names.contains("names/bytes") { _ = try reader.readText("names") }
    }
  }
}
