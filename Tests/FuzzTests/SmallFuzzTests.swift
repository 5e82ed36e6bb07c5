import Foundation
import Fuzzing
import TestSupport
import Testing

@Suite("Damaged input")
struct SmallFuzzTests {
  /// Inputs of targets that touch the disk.
  private static let counts = ["checkpoints": 100, "metadata": 500, "domain": 500, "yaml": 1000, "published": 1000]
  /// All but those whose library may end the process: `scripts/faults/fuzz` runs them in children.
  private static let names = FuzzTargets.all.map { $0.name }.filter { $0 != ArtifactTarget.name }

  @Test("whatever comes in, a decoder returns or throws", arguments: names)
  func keepsItsPromises(name: String) throws {
    let folder = try TemporaryFolder()
    let target = try #require(try FuzzTargets.make(name, folder: folder.file(name)))
    var run = FuzzRun(target: target, name: name, seed: 2)
    let count = Self.counts[name] ?? 3000
    let result = run.run(first: 0, count: count)
    #expect(result.failures.map { "input \($0.index): \($0.what)" } == [])
    #expect(result.count == count)
    // A mutator whose inputs are all good or all bad tests little.
    #expect(result.accepted > 0 && result.accepted < count)
  }

  @Test("the same number gives the same input")
  func isReproducible() throws {
    var first = FuzzRun(target: WireTarget(), name: "wire", seed: 5)
    var second = FuzzRun(target: WireTarget(), name: "wire", seed: 5)
    for index in [UInt64(999), 3, 3, 1 << 40] { #expect(first.input(index) == second.input(index)) }
    #expect(first.input(1) != first.input(2))
  }
}
