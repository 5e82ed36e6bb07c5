import Essentials
import Foundation
import TestSupport
import Testing

/// A training that is divided into tasks.
@Suite("Training in parts", .serialized)
struct TrainingPartsTests {
  private func run(_ name: String, in folder: TemporaryFolder, _ settings: [String]) throws -> String {
    let out = folder.file(name)
    let options = ["denoiser.steps=60", "denoiser.layers=[32, 32]", "sampling.steps=8", "evaluation.enabled=false"]
    let result = try Program.run(
      ["run", "--data", Fixtures.path("chinook"), "--out", out, "--workers", "2", "--quiet"]
        + (options + settings).flatMap { ["--set", $0] })
    try #require(result.status == 0, "\(result.errors)")
    return out
  }

  @Test("three parts give the bytes of one training, and a shorter one is the beginning of a longer one")
  func parts() throws {
    let folder = try TemporaryFolder()
    let whole = try run("whole", in: folder, [])
    let parts = try run("parts", in: folder, ["denoiser.rungs=[10, 30]"])
    #expect(try Program.digests("\(whole)/synthetic") == Program.digests("\(parts)/synthetic"))
    #expect(FileSystem.list("\(parts)/tasks").contains { $0.contains("to-10") })
    let short = try run("short", in: folder, ["denoiser.rungs=[10, 30]", "denoiser.stop_after=30"])
    let longer = try run("longer", in: folder, ["denoiser.rungs=[30]", "denoiser.stop_after=30"])
    #expect(try Program.digests("\(short)/synthetic") == Program.digests("\(longer)/synthetic"))
    #expect(try Program.digests("\(short)/synthetic") != Program.digests("\(whole)/synthetic"))
  }

  @Test("rungs that do not ascend, and an end that is no rung, are named with the remedy")
  func mistakes() throws {
    for (setting, words) in [
      ("denoiser.rungs=[30, 10]", "do not ascend"), ("denoiser.rungs=[5000]", "do not ascend"),
      ("denoiser.stop_after=7", "is not one of denoiser.rungs"),
    ] {
      let result = try Program.run(["config", "--set", setting])
      #expect(result.status != 0 || result.errors.contains(words), "\(setting): \(result.errors)")
    }
  }
}
