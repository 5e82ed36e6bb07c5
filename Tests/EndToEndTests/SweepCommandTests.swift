import Essentials
import Foundation
import TestSupport
import Testing

/// Sweeps as a user runs them, on a database of two small tables.
@Suite("Sweeps", .serialized)
struct SweepCommandTests {
  /// Customers and their orders, whose amounts follow the customer's region.
  private func database(in folder: TemporaryFolder) throws -> String {
    let path = folder.file("data")
    try FileSystem.createFolder(path)
    var customers = "customer_id,region,age\n", orders = "order_id,customer_id,amount\n"
    for key in 0..<60 {
      customers += "\(key),\(["north", "south", "west"][key % 3]),\(20 + key * 7 % 50)\n"
      for order in 0..<(key % 4) { orders += "\(key * 10 + order),\(key),\((key % 3) * 100 + key * order % 37)\n" }
    }
    try Data(customers.utf8).write(to: URL(fileURLWithPath: "\(path)/customer.csv"))
    try Data(orders.utf8).write(to: URL(fileURLWithPath: "\(path)/order.csv"))
    let metadata = """
      {"METADATA_SPEC_VERSION": "MULTI_TABLE_V1", "tables": {
        "customer": {"primary_key": "customer_id", "columns": {"customer_id": {"sdtype": "id"},
          "region": {"sdtype": "categorical"}, "age": {"sdtype": "numerical"}}},
        "order": {"primary_key": "order_id", "columns": {"order_id": {"sdtype": "id"},
          "customer_id": {"sdtype": "id"}, "amount": {"sdtype": "numerical"}}}},
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
    "--set", "denoiser.layers=[16, 16]", "--set", "denoiser.steps=40", "--set", "sampling.steps=4",
    "--set", "labels.clusters=3",
  ]

  private static let halving = """
    sweep: { name: small, trials: 6, seed: 3, synchronous: 3 }
    objective: { name: pairs, goal: maximize }
    sampler: { kind: random }
    pruner: { kind: asha, metric: quick_score, min: 10, max: 40, eta: 2 }
    parameters:
      denoiser.learning_rate: { log_uniform: [1e-4, 1e-2] }
      sampling.steps: { int: [3, 8] }
    """

  /// Trials of a sweep: number, parameters, state and digest of the result.
  private func trials(_ sweep: String) throws -> [String] {
    let result = try Program.run(["sweep", "export", sweep])
    try #require(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    // The seconds differ from run to run.
    let seconds = try #require(lines.first?.firstIndex(of: "seconds"))
    return lines.map { $0.enumerated().filter { $0.offset != seconds }.map(\.element).joined(separator: ",") }
  }

  @Test("the same trials and results come out for one worker, two and eight, and after kills")
  func sameTrials() throws {
    let folder = try TemporaryFolder()
    let data = try database(in: folder), sweep = try file(Self.halving, in: folder)
    func arguments(_ out: String, _ workers: String) -> [String] {
      ["sweep", "run", sweep, "--data", data, "--out", out, "--workers", workers, "--quiet"] + Self.short
    }
    let one = folder.file("one"), two = folder.file("two"), eight = folder.file("eight"), killed = folder.file("killed")
    // The number of trials in a round must not matter.
    let first = try Program.run(arguments(one, "1"))
    try #require(first.status == 0, "\(first.errors)")
    let second = try Program.run(arguments(two, "2"))
    try #require(second.status == 0, "\(second.errors)")
    let third = try Program.run(arguments(eight, "8"))
    try #require(third.status == 0, "\(third.errors)")
    for round in 0..<4 {
      let process = try Program.start(arguments(killed, "2"), in: folder, name: "kill\(round)")
      usleep(useconds_t(500_000 + 350_000 * round))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let last = try Program.run(["sweep", "resume", killed, "--quiet"])
    try #require(last.status == 0, "\(last.errors)")
    let expected = try trials(one)
    #expect(expected.count == 7)
    #expect(try trials(two) == expected)
    #expect(try trials(eight) == expected)
    #expect(try trials(killed) == expected)
    for path in [one, killed] {
      let replay = try Program.run(["sweep", "replay", path])
      #expect(replay.status == 0, "\(replay.output)")
      #expect(replay.output.contains("6 suggestions"))
      #expect(replay.output.contains(" 0 differences"))
    }
  }

  @Test("50 trials share what they do not vary, and the best one's configuration gives its tables")
  func sharedWork() throws {
    let folder = try TemporaryFolder()
    let data = try database(in: folder)
    let sweep = try file(
      """
      sweep: { trials: 50 }
      objective: [{ name: pairs, goal: maximize }, { name: loss, goal: minimize }]
      sampler: { kind: sobol }
      parameters:
        denoiser.learning_rate: { log_uniform: [1e-4, 1e-2] }
      """, in: folder)
    let out = folder.file("sweep")
    let plan = try Program.run(["plan", sweep, "--data", data, "--workers", "2"] + Self.short)
    #expect(plan.status == 0, "\(plan.errors)")
    #expect(plan.output.contains("50 trials over denoiser.learning_rate"), "\(plan.output)")
    #expect(plan.output.contains("are shared"))
    let result = try Program.run(
      ["sweep", "run", sweep, "--data", data, "--out", out, "--workers", "2"] + Self.short)
    try #require(result.status == 0, "\(result.errors)")
    let tasks = FileSystem.list("\(out)/tasks")
    #expect(tasks.filter { $0.hasPrefix("encode") }.count == 2)
    #expect(tasks.filter { $0.hasPrefix("label") }.count == 1)
    #expect(tasks.filter { $0.hasPrefix("structure") }.count == 2)
    #expect(tasks.filter { $0.hasPrefix("train-denoiser") }.count == 100)
    let best = try Program.run(["sweep", "best", out, "--apply", folder.file("best.yaml"), "--json"])
    try #require(best.status == 0, "\(best.errors)")
    let number = try #require(
      best.output.firstMatch(of: /"number" ?: ?(\d+)/).flatMap { Int($0.output.1) }, "\(best.output)")
    let run = try Program.run(["run", folder.file("best.yaml"), "--out", folder.file("run"), "--quiet"])
    try #require(run.status == 0, "\(run.errors)")
    func scores(_ path: String) throws -> JSONValue? {
      let value = try CanonicalJSON.decode(JSONValue.self, from: FileSystem.read(path), source: path)
      if case .object(let members) = value { return members["scores"] }
      return nil
    }
    let found = try scores("\(folder.file("run"))/summary.json")
    let expected = try scores("\(out)/trials/\(number)/summary.json")
    #expect(found != nil)
    #expect(found == expected)
  }

  @Test("parameters that do not exist, and objectives no trial has, are named before the first trial")
  func mistakes() throws {
    let folder = try TemporaryFolder()
    let data = try database(in: folder)
    for (text, words) in [
      (Self.halving.replacing("denoiser.learning_rate", with: "denoiser.learning_rat"), "denoiser.learning_rate"),
      (Self.halving.replacing("name: pairs", with: "name: pears"), "pairs"),
      (Self.halving.replacing("sampling.steps", with: "denoiser.steps"), "what the pruner spends"),
      (Self.halving.replacing("quick_score", with: "val_loss"), "denoiser: { holdout: 0.05 }"),
    ] {
      let sweep = try file(text, in: folder)
      let result = try Program.run(["sweep", "run", sweep, "--data", data, "--out", folder.file("never")])
      #expect(result.status == 2, "\(words): \(result.errors)")
      #expect(result.errors.contains(words), "\(result.errors)")
    }
  }

  @Test("parameters can be enqueued, asked for and told, and trials can be added")
  func steering() throws {
    let folder = try TemporaryFolder()
    let data = try database(in: folder)
    let text = """
      sweep: { trials: 2 }
      objective: { name: pairs, goal: maximize }
      sampler: { kind: random }
      parameters: { sampling.steps: { int: [2, 20] } }
      """
    let sweep = try file(text, in: folder), out = folder.file("sweep")
    try #require(
      try Program.run(["sweep", "run", sweep, "--data", data, "--out", out, "--quiet"] + Self.short).status == 0)
    #expect(try Program.run(["sweep", "ask", out]).status == 2)
    let wider = try file(text.replacing("trials: 2", with: "trials: 5"), in: folder, name: "wider.yaml")
    let edited = try Program.run(["sweep", "edit", out, wider])
    #expect(edited.status == 0, "\(edited.errors)")
    let asked = try Program.run(["sweep", "ask", out])
    #expect(asked.output.contains("trial 2"), "\(asked.errors)")
    #expect(try Program.run(["sweep", "tell", out, "2", "pairs=0.25"]).output.contains("complete"))
    #expect(try Program.run(["sweep", "enqueue", out, "sampling.steps=7"]).status == 0)
    #expect(try Program.run(["sweep", "enqueue", out, "sampling.steps=700"]).status == 2)
    let resumed = try Program.run(["sweep", "resume", out, "--quiet"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    let rows = try Program.run(["sweep", "export", out]).output.split(separator: "\n")
    #expect(rows.count == 6)
    #expect(rows.filter { $0.contains(",complete,") }.count == 5)
    #expect(rows.contains { $0.hasPrefix("3,") && $0.contains(",7,") })
  }
}
