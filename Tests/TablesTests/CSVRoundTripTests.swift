import Essentials
import Foundation
import Tables
import TestSupport
import Testing

@Suite("CSV round trip")
struct CSVRoundTripTests {
  /// Fields that have broken CSV readers.
  private static let nasty = [
    "", "a", ",", "\"", "\"\"", "\n", "\r\n", "\r", " a ", "a\"b", "a,\"b\"\n", "'", "\\", "é", "🎲", "\u{FEFF}x", ";",
    "\t",
  ]

  /// Writes a table of texts, surveys it, reads it and gives the texts back.
  private func roundTrip(_ rows: [[String]], columns: Int) throws -> [[String]] {
    let database = try TextDatabase(columns: columns)
    let writer = try CSVWriter(path: database.file, header: database.names)
    for row in rows { for field in row { try writer.append(field) } }
    try writer.finish()
    return try database.read()
  }

  @Test("every pair of nasty fields comes back as it was written")
  func pairs() throws {
    let rows = Self.nasty.flatMap { first in Self.nasty.map { [first, $0] } }
    let read = try roundTrip(rows, columns: 2)
    #expect(read.count == rows.count)
    for (expected, found) in zip(rows, read) {
      #expect(expected.map { Array($0.utf8) } == found.map { Array($0.utf8) })
    }
  }

  @Test("every triple of the nastiest fields comes back as it was written")
  func triples() throws {
    let fields = Array(Self.nasty.prefix(8))
    let rows = fields.flatMap { first in fields.flatMap { second in fields.map { [first, second, $0] } } }
    #expect(try roundTrip(rows, columns: 3) == rows)
  }

  @Test("a table of one column keeps its missing values")
  func oneColumn() throws {
    let rows = Self.nasty.map { [$0] } + [[""], [""]]
    #expect(try roundTrip(rows, columns: 1) == rows)
  }

  @Test(
    "line ends, byte order marks and a missing final line break do not change the content",
    arguments: ["\n", "\r\n"], [true, false])
  func forms(lineEnd: String, final: Bool) throws {
    for mark in ["", "\u{FEFF}"] {
      let database = try TextDatabase(columns: 3)
      let lines = [database.names.joined(separator: ","), "a,b,c", "\"x\(lineEnd)y\",,\"\"", ",\"q\"\"q\","]
      try database.write(mark + lines.joined(separator: lineEnd) + (final ? lineEnd : ""))
      #expect(try database.read() == [["a", "b", "c"], ["x\(lineEnd)y", "", ""], ["", "q\"q", ""]])
    }
  }

  @Test("a header without rows is an empty table")
  func headerOnly() throws {
    for end in ["", "\n", "\r\n"] {
      let database = try TextDatabase(columns: 2)
      try database.write("c0,c1" + end)
      #expect(try database.read().isEmpty)
    }
  }

  @Test("blocks of any size give the same rows")
  func blocks() throws {
    let database = try TextDatabase(columns: 2)
    let rows = (0..<23).map { ["r\($0)", $0 % 3 == 0 ? "" : "\n\($0)"] }
    try database.write("c0,c1\n" + rows.map { "\($0[0]),\"\($0[1])\"\n" }.joined())
    for size in [1, 2, 7, 23, 100] { #expect(try database.read(blockRows: size) == rows) }
  }

  @Test("a file that changed after the survey is refused")
  func changed() throws {
    let database = try TextDatabase(columns: 1)
    try database.write("c0\na\n")
    let schema = try SchemaLoader.load(folder: database.folder.path)
    let survey = try Surveyor.survey(schema)
    try database.write("c0\nab\n")
    let error = try #require(
      failure { _ = try TableReader(table: schema.tables[0], survey: survey.tables[0]) })
    #expect(error.description.contains("it has changed since"))
  }

  @Test("a full disk is a storage error that names the file")
  func fullDisk() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let error = try #require(
      failure {
        let writer = try CSVWriter(path: "/dev/full", header: ["a"])
        try writer.append("1")
        try writer.finish()
      })
    #expect(error.code == .storage)
    #expect(error.description.contains("/dev/full"))
    #expect(error.description.contains("free some space"))
  }
}

/// A database of one table whose columns are categorical.
struct TextDatabase {
  let folder: TemporaryFolder
  let names: [String]

  init(columns: Int) throws {
    folder = try TemporaryFolder()
    names = (0..<columns).map { "c\($0)" }
    let described = names.map { "\"\($0)\": {\"sdtype\": \"categorical\"}" }.joined(separator: ", ")
    let metadata =
      "{\"METADATA_SPEC_VERSION\": \"MULTI_TABLE_V1\", \"tables\": {\"t\": {\"columns\": {\(described)}}}}"
    try Data(metadata.utf8).write(to: URL(fileURLWithPath: folder.file("metadata.json")))
  }

  var file: String { folder.file("t.csv") }

  func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: file)) }

  func read(blockRows: Int = 64) throws -> [[String]] {
    let schema = try SchemaLoader.load(folder: folder.path)
    let survey = try Surveyor.survey(schema)
    let reader = try TableReader(table: schema.tables[0], survey: survey.tables[0])
    var codes = [[Int32]](repeating: [], count: names.count)
    var next = 0
    while let block = try reader.next(maximumRows: blockRows) {
      precondition(block.firstRow == next, "blocks must follow each other")
      next += block.rowCount
      for (index, column) in block.columns.enumerated() { codes[index] += column.codes ?? [] }
    }
    let dictionaries = names.indices.map { reader.dictionary(column: $0) }
    return (0..<next).map { row in
      names.indices.map { codes[$0][row] < 0 ? "" : dictionaries[$0][Int(codes[$0][row])] }
    }
  }
}
