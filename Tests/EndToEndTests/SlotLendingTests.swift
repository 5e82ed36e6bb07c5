import Essentials
import Foundation
import TestSupport
import Testing

/// One table, so that there is one training for two workers.
@Suite(
  "A training on two slots", .serialized,
  .enabled(if: ProcessInfo.processInfo.activeProcessorCount > 1, "one processor leaves nothing to lend"))
struct SlotLendingTests {
  private func data(in folder: TemporaryFolder) throws -> String {
    let path = folder.file("data")
    try FileSystem.createFolder(path)
    var text = "id,size,kind\n"
    for row in 0..<2_500 {
      text += "\(row + 1),\(Double(row * 7919 % 1_009) / 10),\("abcde".dropFirst(row % 5).prefix(1))\n"
    }
    try FileSystem.writeAtomically(Data(text.utf8), to: "\(path)/item.csv")
    let metadata = """
      {"METADATA_SPEC_VERSION": "MULTI_TABLE_V1", "relationships": [], "tables": {"item": {"primary_key": "id",
      "columns": {"id": {"sdtype": "id"}, "size": {"sdtype": "numerical"}, "kind": {"sdtype": "categorical"}}}}}
      """
    try FileSystem.writeAtomically(Data(metadata.utf8), to: "\(path)/metadata.json")
    return path
  }

  private func run(_ data: String, _ out: String, lends: Bool) throws {
    let settings = [
      "denoiser.steps=120", "denoiser.layers=[128, 128]", "denoiser.passes=0", "sampling.steps=4",
      "evaluation.enabled=false", "fleet.lend_slots=\(lends)",
    ]
    let result = try Program.run(
      ["run", "--data", data, "--out", out, "--workers", "2", "--quiet"] + settings.flatMap { ["--set", $0] })
    try #require(result.status == 0, "\(result.errors)")
  }

  @Test("lending changes no byte of the result, and the summary tells how much was lent")
  func sameBytes() throws {
    struct Summary: Decodable {
      struct Fleet: Decodable {
        var borrowedSeconds: Double?
      }
      var fleet: Fleet
    }
    let folder = try TemporaryFolder(), data = try data(in: folder)
    func summary(_ out: String) throws -> Summary {
      try JSONDecoder().decode(Summary.self, from: FileSystem.read("\(out)/summary.json"))
    }
    let lent = folder.file("lent"), alone = folder.file("alone")
    try run(data, lent, lends: true)
    try run(data, alone, lends: false)
    #expect(try Program.digests("\(lent)/synthetic") == Program.digests("\(alone)/synthetic"))
    #expect(try summary(lent).fleet.borrowedSeconds ?? 0 > 0)
    #expect(try summary(alone).fleet.borrowedSeconds == nil)
    let log = try String(contentsOfFile: "\(lent)/tasks/train-denoiser_item/a1/stderr", encoding: .utf8)
    #expect(log.contains("computed by several threads"))
  }
}
