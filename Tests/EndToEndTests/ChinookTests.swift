import Essentials
import Foundation
import TestSupport
import Testing

/// The main job on the bundled database, with short trainings: everything but the quality of the models.
@Suite("A run on Chinook", .serialized)
struct ChinookTests {
  static let data = Fixtures.path("chinook")
  static let short = ["--set", "denoiser.steps=40", "--set", "denoiser.layers=[64, 64]", "--set", "sampling.steps=8"]

  private func run(out: String, workers: Int, more: [String] = []) throws -> Program.Result {
    try Program.run(["run", "--data", Self.data, "--out", out, "--workers", "\(workers)"] + Self.short + more)
  }

  @Test("keys hold, pairs of junction tables are distinct, and columns keep their names, order and types")
  func integrity() throws {
    let folder = try TemporaryFolder()
    let result = try run(out: "\(folder.path)/run", workers: 2)
    #expect(result.status == 0, "\(result.errors)")
    var tables: [String: (real: CSVTable, synthetic: CSVTable)] = [:]
    for file in FileSystem.list(Self.data) where file.hasSuffix(".csv") {
      let name = String(file.dropLast(4))
      tables[name] = (
        try CSVTable("\(Self.data)/\(file)"), try CSVTable("\(folder.path)/run/synthetic/\(file)")
      )
    }
    #expect(tables.count == 11)
    for (name, pair) in tables {
      #expect(pair.real.header == pair.synthetic.header, "columns of \(name)")
      #expect(pair.real.rows.count == pair.synthetic.rows.count, "rows of \(name)")
    }
    let keys = [
      "album": "AlbumId", "artist": "ArtistId", "customer": "CustomerId", "employee": "EmployeeId",
      "genre": "GenreId", "invoice": "InvoiceId", "invoice_line": "InvoiceLineId", "media_type": "MediaTypeId",
      "playlist": "PlaylistId", "playlist_track": "playlist_track_pk", "track": "TrackId",
    ]
    for (name, key) in keys {
      let values = try #require(try tables[name]?.synthetic.column(key))
      #expect(Set(values).count == values.count, "keys of \(name)")
      #expect(values.allSatisfy { Int($0) != nil }, "type of the key of \(name)")
    }
    let relations = [
      ("album", "ArtistId", "artist"), ("customer", "SupportRepId", "employee"), ("invoice", "CustomerId", "customer"),
      ("invoice_line", "TrackId", "track"), ("invoice_line", "InvoiceId", "invoice"),
      ("playlist_track", "TrackId", "track"), ("playlist_track", "PlaylistId", "playlist"),
      ("track", "MediaTypeId", "media_type"), ("track", "GenreId", "genre"), ("track", "AlbumId", "album"),
    ]
    for (child, column, parent) in relations {
      let known = Set(try #require(try tables[parent]?.synthetic.column(keys[parent] ?? "")))
      let used = try #require(try tables[child]?.synthetic.column(column))
      #expect(used.allSatisfy(known.contains), "\(child).\(column)")
    }
    let junction = try #require(tables["playlist_track"]?.synthetic)
    let pairs = zip(try junction.column("TrackId"), try junction.column("PlaylistId")).map { "\($0)/\($1)" }
    #expect(Set(pairs).count == pairs.count)
    let invoice = try #require(tables["invoice"])
    let countries = Set(try invoice.real.column("BillingCountry"))
    #expect(try invoice.synthetic.column("BillingCountry").allSatisfy(countries.contains))
    let format = /\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}/
    #expect(try invoice.synthetic.column("InvoiceDate").allSatisfy { $0.wholeMatch(of: format) != nil })
    let track = try #require(tables["track"]?.synthetic)
    #expect(try track.column("Milliseconds").allSatisfy { Int($0) != nil })
  }

  @Test("one, two and three workers write the same bytes")
  func sameBytes() throws {
    let folder = try TemporaryFolder()
    var found: [[String: Digest]] = []
    for workers in 1...3 {
      let out = "\(folder.path)/run\(workers)"
      let result = try run(out: out, workers: workers)
      #expect(result.status == 0, "\(result.errors)")
      found.append(try Program.digests("\(out)/synthetic"))
    }
    #expect(found[0].count == 11)
    #expect(found[0] == found[1])
    #expect(found[0] == found[2])
  }

  @Test("a killed coordinator, a killed supervisor and a killed compute process change nothing in the result")
  func kills() throws {
    let folder = try TemporaryFolder()
    let undisturbed = try run(out: "\(folder.path)/undisturbed", workers: 2)
    #expect(undisturbed.status == 0, "\(undisturbed.errors)")
    let out = "\(folder.path)/disturbed"
    let arguments = ["run", "--data", Self.data, "--out", out, "--workers", "2"] + Self.short

    let first = try Program.start(arguments, in: folder, name: "first")
    Thread.sleep(forTimeInterval: 0.7)
    kill(first.processIdentifier, SIGKILL)
    first.waitUntilExit()
    #expect(!FileSystem.exists("\(out)/synthetic"), "nothing is published before the end")

    let second = try Program.start(arguments, in: folder, name: "second")
    var killed = 0
    for round in 0..<6 where second.isRunning {
      Thread.sleep(forTimeInterval: 0.35)
      let children = Processes.descendants(of: second.processIdentifier)
      guard !children.isEmpty else { continue }
      if kill(children[round % children.count], SIGKILL) == 0 { killed += 1 }
    }
    second.waitUntilExit()
    #expect(killed > 0)
    let errors = String(decoding: try FileSystem.read("\(folder.path)/second.err"), as: UTF8.self)
    #expect(second.terminationStatus == 0, "\(errors)")
    #expect(
      try Program.digests("\(out)/synthetic") == Program.digests("\(folder.path)/undisturbed/synthetic"))
  }

  @Test("a finished run is not computed again, and one of another configuration is refused")
  func continued() throws {
    let folder = try TemporaryFolder()
    let out = "\(folder.path)/run"
    #expect(try run(out: out, workers: 2).status == 0)
    let again = try run(out: out, workers: 1, more: ["--json"])
    #expect(again.status == 0)
    #expect(again.output.contains("\"tasksRun\":0"))
    let other = try run(out: out, workers: 2, more: ["--seed", "5"])
    #expect(other.status == 2)
    #expect(other.errors.contains("seed: 0 → 5"))
  }

  @Test("evaluating the written files gives the scores that the run reported")
  func evaluate() throws {
    let folder = try TemporaryFolder()
    let out = "\(folder.path)/run"
    #expect(try run(out: out, workers: 2).status == 0)
    let result = try Program.run(
      ["evaluate", "--real", Self.data, "--synthetic", "\(out)/synthetic", "--json", "--sections", "none"])
    #expect(result.status == 0, "\(result.errors)")
    struct Part: Decodable {
      struct Value: Decodable { var value: Double? }
      struct Hop: Decodable { var score: Value }
      var shapes: Value
      var cardinality: Value
      var hops: [Hop]
    }
    struct Whole: Decodable { var all: Part }
    struct Printed: Decodable { var scores: Whole }
    let apart = try JSONDecoder().decode(Printed.self, from: Data(result.output.utf8)).scores.all
    let within = try JSONDecoder().decode(Whole.self, from: FileSystem.read("\(out)/scores.json")).all
    #expect(abs((apart.shapes.value ?? 0) - (within.shapes.value ?? 1)) < 1e-9)
    #expect(abs((apart.cardinality.value ?? 0) - (within.cardinality.value ?? 1)) < 1e-9)
    #expect(apart.hops.count == within.hops.count)
    for (left, right) in zip(apart.hops, within.hops) {
      #expect(abs((left.score.value ?? 0) - (right.score.value ?? 1)) < 1e-9)
    }
  }

  @Test("twice the size gives twice the rows, half the size half of them", arguments: [0.5, 2.0])
  func scales(scale: Double) throws {
    let folder = try TemporaryFolder()
    let out = "\(folder.path)/run"
    let result = try run(out: out, workers: 2, more: ["--scale", "\(scale)"])
    #expect(result.status == 0, "\(result.errors)")
    for name in ["artist", "invoice", "track"] {
      let real = try CSVTable("\(Self.data)/\(name).csv").rows.count
      let synthetic = try CSVTable("\(out)/synthetic/\(name).csv").rows.count
      #expect(abs(Double(synthetic) - scale * Double(real)) <= 0.1 * scale * Double(real) + 2, "\(name): \(synthetic)")
    }
  }
}

/// Processes on this machine, from /proc.
enum Processes {
  /// Children, grandchildren and so on of a process.
  static func descendants(of root: Int32) -> [Int32] {
    var parents: [Int32: Int32] = [:]
    for name in FileSystem.list("/proc") {
      guard let process = Int32(name),
        let stat = FileManager.default.contents(atPath: "/proc/\(name)/stat")
      else { continue }
      let text = String(decoding: stat, as: UTF8.self)
      guard let end = text.lastIndex(of: ")") else { continue }
      let fields = text[text.index(after: end)...].split(separator: " ")
      if fields.count > 1, let parent = Int32(fields[1]) { parents[process] = parent }
    }
    var found: [Int32] = []
    var queue = [root]
    while let next = queue.popLast() {
      let children = parents.filter { $0.value == next }.map(\.key).sorted()
      found += children
      queue += children
    }
    return found
  }
}
