import Essentials
import Foundation
import TestSupport
import Testing

/// Drawing again from the models of a run, and the folders that results may lie in.
@Suite("More data from a finished run", .serialized)
struct SampleCommandTests {
  private static let data = Fixtures.path("chinook")

  /// A finished run on the data, with models too small to be good.
  private func run(in folder: TemporaryFolder, data: String = Self.data, more: [String] = []) throws -> String {
    let out = folder.file("run")
    let result = try Program.run(
      ["run", "--data", data, "--out", out, "--workers", "2", "--set", "evaluation.enabled=false"] + ChinookTests.short
        + more)
    try #require(result.status == 0, "\(result.errors)")
    return out
  }

  /// Kinds of tasks that were computed in a run directory.
  private func computedTasks(_ run: String) -> Set<String> {
    Set(FileSystem.list("\(run)/tasks").map { String($0.prefix { $0 != "_" && $0 != "-" }) })
  }

  @Test("nothing is trained, tables follow the scale, and the same seed gives the same bytes")
  func sample() throws {
    let folder = try TemporaryFolder()
    let run = try run(in: folder)
    let before = try Program.digests("\(run)/synthetic")
    #expect(computedTasks(run).contains("train"))
    var digests: [[String: Digest]] = []
    for (name, seed) in [("first", "7"), ("second", "7"), ("other", "8")] {
      let out = folder.file(name)
      let result = try Program.run(["sample", run, "--scale", "2", "--seed", seed, "--out", out])
      try #require(result.status == 0, "\(result.errors)")
      #expect(result.errors.contains("nothing is trained"))
      #expect(!computedTasks(out).contains("train") && !computedTasks(out).contains("encode"), "\(computedTasks(out))")
      digests.append(try Program.digests("\(out)/synthetic"))
    }
    #expect(digests[0] == digests[1])
    #expect(digests[0]["invoice.csv"] != digests[2]["invoice.csv"])
    #expect(try Program.digests("\(run)/synthetic") == before)
    let real = try CSVTable("\(Self.data)/artist.csv").rows.count
    let made = try CSVTable("\(folder.file("first"))/synthetic/artist.csv").rows.count
    #expect(made == 2 * real)
    let again = try Program.run(["sample", run, "--scale", "2", "--seed", "7", "--out", folder.file("first"), "--json"])
    #expect(again.output.contains("\"tasksRun\":0"), "\(again.errors)")
  }

  @Test("without options other rows go to a folder of their own, and it outlives the run")
  func defaults() throws {
    let folder = try TemporaryFolder()
    let run = try run(in: folder)
    #expect(try Program.run(["sample", "\(run)/", "--quiet"]).status == 0)
    #expect(FileSystem.exists("\(run)-seed-1/synthetic/track.csv"))
    FileSystem.removeIfPresent(run)
    let next = try Program.run(["sample", "\(run)-seed-1", "--seed", "1", "--out", folder.file("next"), "--json"])
    #expect(next.status == 0, "\(next.errors)")
    #expect(next.output.contains("\"tasksRun\":0"))
  }

  @Test("changed data is named, moved data is found with --data, and nothing is left behind")
  func changedData() throws {
    let folder = try TemporaryFolder()
    let data = folder.file("data"), moved = folder.file("moved"), out = folder.file("out")
    try FileManager.default.copyItem(atPath: Self.data, toPath: data)
    let run = try run(in: folder, data: data)
    try FileManager.default.moveItem(atPath: data, toPath: moved)
    let lost = try Program.run(["sample", run, "--out", out])
    #expect(lost.status == 2)
    #expect(lost.errors.contains("--data"), "\(lost.errors)")
    var genres = String(decoding: try FileSystem.read("\(moved)/genre.csv"), as: UTF8.self)
    let original = genres
    genres.replace("Rock", with: "Stone", maxReplacements: 1)
    try FileSystem.writeAtomically(Data(genres.utf8), to: "\(moved)/genre.csv")
    let changed = try Program.run(["sample", run, "--data", moved, "--out", out])
    #expect(changed.status == 2)
    #expect(changed.errors.contains("genre.csv: the file has changed"), "\(changed.errors)")
    #expect(!changed.errors.contains("track.csv"))
    #expect(!FileSystem.exists(out))
    try FileSystem.writeAtomically(Data(original.utf8), to: "\(moved)/genre.csv")
    let found = try Program.run(["sample", run, "--data", moved, "--out", out])
    #expect(found.status == 0, "\(found.errors)")
  }

  @Test("a run that is not trained, and a folder without a run, are refused with a remedy")
  func refused() throws {
    let folder = try TemporaryFolder()
    let run = try run(in: folder)
    for entry in FileSystem.list("\(run)/cache") { FileSystem.removeIfPresent("\(run)/cache/\(entry)") }
    let unfinished = try Program.run(["sample", run])
    #expect(unfinished.status == 2)
    #expect(unfinished.errors.contains("not finished") && unfinished.errors.contains("clava run"))
    let itself = try Program.run(["sample", folder.path])
    #expect(itself.status == 2)
    #expect(itself.errors.contains("--out"))
  }

  @Test("guidance can be varied without training again, and what trains is refused")
  func choices() throws {
    let folder = try TemporaryFolder()
    let run = try run(
      in: folder,
      more: [
        "--recipe", "clavaddpm", "--set", "denoiser.timesteps=10", "--set", "classifier.steps=10", "--set",
        "classifier.layers=[16, 8]",
      ])
    var albums: [Data] = []
    for weight in [0, 3] {
      let out = folder.file("weight\(weight)")
      let result = try Program.run(
        ["sample", run, "--seed", "1", "--set", "classifier.scale=\(weight)", "--out", out, "--quiet"])
      try #require(result.status == 0, "\(result.errors)")
      #expect(!computedTasks(out).contains("train"))
      albums.append(try FileSystem.read("\(out)/synthetic/track.csv"))
      let summary = try JSONSerialization.jsonObject(with: FileSystem.read("\(out)/summary.json")) as? [String: Any]
      let tables = try #require(summary?["tables"] as? [[String: Any]])
      let album = try #require(tables.first { $0["name"] as? String == "album" })
      let share = try #require((album["labelAgreement"] as? [String: Double])?["album.ArtistId>artist"])
      #expect((0...1).contains(share))
    }
    #expect(albums[0] != albums[1])
    let refused = try Program.run(["sample", run, "--set", "denoiser.steps=5", "--out", folder.file("refused")])
    #expect(refused.status == 2)
    #expect(refused.errors.contains("denoiser.steps=5") && refused.errors.contains("clava run"))
  }

  @Test("evaluation finds tables in the published layout; of several results the prefix says which")
  func publishedLayout() throws {
    let folder = try TemporaryFolder()
    let run = try run(in: folder), published = folder.file("published")
    for file in FileSystem.list("\(run)/synthetic") {
      let table = String(file.dropLast(4))
      try FileSystem.createFolder("\(published)/\(table)/_final")
      try FileManager.default.copyItem(
        atPath: "\(run)/synthetic/\(file)", toPath: "\(published)/\(table)/_final/\(table)_synthetic.csv")
    }
    func scores(_ folder: String, _ more: [String] = []) throws -> Program.Result {
      try Program.run(
        ["evaluate", "--real", Self.data, "--synthetic", folder, "--json", "--sections", "none"] + more)
    }
    let plain = try scores("\(run)/synthetic")
    #expect(plain.status == 0, "\(plain.errors)")
    #expect(try scores(published).output == plain.output)
    try FileManager.default.copyItem(
      atPath: "\(published)/track/_final", toPath: "\(published)/track/second_final")
    let several = try scores(published)
    #expect(several.status == 2)
    #expect(several.errors.contains("--prefix second"), "\(several.errors)")
    #expect(try scores(published, ["--prefix", ""]).output == plain.output)
  }

  @Test("a run can be compared with other real rows than those it learned")
  func otherRealRows() throws {
    let folder = try TemporaryFolder()
    let missing = try Program.run(
      ["run", "--data", Self.data, "--out", folder.file("none"), "--set", "evaluation.data=\(folder.file("nowhere"))"])
    #expect(missing.status == 2)
    #expect(missing.errors.contains("nowhere"))
    #expect(!FileSystem.exists(folder.file("none")))
    let copy = folder.file("copy")
    try FileManager.default.copyItem(atPath: Self.data, toPath: copy)
    let run = try run(in: folder, more: ["--set", "evaluation.enabled=true", "--set", "evaluation.data=\(copy)"])
    let apart = try Program.run(
      ["evaluate", "--real", copy, "--synthetic", "\(run)/synthetic", "--json", "--sections", "none"])
    let within = try JSONSerialization.jsonObject(with: FileSystem.read("\(run)/scores.json")) as? NSDictionary
    let printed = try JSONSerialization.jsonObject(with: Data(apart.output.utf8)) as? NSDictionary
    #expect(within != nil)
    #expect(printed?["scores"] as? NSDictionary == within)
    let report = try JSONSerialization.jsonObject(with: FileSystem.read("\(run)/report/report.json")) as? NSDictionary
    #expect((report?["scores"] as? NSDictionary)?["all"] as? NSDictionary == within?["all"] as? NSDictionary)
    #expect(FileSystem.exists("\(run)/report/index.html"))
  }
}
