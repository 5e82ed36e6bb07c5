import Essentials
import Foundation
import TestSupport
import Testing

/// `clava evaluate`, and the report and the holdout of `clava run`.
@Suite("Evaluating folders and runs", .serialized)
struct EvaluateTests {
  private static let data = Fixtures.path("chinook")
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func object(_ text: String) throws -> NSDictionary {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
  }

  private func file(_ path: String) throws -> NSDictionary {
    try object(String(decoding: FileSystem.read(path), as: UTF8.self))
  }

  /// The real tables as if a generator had made them, with some files changed.
  private func copy(_ name: String, _ change: [String: (String) -> String] = [:]) throws -> String {
    let path = folder.file(name)
    try FileSystem.createFolder(path)
    for file in FileSystem.list(Self.data) where file.hasSuffix(".csv") {
      var text = String(decoding: try FileSystem.read("\(Self.data)/\(file)"), as: UTF8.self)
      if let change = change[String(file.dropLast(4))] { text = change(text) }
      try FileSystem.writeAtomically(Data(text.utf8), to: "\(path)/\(file)")
    }
    return path
  }

  private func evaluate(_ synthetic: String, _ more: [String]) throws -> Program.Result {
    try Program.run(["evaluate", "--real", Self.data, "--synthetic", synthetic] + more)
  }

  private static let cheap = ["--sections", "structure,temporal,integrity"]

  @Test("a run with a holdout learns from the rest, keeps the held-out rows and reports; evaluating it finds the same")
  func run() throws {
    let out = folder.file("run")
    let arguments =
      ["run", "--data", Self.data, "--out", out, "--workers", "2", "--holdout", "0.2"] + ChinookTests.short
    let result = try Program.run(arguments)
    try #require(result.status == 0, "\(result.errors)")
    for table in ["artist", "album", "track"] {
      let all = try CSVTable("\(Self.data)/\(table).csv").rows.count
      let train = try CSVTable("\(out)/train/\(table).csv").rows.count
      #expect(train + (try CSVTable("\(out)/holdout/\(table).csv").rows.count) == all)
      #expect(try CSVTable("\(out)/synthetic/\(table).csv").rows.count == train)
    }
    let report = try file("\(out)/report/report.json")
    let rows = try #require(report["rows"] as? [[String: Any]])
    #expect(rows.count == 11 && rows.allSatisfy { $0["holdout"] != nil })
    #expect((report["run"] as? [String: Any])?["workers"] as? Int == 2)
    #expect((report["ceilings"] as? [String: Any])?["basis"] as? String != nil)
    #expect(report["title"] as? String == "chinook")
    #expect(try FileSystem.read("\(out)/report/index.html").count > 0)
    let again = try Program.run(arguments + ["--json"])
    #expect(again.status == 0 && again.output.contains("\"tasksRun\":0"), "\(again.errors)")
    let apart = try Program.run(
      ["evaluate", out, "--json", "--ceilings", "2", "--report", folder.file("page")] + Self.cheap)
    try #require(apart.status == 0, "\(apart.errors)")
    let printed = try object(apart.output)
    #expect(printed["findings"] as? NSDictionary == report["findings"] as? NSDictionary)
    #expect(printed["ceilings"] as? NSDictionary == report["ceilings"] as? NSDictionary)
    #expect(printed["rows"] as? NSArray == report["rows"] as? NSArray)
    let page = try file(folder.file("page/report.json"))
    #expect(page["plots"] as? NSArray == report["plots"] as? NSArray)
    // The second command has written the page of the run anew.
    #expect(page["run"] as? NSDictionary == (try file("\(out)/report/report.json"))["run"] as? NSDictionary)
  }

  @Test("the number of threads changes nothing, and several results give a mean and a spread")
  func threads() throws {
    let made = try copy("made")
    let other = try copy(
      "other", ["track": { $0.replacing(",0.99\n", with: ",1.99\n") }])
    let arguments = ["--synthetic", other, "--json", "--ceilings", "1"] + Self.cheap
    let one = try evaluate(made, arguments + ["--threads", "1"])
    let three = try evaluate(made, arguments + ["--threads", "3"])
    try #require(one.status == 0, "\(one.errors)")
    #expect(one.output == three.output)
    let spread = try #require(try object(one.output)["spread"] as? [String: Any])
    #expect(spread["count"] as? Int == 2)
    let shapes = try #require(spread["shapes"] as? [String: Any])
    #expect((shapes["mean"] as? Double).map { $0 < 1 && $0 > 0.9 } == true)
    #expect((shapes["deviation"] as? Double).map { $0 > 0 } == true)
  }

  @Test("generators stand side by side on one page")
  func compare() throws {
    let made = try copy("made"), page = folder.file("page")
    let result = try evaluate(
      made, ["--compare", "twin=\(made)", "--report", page, "--ceilings", "1", "--sections", "integrity"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(try file("\(page)/report-2.json")["title"] as? String == "twin")
    let wrong = try evaluate(made, ["--compare", "twin", "--sections", "none"])
    #expect(wrong.status == 2 && wrong.errors.contains("NAME=DIR"))
  }

  @Test("broken keys, unreadable values and renamed columns are told, and what can be scored is scored")
  func broken() throws {
    let made = try copy(
      "made",
      [
        "album": { $0.replacing("\n2,", with: "\n1,") },
        "track": { $0.replacing(",11170334,", with: ",large,") },
      ])
    let result = try evaluate(made, ["--sections", "integrity"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("synthetic table album: ") && result.output.contains("earlier row"))
    #expect(result.output.contains("synthetic table track: ") && result.output.contains("no key of album"))
    #expect(result.output.contains("column Bytes") && result.output.contains("'large' on line 2"))
    let renamed = try copy("renamed", ["track": { $0.replacing("Milliseconds", with: "Miliseconds") }])
    let refused = try evaluate(renamed, [])
    #expect(refused.status == 2)
    #expect(refused.errors.contains("column Milliseconds") && refused.errors.contains("Miliseconds"))
    FileSystem.removeIfPresent("\(made)/genre.csv")
    let missing = try evaluate(made, [])
    #expect(missing.status == 2 && missing.errors.contains("genre.csv"), "\(missing.errors)")
  }

  @Test("options that say nothing or contradict each other are refused with what was expected")
  func options() throws {
    let made = try copy("made")
    for (arguments, status, expected) in [
      (["evaluate"], 64, "--synthetic"),
      (["evaluate", made, "--real", Self.data], 64, "--real"),
      (["evaluate", "--real", Self.data, "--synthetic", made, "--sections", "privvacy"], 2, "privacy"),
      (["evaluate", "--real", Self.data, "--synthetic", made, "--mode", "paperr"], 2, "sdmetrics-0.32"),
      (["evaluate", "--real", Self.data, "--synthetic", folder.file("nowhere")], 2, "nowhere"),
      (["evaluate", "--real", Self.data, "--synthetic", made, "--holdout", folder.file("no")], 2, "no such folder"),
      (["evaluate", made], 2, "no run"),
    ] {
      let result = try Program.run(arguments)
      #expect(result.status == Int32(status), "\(arguments): \(result.errors)")
      #expect(result.errors.contains(expected), "\(arguments): \(result.errors)")
    }
  }
}
