import Configuration
import Essentials
import Evaluation
import Foundation
import Synthesis
import Tables
import TestSupport
import Testing

@Suite("Keeping whole groups from training")
struct HoldoutSplitTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func project(_ change: (inout Configuration) -> Void = { _ in }) throws -> Project {
    var configuration = Configuration()
    configuration.data.path = Fixtures.path("chinook")
    configuration.evaluation.holdout = 0.2
    change(&configuration)
    return try Project(configuration: configuration)
  }

  private func lines(_ path: String) throws -> [String] {
    String(decoding: try FileSystem.read(path), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test("the parts hold every record once, and the keys of the training part hold in it")
  func parts() throws {
    let whole = try project()
    let split = try #require(try HoldoutSplit.prepare(whole, in: folder.path))
    for table in whole.schema.tables {
      let all = try lines(table.file)
      let train = try lines("\(split.trainingFolder)/\(table.name).csv")
      let held = try lines("\(folder.path)/holdout/\(table.name).csv")
      #expect(train.first == all.first && held.first == all.first, "header of \(table.name)")
      #expect((train.dropFirst() + held.dropFirst()).sorted() == all.dropFirst().sorted(), "rows of \(table.name)")
      #expect(split.files[table.name]?.rowCount == held.count - 1)
    }
    // The survey refuses keys that do not hold.
    let training = try Project(configuration: whole.configuration, split: split)
    #expect(training.schema.relations == whole.schema.relations)
    let rows = training.survey.tables.reduce(0) { $0 + $1.rowCount }
    let allRows = whole.survey.tables.reduce(0) { $0 + $1.rowCount }
    #expect(Double(rows) < 0.95 * Double(allRows) && Double(rows) > 0.5 * Double(allRows))
    // Held-out rows refer to rows of one of the parts.
    let tables = whole.schema.tables.map(\.name)
    let read = try FolderDatabase.load(
      schema: training.schema, synthetic: ResultLayout(tables: tables, folder: split.trainingFolder),
      holdout: ResultLayout(tables: tables, folder: "\(folder.path)/holdout"))
    #expect(read.notices.isEmpty, "\(read.notices)")
    for facts in try #require(read.database.holdout).relationKeys { #expect(facts.dangling == 0 && facts.missing == 0) }
  }

  @Test("what was divided is found again, and divided anew when a part or the seed has changed")
  func resumed() throws {
    let whole = try project()
    let first = try #require(try HoldoutSplit.prepare(whole, in: folder.path))
    let path = "\(folder.path)/holdout/artist.csv"
    let before = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    let second = try #require(try HoldoutSplit.prepare(whole, in: folder.path))
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date == before)
    #expect(first.files.mapValues(\.digest) == second.files.mapValues(\.digest))
    try FileSystem.writeAtomically(Data("ArtistId,Name\n".utf8), to: path)
    let mended = try #require(try HoldoutSplit.prepare(whole, in: folder.path))
    #expect(mended.files.mapValues(\.digest) == first.files.mapValues(\.digest))
    #expect(try Digest.ofFile(path).digest == first.files["artist"]?.digest)
    let other = try #require(try HoldoutSplit.prepare(project { $0.seed = 5 }, in: folder.path))
    #expect(other.files.mapValues(\.digest) != first.files.mapValues(\.digest))
  }

  @Test("a lookup table stays whole, and the table whose rows are drawn can be named")
  func choices() throws {
    let split = try #require(
      try HoldoutSplit.prepare(
        project {
          $0.tables["genre"] = .init(kind: "lookup")
          $0.evaluation.holdoutTable = "customer"
        }, in: folder.path))
    #expect(split.files["genre"]?.rowCount == 0)
    #expect(split.files["customer"]?.rowCount == 12)
    let error = #expect(throws: ClavaError.self) {
      try HoldoutSplit.prepare(project { $0.evaluation.holdoutTable = "custmer" }, in: folder.path)
    }
    #expect(error?.description.contains("customer") == true)
  }

  @Test("no holdout is asked for, or no table has rows enough")
  func none() throws {
    #expect(try HoldoutSplit.prepare(project { $0.evaluation.holdout = nil }, in: folder.path) == nil)
    let error = #expect(throws: ClavaError.self) {
      try HoldoutSplit.prepare(
        project {
          $0.evaluation.holdout = 0.001
          $0.evaluation.holdoutTable = "genre"
        }, in: folder.path)
    }
    #expect(error?.description.contains("evaluation.holdout") == true)
    #expect(!FileSystem.exists(folder.file("train")))
  }
}
