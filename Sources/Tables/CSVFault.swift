internal import Essentials

/// What is wrong with the form of a CSV file at one place.
enum CSVFault: Error {
  case unterminatedQuote
  case strayQuote
  case textAfterQuote
  case strayCarriageReturn
  case emptyLine(expected: Int)
  case tooFewFields(found: Int, expected: Int)
  case tooManyFields(found: Int, expected: Int)

  /// The fault in words.
  func problem(at place: Problem.Place) -> Problem {
    switch self {
    case .unterminatedQuote:
      Problem(
        "the quoted field that starts here is never closed", at: place,
        remedy: "add the closing quote; a quote inside a quoted field is written twice")
    case .strayQuote:
      Problem(
        "a quote stands inside an unquoted field", at: place,
        remedy: "put the whole field in quotes and write each quote inside it twice")
    case .textAfterQuote:
      Problem(
        "text follows the closing quote of a field", at: place,
        remedy: "a comma or the end of the line must follow; a quote inside a quoted field is written twice")
    case .strayCarriageReturn:
      Problem(
        "a carriage return stands inside an unquoted field", at: place,
        remedy: "end lines with LF or CR LF, or put the field in quotes")
    case .emptyLine(let expected):
      Problem(
        "the line is empty, \(Wording.count(expected, "field")) were expected", at: place, remedy: "remove the line")
    case .tooFewFields(let found, let expected):
      Problem(
        "the row has \(Wording.count(found, "field")), the header has \(expected)", at: place,
        remedy: "give every row one field per column; put fields that contain commas in quotes")
    case .tooManyFields(let found, let expected):
      Problem(
        "the row has \(Wording.count(found, "field")), the header has only \(expected)", at: place,
        remedy: "give every row one field per column; put fields that contain commas in quotes")
    }
  }
}

/// Small helpers for messages.
enum Wording {
  /// `1 row`, `2 rows`.
  static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  /// The setting that leaves a foreign key out: `tables.sale.ignore_relations: [shop]`.
  static func ignoring(_ table: String, _ columns: String...) -> String { ignoring(table, columns) }

  /// The setting that leaves a foreign key of several columns out.
  static func ignoring(_ table: String, _ columns: [String]) -> String {
    "tables.\(table).ignore_relations: [\(columns.joined(separator: ", "))]"
  }

  /// A value as it is shown in a message: quoted, shortened, on one line.
  static func quoted(_ bytes: UnsafeBufferPointer<UInt8>) -> String { quoted(String(decoding: bytes, as: UTF8.self)) }

  /// A value as it is shown in a message: quoted, shortened, on one line.
  static func quoted(_ text: String) -> String {
    let line = text.replacing("\r", with: " ").replacing("\n", with: " ")
    return line.count > 60 ? "'\(line.prefix(57))…'" : "'\(line)'"
  }
}
