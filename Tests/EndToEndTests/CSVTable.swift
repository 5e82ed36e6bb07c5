import Essentials
import Foundation

/// A small CSV table for checks, read by plain code that shares nothing with the reader under test.
struct CSVTable {
  var header: [String]
  var rows: [[String]]

  init(_ path: String) throws {
    var records: [[String]] = []
    var record: [String] = []
    var field = ""
    var isQuoted = false
    var characters = Array(String(decoding: try FileSystem.read(path), as: UTF8.self))[...]
    while let character = characters.popFirst() {
      switch (character, isQuoted) {
      case ("\"", true):
        if characters.first == "\"" {
          field.append("\"")
          characters.removeFirst()
        } else {
          isQuoted = false
        }
      case ("\"", false): isQuoted = true
      case (",", false):
        record.append(field)
        field = ""
      case ("\n", false), ("\r\n", false):
        record.append(field)
        records.append(record)
        record = []
        field = ""
      default: field.append(character)
      }
    }
    if !field.isEmpty || !record.isEmpty { records.append(record + [field]) }
    header = records.first ?? []
    rows = Array(records.dropFirst())
  }

  /// The values of a column.
  func column(_ name: String) throws -> [String] {
    guard let index = header.firstIndex(of: name) else { throw ClavaError(.input, "there is no column \(name)") }
    return rows.map { $0[index] }
  }
}
