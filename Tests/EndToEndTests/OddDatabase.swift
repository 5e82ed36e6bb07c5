import Essentials
import Foundation
import TestSupport
import Testing

/// A database in SDV form that a test describes in code.
struct OddDatabase: Sendable, CustomTestStringConvertible {
  /// What a column holds.
  enum Kind: Sendable, Equatable {
    case key
    case number
    case category
    case boolean
    case date(String)

    fileprivate var json: String {
      switch self {
      case .key: #"{"sdtype": "id"}"#
      case .number: #"{"sdtype": "numerical"}"#
      case .category: #"{"sdtype": "categorical"}"#
      case .boolean: #"{"sdtype": "boolean"}"#
      case .date(let format): #"{"sdtype": "datetime", "datetime_format": "\#(format)"}"#
      }
    }
  }

  struct Table: Sendable {
    var name: String
    var columns: [(name: String, kind: Kind)]
    /// Fields by row; an empty one is missing.
    var rows: [[String]]
    var primaryKey: String?
    /// Parent table of each foreign key column.
    var parents: [String: String] = [:]
  }

  let name: String
  let tables: [Table]
  var options: [String] = []
  /// What ends a line.
  var lineEnd = "\n"
  /// What stands before the header.
  var prefix = ""
  /// Whether the options leave the number of rows as it is.
  var keepsRowCounts = true

  var testDescription: String { name }

  /// Writes metadata and tables.
  func write(to folder: String) throws {
    try FileSystem.createFolder(folder)
    let described = tables.map { table in
      let columns = table.columns.map { "\(Self.quoted($0.name)): \($0.kind.json)" }.joined(separator: ", ")
      let key = table.primaryKey.map { "\"primary_key\": \(Self.quoted($0)), " } ?? ""
      return "\(Self.quoted(table.name)): {\(key)\"columns\": {\(columns)}}"
    }
    let relations = tables.flatMap { table in
      table.parents.sorted { $0.key < $1.key }.map { column, parent in
        let key = tables.first { $0.name == parent }?.primaryKey ?? ""
        return """
          {"parent_table_name": \(Self.quoted(parent)), "parent_primary_key": \(Self.quoted(key)),
           "child_table_name": \(Self.quoted(table.name)), "child_foreign_key": \(Self.quoted(column))}
          """
      }
    }
    let metadata = """
      {"METADATA_SPEC_VERSION": "MULTI_TABLE_V1",
       "tables": {\(described.joined(separator: ",\n"))},
       "relationships": [\(relations.joined(separator: ",\n"))]}
      """
    try FileSystem.writeAtomically(Data(metadata.utf8), to: "\(folder)/metadata.json")
    for table in tables {
      let lines = ([table.columns.map(\.name)] + table.rows).map { $0.map(Self.field).joined(separator: ",") + lineEnd }
      try FileSystem.writeAtomically(Data((prefix + lines.joined()).utf8), to: "\(folder)/\(table.name).csv")
    }
  }

  private static func quoted(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "\"\(escaped.replacing("\n", with: "\\n"))\""
  }

  private static func field(_ text: String) -> String {
    text.contains { ["\"", ",", "\n", "\r", "\r\n"].contains($0) } ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
  }
}

extension OddDatabase {
  /// A table with a key, which is all it has.
  private static func bare(_ name: String, rows: Int) -> Table {
    Table(name: name, columns: [("\(name)_id", .key)], rows: (0..<rows).map { ["\($0 + 1)"] }, primaryKey: "\(name)_id")
  }

  /// A table of numbers and categories below others; its rows take the parents' rows in turn.
  private static func child(_ name: String, of parents: [Table], rows: Int) -> Table {
    Table(
      name: name,
      columns: [("\(name)_id", .key)] + parents.map { ("\($0.name)_key", .key) } + [("v", .number), ("c", .category)],
      rows: (0..<rows).map { row in
        ["\(row + 1)"] + parents.enumerated().map { $1.rows[(row * (3 * $0 + 1) + row / 7) % $1.rows.count][0] }
          + [row % 9 == 2 ? "" : "\(row % 5).25", "\(["a", "b", ""][row % 3])"]
      }, primaryKey: "\(name)_id",
      parents: Dictionary(uniqueKeysWithValues: parents.map { ("\($0.name)_key", $0.name) }))
  }

  private static func empty(_ table: Table) -> Table {
    var table = table
    table.rows = []
    return table
  }

  /// Rows of some of the parents, under the parents' keys.
  private static func extensionTable(_ name: String, of parent: Table, and other: Table) -> Table {
    Table(
      name: name, columns: [("key", .key), ("\(other.name)_key", .key), ("y", .number)],
      rows: parent.rows.enumerated().filter { $0.offset % 3 != 0 }.map { row, fields in
        [fields[0], other.rows[row % other.rows.count][0], "\(row)"]
      }, primaryKey: "key", parents: ["key": parent.name, "\(other.name)_key": other.name])
  }

  static let all: [OddDatabase] = [emptyTables, missing, texts, numbers, dates, diamond, stringKeys] + oneToOne

  private static let emptyTables: OddDatabase = {
    let root = bare("root", rows: 3)
    let gone = empty(child("gone", of: [root], rows: 1))
    let parent = Table(
      name: "parent", columns: [("parent_id", .key), ("x", .number), ("c", .category)], rows: [],
      primaryKey: "parent_id")
    let below = Table(
      name: "below", columns: [("below_id", .key), ("up", .key), ("d", .date("%Y-%m-%d")), ("b", .boolean)], rows: [],
      primaryKey: "below_id", parents: ["up": "gone"])
    return OddDatabase(
      name: "empty tables at the root, in the middle, below and alone; one without any attribute",
      tables: [root, gone, below, parent, bare("lonely", rows: 1), bare("nothing", rows: 0)])
  }()

  private static let missing: OddDatabase = {
    let table = Table(
      name: "t",
      columns: [
        ("id", .key), ("none", .number), ("nothing", .category), ("never", .date("%d/%m/%Y")), ("neither", .boolean),
        ("one", .number), ("same", .number), ("equal", .category), ("today", .date("%Y-%m-%d %H:%M:%S")),
        ("large", .number),
      ],
      rows: (0..<25).map {
        ["\($0)", "", "", "", "", $0 == 11 ? "3.5" : "", "7", "all", "2006-02-15 05:02:19", "98765432109876543210"]
      }, primaryKey: "id")
    return OddDatabase(
      name: "columns without values, with one value, with equal values",
      tables: [table, child("u", of: [table], rows: 2)])
  }()

  private static let texts: OddDatabase = {
    let values = [
      "ä,ö", "say \"hi\"", "line\nbreak", "日本語", "🎉", " lead", "trail ", "\"", "NaN", "null", "0", "\t", "",
    ]
    let table = Table(
      name: "with space", columns: [("key", .key), ("a \"b\",\nc", .category), ("many", .category), ("b", .boolean)],
      rows: (0..<400).map { ["\($0)", values[$0 % 13], "level \($0 % 350)", ["yes", "no", ""][$0 % 3]] },
      primaryKey: "key")
    return OddDatabase(
      name: "quotes, commas, line breaks and other scripts, more than 300 levels, CRLF, byte order mark",
      tables: [table],
      lineEnd: "\r\n", prefix: "\u{FEFF}")
  }()

  private static let numbers: OddDatabase = {
    let table = Table(
      name: "n",
      columns: [
        ("id", .key), ("many", .number), ("ties", .number), ("tiny", .number), ("huge", .number), ("whole", .number),
        ("mixed", .number), ("power", .number),
      ],
      rows: (0..<5000).map { row in
        [
          "\(row)", String(format: "%.4f", Double(row * row % 9973) / 7), row % 50 == 0 ? "\(row - 2500)" : "0",
          "0.00000000000\(row % 9)", "\(1_000_000_000_000_000 * (row % 7 - 3))", "\((1 << 53) - row % 4)",
          ["1.50", "2", "-3.125", ""][row % 4], "\(row % 9 + 1)e-\(row % 30)",
        ]
      }, primaryKey: "id")
    return OddDatabase(name: "numbers of all sizes, with ties, more than 4096 values", tables: [table])
  }()

  private static let dates: OddDatabase = {
    let table = Table(
      name: "d",
      columns: [
        ("id", .key), ("day", .date("%d/%m/%Y")), ("time", .date("%Y-%m-%d %H:%M:%S")), ("name", .date("%d %b %Y")),
        ("short", .date("%m/%d/%y")), ("far", .date("%Y-%m-%d")),
      ],
      rows: (0..<40).map { row in
        let day = String(format: "%02d", row % 28 + 1)
        return [
          "\(row)", "\(day)/02/19\(row % 90 + 10)", "20\(row % 80 + 10)-12-\(day) 23:59:\(row + 10)",
          row % 5 == 0 ? "" : "\(day) \(["Jan", "May", "Dec"][row % 3]) 2001", "12/\(day)/\(row + 10)",
          ["0001-01-01", "9999-12-31", "2024-02-29"][row % 3],
        ]
      }, primaryKey: "id")
    return OddDatabase(name: "dates in five formats", tables: [table])
  }()

  private static let diamond: OddDatabase = {
    let top = child("top", of: [], rows: 12)
    let left = child("left", of: [top], rows: 20)
    let right = child("right", of: [top], rows: 15)
    let bottom = child("bottom", of: [left, right, top], rows: 60)
    let pairs = Table(
      name: "pairs", columns: [("src", .key), ("dst", .key)],
      rows: (0..<40).map { ["\($0 % 12 + 1)", "\($0 / 12 + 1)"] }, primaryKey: nil,
      parents: ["src": "top", "dst": "top"])
    return OddDatabase(
      name: "a diamond, two keys to one table, a table without a key, parts that do not meet",
      tables: [bottom, left, pairs, right, top, bare("apart", rows: 2)],
      options: [
        "--set", "tables.top.kind=lookup", "--set", "calibration.kind=off", "--set", "evaluation.report=false",
      ])
  }()

  private static let stringKeys: OddDatabase = {
    func table(_ name: String, _ key: (Int) -> String) -> Table {
      Table(
        name: name, columns: [("\(name)_id", .key), ("x", .number)], rows: (0..<12).map { [key($0), "\($0 % 4)"] },
        primaryKey: "\(name)_id")
    }
    let parents = [
      table("uuid") { String(format: "%08x-1111-4222-8333-444444444444", $0 * 77) },
      table("padded") { String(format: "C%05d", $0 + 1) },
      table("word") { "A" + String(repeating: "B", count: $0 + 1) },
      table("negative") { "\(-$0)" }, table("large") { "\(Int64.max - Int64($0))" }, table("odd") { "é,\"\($0)\"" },
    ]
    return OddDatabase(
      name: "keys that are texts or extreme numbers, six parents, three times the size",
      tables: parents + [child("c", of: parents, rows: 30)], options: ["--scale", "3"], keepsRowCounts: false)
  }()

  /// A primary key that is a foreign key too, at sizes where there are more rows wanted than parents of their label.
  private static let oneToOne: [OddDatabase] = [
    ["--scale", "1"], ["--scale", "0.3"], ["--scale", "3"],
    ["--scale", "3", "--set", "tables.person.kind=lookup"], ["--set", "structure.kind=resampled", "--scale", "0.7"],
  ].map { options in
    let person = child("person", of: [], rows: 20)
    let office = bare("office", rows: 5)
    let employee = extensionTable("employee", of: person, and: office)
    let badge = Table(
      name: "badge", columns: [("owner", .key), ("w", .category)],
      rows: (0..<30).map { [employee.rows[$0 % 13][0], "\($0 % 2)"] },
      primaryKey: nil, parents: ["owner": "employee"])
    return OddDatabase(
      name: "a primary key that is a foreign key, \(options.joined(separator: " "))",
      tables: [person, office, employee, badge], options: options, keepsRowCounts: options == ["--scale", "1"])
  }
}
