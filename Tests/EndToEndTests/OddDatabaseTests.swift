import Essentials
import Foundation
import TestSupport
import Testing

@Suite("Odd databases")
struct OddDatabaseTests {
  private static let short = [
    "--workers", "1", "--set", "denoiser.steps=10", "--set", "denoiser.layers=[16]", "--set", "sampling.steps=4",
  ]
  /// Every database with every recipe that its options go with: the published one has one way of making structure.
  private static let cases: [(OddDatabase, String)] = OddDatabase.all.flatMap { database in
    let isPublished = !database.options.contains("structure.kind=resampled")
    return (isPublished ? ["clava", "clavaddpm"] : ["clava"]).map { (database, $0) }
  }
  private static let published = [
    "--recipe", "clavaddpm", "--set", "denoiser.timesteps=8", "--set", "classifier.steps=4", "--set",
    "classifier.layers=[16, 8]",
  ]

  @Test(
    "run to the end, and keys, formats, categories and missing values are those of the input",
    arguments: cases)
  func integrity(database: OddDatabase, recipe: String) throws {
    let folder = try TemporaryFolder()
    let (data, out) = (folder.file("data"), folder.file("run"))
    try database.write(to: data)
    let options = Self.short + (recipe == "clavaddpm" ? Self.published : []) + database.options
    let result = try Program.run(["run", "--data", data, "--out", out, "--quiet"] + options)
    try #require(result.status == 0, "\(result.errors)")
    #expect(result.errors.isEmpty)
    var synthetic: [String: CSVTable] = [:]
    for table in database.tables { synthetic[table.name] = try CSVTable("\(out)/synthetic/\(table.name).csv") }
    for table in database.tables {
      let written = try #require(synthetic[table.name])
      #expect(written.header == table.columns.map(\.name))
      #expect(written.rows.allSatisfy { $0.count == table.columns.count })
      // Labels that are sampled by an untrained model can call for any number of rows.
      let keepsRowCounts = database.keepsRowCounts && recipe == "clava"
      if keepsRowCounts { #expect(written.rows.count == table.rows.count, "rows of \(table.name)") }
      if !table.rows.isEmpty, recipe == "clava" { #expect(!written.rows.isEmpty, "rows of \(table.name)") }
      for (index, column) in table.columns.enumerated() {
        let values = written.rows.map { $0[index] }
        if column.name == table.primaryKey {
          #expect(Set(values).count == values.count, "\(table.name).\(column.name)")
        }
        if let parent = table.parents[column.name] {
          let keys = Set(try #require(synthetic[parent]).rows.map { $0[0] })
          #expect(values.allSatisfy(keys.contains), "\(table.name).\(column.name)")
        } else {
          try check(values, against: table.rows.map { $0[index] }, column.kind, "\(table.name).\(column.name)")
        }
      }
    }
  }

  /// What the values of one column must have in common with the input's.
  private func check(_ values: [String], against real: [String], _ kind: OddDatabase.Kind, _ name: String) throws {
    #expect(real.contains("") || !values.contains(""), "missing values in \(name)")
    #expect(real.contains { !$0.isEmpty } || values.allSatisfy(\.isEmpty), "values in \(name)")
    let present = values.filter { !$0.isEmpty }
    switch kind {
    case .key:
      let isInteger = real.allSatisfy { Int64($0) != nil }
      #expect(values.allSatisfy { (Int64($0) != nil) == isInteger }, "\(name)")
    case .category, .boolean: #expect(Set(values).isSubset(of: real), "\(name)")
    case .number:
      let numbers = real.compactMap(Double.init)
      let places = real.map(Self.places).max() ?? 0
      let isPlain = !real.contains { $0.contains("e") }
      for value in present {
        let number = try #require(Double(value), "\(name)")
        #expect(number >= numbers.min() ?? 0 && number <= numbers.max() ?? 0, "\(name): \(value)")
        if isPlain { #expect(Self.places(value) <= places, "\(name): \(value)") }
      }
    case .date(let format):
      var pattern = format.replacing("%Y", with: "[0-9]{4}").replacing(
        "%b", with: "(Jan|May|Dec|[FMASON][a-z]{2}|Ju[nl])")
      for part in ["%m", "%d", "%H", "%M", "%S", "%y"] { pattern = pattern.replacing(part, with: "[0-9]{2}") }
      let form = try Regex(pattern)
      for value in present { #expect(try form.wholeMatch(in: value) != nil, "\(name): \(value)") }
    }
  }

  /// Digits after the decimal point.
  private static func places(_ text: String) -> Int {
    text.firstIndex(of: ".").map { text.distance(from: $0, to: text.endIndex) - 1 } ?? 0
  }
}
