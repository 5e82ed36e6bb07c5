import Essentials
import Foundation
import Storage
import TestSupport
import Testing

@Suite("Damaged and foreign files")
struct ArtifactDamageTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func writeSample(_ path: String) throws {
    let writer = try ArtifactWriter(path: path)
    try writer.write("weights/first", (0..<400).map { Float($0) }, shape: [20, 20])
    try writer.write("weights/second", (0..<100).map { Double($0) })
    try writer.writeJSON("metrics", ["loss": 0.25])
    try writer.finish()
  }

  @Test("no flipped bit goes unnoticed: the file digest sees it, and reading never returns other values")
  func flippedBits() throws {
    let path = folder.file("sample.h5")
    try writeSample(path)
    let sound = [UInt8](try FileSystem.read(path))
    let digest = Digest.of(Data(sound)), content = try ArtifactReader(path: path).contentDigest()
    let damagedPath = folder.file("damaged.h5")
    var refused = 0, silent: [Int] = []
    let step = max(1, sound.count / 700)
    for position in stride(from: 0, to: sound.count, by: step) {
      var damaged = sound
      damaged[position] ^= 1 << (position / step % 8)
      #expect(Digest.of(Data(damaged)) != digest)
      try Data(damaged).write(to: URL(fileURLWithPath: damagedPath))
      do {
        // A flip in unused space leaves the content as it was.
        if try ArtifactReader(path: damagedPath).contentDigest() != content { silent.append(position) }
      } catch let error as ClavaError {
        refused += 1
        #expect(error.code == .damaged)
        #expect(error.description.contains(damagedPath))
      }
    }
    #expect(silent == [])
    #expect(refused > 100)
  }

  @Test("a file cut short anywhere is refused")
  func truncated() throws {
    let path = folder.file("sample.h5")
    try writeSample(path)
    let sound = try FileSystem.read(path)
    for count in stride(from: 0, to: sound.count, by: max(1, sound.count / 60)) {
      let cut = folder.file("cut.h5")
      try sound.prefix(count).write(to: URL(fileURLWithPath: cut))
      let error = #expect(throws: ClavaError.self) { try ArtifactReader(path: cut).contentDigest() }
      #expect(error?.code == .damaged)
    }
  }

  @Test("what is no HDF5 file is refused with its path")
  func notAnArtifact() throws {
    let path = folder.file("table.csv")
    try Data("id,name\n1,a\n".utf8).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: ClavaError.self) { try ArtifactReader(path: path) }
    #expect(error?.code == .damaged)
    #expect(error?.description.contains(path) == true)
    #expect(throws: ClavaError.self) { try ArtifactReader(path: folder.path) }
    let missing = #expect(throws: ClavaError.self) { try ArtifactReader(path: folder.file("missing.h5")) }
    #expect(missing?.code == .storage)
    #expect(missing?.description.contains("there is no such file") == true)
  }

  @Test(
    "things an artifact never holds are refused by name",
    arguments: [
      ("external-link", "link into another file"), ("soft-link", "soft link"), ("circle", "nested deeper"),
      ("big-endian", "none of float32"), ("string", "none of float32"), ("named-type", "neither a group nor"),
      ("external-data", "keeps its data in another file"), ("compressed", "uses filter 1"),
      ("huge-claim", "more than the file holds"),
    ])
  func foreign(name: String, reason: String) throws {
    let path = Fixtures.path("foreign/\(name).h5")
    let error = #expect(throws: ClavaError.self) { try ArtifactReader(path: path) }
    #expect(error?.code == .damaged)
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "no error")")
    #expect(error?.description.contains(path) == true)
  }

  @Test("a full disk is reported as such, with what to do, and the library stays usable")
  func fullDisk() throws {
    // The device refuses every byte with the error of a full disk.
    let path = folder.file("full.h5")
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/full")
    let error = #expect(throws: ClavaError.self) {
      let writer = try ArtifactWriter(path: path)
      try writer.write("x", [Float](repeating: 1, count: 3_000_000))
      try writer.finish()
    }
    #expect(error?.code == .storage)
    #expect(error?.description.contains("free some space") == true, "\(error?.description ?? "no error")")
    #expect(error?.description.contains(path) == true)
    try writeSample(folder.file("after.h5"))
    #expect(try ArtifactReader(path: folder.file("after.h5")).names.count == 3)
  }

  @Test("a folder that does not exist is reported")
  func missingFolder() throws {
    let error = #expect(throws: ClavaError.self) { try ArtifactWriter(path: folder.file("none/x.h5")) }
    #expect(error?.code == .storage)
    #expect(error?.description.contains("No such file or directory") == true, "\(error?.description ?? "")")
  }
}
