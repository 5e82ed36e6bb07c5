import Essentials
import Foundation
import TestSupport
import Testing

/// Sweeps that tune each denoiser on its own, as a user runs them.
@Suite("Sweeps of single denoisers as commands", .serialized)
struct RelationSweepCommandTests {
  /// Customers and their orders, and branches, of which there are too few to keep some from training.
  private func database(in folder: TemporaryFolder) throws -> String {
    let path = folder.file("data")
    try FileSystem.createFolder(path)
    var customers = "customer_id,region,age\n", orders = "order_id,customer_id,amount,day\n"
    for key in 0..<240 {
      customers += "\(key),\(["north", "south", "west"][key % 3]),\(20 + key * 7 % 50)\n"
      for order in 0..<(key % 3) {
        orders += "\(key * 10 + order),\(key),\((key % 3) * 100 + key * (order + 3) % 37),\(key * 13 % 29)\n"
      }
    }
    let branches = "branch_id,size\n" + (0..<9).map { "\($0),\($0 * $0 % 5)\n" }.joined()
    for (name, text) in [("customer", customers), ("order", orders), ("branch", branches)] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name).csv"))
    }
    let metadata = """
      {"METADATA_SPEC_VERSION": "MULTI_TABLE_V1", "tables": {
        "customer": {"primary_key": "customer_id", "columns": {"customer_id": {"sdtype": "id"},
          "region": {"sdtype": "categorical"}, "age": {"sdtype": "numerical"}}},
        "branch": {"primary_key": "branch_id", "columns": {"branch_id": {"sdtype": "id"}, "size": {"sdtype": "numerical"}}},
        "order": {"primary_key": "order_id", "columns": {"order_id": {"sdtype": "id"},
          "customer_id": {"sdtype": "id"}, "amount": {"sdtype": "numerical"}, "day": {"sdtype": "numerical"}}}},
       "relationships": [{"parent_table_name": "customer", "parent_primary_key": "customer_id",
         "child_table_name": "order", "child_foreign_key": "customer_id"}]}
      """
    try Data(metadata.utf8).write(to: URL(fileURLWithPath: "\(path)/metadata.json"))
    return path
  }

  private func file(_ text: String, in folder: TemporaryFolder, name: String = "sweep.yaml") throws -> String {
    let path = folder.file(name)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  private static let short = [
    "--set", "denoiser.layers=[16, 16]", "--set", "denoiser.steps=40", "--set", "denoiser.holdout=0.2", "--set",
    "sampling.steps=4", "--set", "labels.clusters=3", "--set", "evaluation.enabled=false",
  ]

  private static let sweep = """
    sweep: { name: small, scope: relation, trials: 5, seed: 3 }
    sampler: { kind: random }
    pruner: { kind: asha, min: 10, max: 40, eta: 2 }
    parameters:
      denoiser.learning_rate: { log_uniform: [1e-4, 1e-1] }
      denoiser.layers: { choice: [[16, 16], [24]] }
    """

  private func json(_ arguments: [String]) throws -> JSONValue {
    let result = try Program.run(arguments)
    try #require(result.status == 0, "\(result.errors)")
    return try CanonicalJSON.decode(JSONValue.self, from: Data(result.output.utf8), source: "output")
  }

  private func read(_ path: String) throws -> JSONValue {
    try CanonicalJSON.decode(JSONValue.self, from: FileSystem.read(path), source: path)
  }

  /// Trials of a sweep without their seconds, which differ from run to run.
  private func trials(_ sweep: String) throws -> [String] {
    let result = try Program.run(["sweep", "export", sweep])
    try #require(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let seconds = try #require(lines.first?.firstIndex(of: "seconds"))
    return lines.map { $0.enumerated().filter { $0.offset != seconds }.map(\.element).joined(separator: ",") }
  }

  @Test("each denoiser has a best of its own, and its configuration gives the same networks in a run")
  func bestOfEach() throws {
    let folder = try TemporaryFolder()
    let data = try database(in: folder), sweep = try file(Self.sweep, in: folder)
    let out = folder.file("sweep"), best = folder.file("best.yaml"), run = folder.file("run")
    let plan = try Program.run(["plan", sweep, "--data", data, "--workers", "2"] + Self.short)
    #expect(plan.output.contains("10 trials (5 of each of 2 denoisers)"), "\(plan.output)\(plan.errors)")
    #expect(plan.output.contains("branch (9 rows)"))
    let result = try Program.run(["sweep", "run", sweep, "--data", data, "--out", out, "--workers", "2"] + Self.short)
    try #require(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("not tuned") && result.output.contains("branch (9 rows)"), "\(result.output)")
    // Nothing but what leads to the denoisers, and that once.
    let tasks = FileSystem.list("\(out)/tasks")
    #expect(tasks.filter { $0.hasPrefix("encode") }.count == 2, "\(tasks)")
    #expect(tasks.filter { $0.hasPrefix("label") }.count == 1)
    #expect(tasks.allSatisfy { ["encode", "label", "train-denoiser"].contains($0.prefix { $0 != "_" }) }, "\(tasks)")

    let found = try #require(try json(["sweep", "best", out, "--apply", best, "--json"]).array)
    #expect(found.compactMap { $0["relation"]?.text } == ["customer", "order"])
    let second = try Program.run(["run", best, "--out", run, "--workers", "2", "--quiet"])
    try #require(second.status == 0, "\(second.errors)")
    let tables = try #require(try read("\(run)/summary.json")["tables"]?.array)
    for one in found {
      let name = try #require(one["relation"]?.text), number = try #require(one["best"]?["number"]?.double)
      let table = try #require(tables.first { $0["name"]?.text == name })
      #expect(table["validationLoss"]?.double == one["bestValue"]?.double)
      let trial = try read("\(out)/relations/\(name)/trials/\(Int(number))/summary.json")
      #expect(trial["validationLoss"]?.double == one["bestValue"]?.double)
      // The files of the two networks are the same: one was trained rung by rung, the other at a stretch.
      let digest = try #require(trial["file"]?.text)
      #expect(FileSystem.exists("\(run)/objects/\(digest.prefix(2))/\(digest)"), "\(name) \(digest)")
    }
    let options = try String(contentsOfFile: best, encoding: .utf8)
    #expect(options.contains("denoisers:\n  customer: { layers: [") && options.contains("learning_rate: "))
    #expect(!options.contains("branch"))

    let replay = try Program.run(["sweep", "replay", out])
    #expect(replay.status == 0 && replay.output.contains("10 suggestions"), "\(replay.output)")
    #expect(replay.output.contains(" 0 differences"))
    #expect(try json(["sweep", "replay", out, "--json"])["relations"]?["order"]?["suggestions"]?.double == 5)
    for page in ["report/index.html", "relations/order/report/index.html", "report/trials.csv"] {
      #expect(FileSystem.exists("\(out)/\(page)"), "\(page)")
    }
    let status = try json(["sweep", "status", out, "--json"])["relations"]?.array
    #expect(status?.count == 2 && status?.first?["status"]?["trials"]?.double == 5)
    #expect(try Program.run(["sweep", "watch", out]).output.contains("10 of 10 trials"))
  }

  @Test("generations give the same trials and networks for one worker and for two, and after a kill")
  func generations() throws {
    let folder = try TemporaryFolder()
    let data = try database(in: folder), sweep = try file(Self.sweep, in: folder)
    func arguments(_ out: String, _ workers: String) -> [String] {
      ["sweep", "run", sweep, "--data", data, "--out", out, "--workers", workers, "--synchronous", "3", "--quiet"]
        + Self.short
    }
    let one = folder.file("one"), two = folder.file("two")
    let first = try Program.run(arguments(one, "1"))
    try #require(first.status == 0, "\(first.errors)")
    let process = try Program.start(arguments(two, "2"), in: folder, name: "killed")
    usleep(900_000)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let second = try Program.run(arguments(two, "2"))
    try #require(second.status == 0, "\(second.errors)")
    let expected = try trials(one)
    #expect(expected.count == 11 && expected.first?.hasPrefix("relation,trial,") == true)
    #expect(try trials(two) == expected)
    let replay = try Program.run(["sweep", "replay", two])
    #expect(replay.status == 0, "\(replay.output)")
  }

  @Test("a sweep of denoisers says what it needs, and commands about one trial ask for the denoiser")
  func mistakesAndSteering() throws {
    let folder = try TemporaryFolder()
    let data = try database(in: folder), never = folder.file("never")
    for (text, extra, words) in [
      (Self.sweep, ["--set", "denoiser.holdout=0"], "denoiser: { holdout: 0.05 }"),
      (Self.sweep, ["--set", "denoisers.ordr.steps=5"], "did you mean 'order'?"),
      (Self.sweep.replacing("denoiser.layers", with: "codec.knots"), [], "only trains denoisers"),
      (Self.sweep.replacing("[24]", with: "[]"), [], "list of layers is empty"),
    ] {
      let sweep = try file(text, in: folder)
      let result = try Program.run(["sweep", "run", sweep, "--data", data, "--out", never] + Self.short + extra)
      #expect(result.status == 2, "\(words): \(result.errors)")
      #expect(result.errors.contains(words), "\(result.errors)")
    }
    let text = """
      sweep: { scope: relation, trials: 2 }
      objective: { name: loss, goal: minimize }
      sampler: { kind: random }
      parameters: { denoiser.batch: { int: [16, 64] } }
      """
    let sweep = try file(text, in: folder), out = folder.file("sweep")
    // The training loss needs no holdout, and is defined for tables of any size.
    let run = try Program.run(
      ["sweep", "run", sweep, "--data", data, "--out", out, "--quiet"] + Self.short
        + ["--set", "denoiser.holdout=0", "--set", "denoiser.steps=10"])
    try #require(run.status == 0, "\(run.errors)")
    #expect(try trials(out).count == 7)
    let asked = try Program.run(["sweep", "ask", out])
    #expect(asked.status == 2 && asked.errors.contains("--relation NAME"), "\(asked.errors)")
    #expect(try Program.run(["sweep", "ask", out, "--relation", "ordr"]).errors.contains("'order'"))
    let wider = try file(text.replacing("trials: 2", with: "trials: 4"), in: folder, name: "wider.yaml")
    let edited = try Program.run(["sweep", "edit", out, wider])
    #expect(edited.status == 0, "\(edited.errors)")
    #expect(try Program.run(["sweep", "ask", out, "--relation", "order"]).output.contains("trial 2"))
    #expect(
      try Program.run(["sweep", "tell", out, "2", "loss=0.001", "--relation", "order"]).output.contains("complete"))
    #expect(try Program.run(["sweep", "enqueue", out, "--relation", "branch", "denoiser.batch=17"]).status == 0)
    #expect(try Program.run(["sweep", "retry", out, "--failed"]).output.contains("0 trials"))
    let resumed = try Program.run(["sweep", "resume", out, "--quiet"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    let rows = try trials(out)
    #expect(rows.count == 13 && rows.filter { $0.contains(",complete,") }.count == 12)
    #expect(rows.contains { $0.hasPrefix("branch,2,") && $0.contains(",17,") }, "\(rows)")
    let best = try Program.run(["sweep", "best", out, "--relation", "order"])
    #expect(best.status == 0 && best.output.contains("0.001"), "\(best.output)\(best.errors)")
  }
}

extension JSONValue {
  fileprivate var array: [JSONValue]? {
    if case .array(let values) = self { values } else { nil }
  }
  fileprivate var text: String? {
    if case .string(let text) = self { text } else { nil }
  }
  fileprivate var double: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }
}
