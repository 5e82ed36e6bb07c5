import Essentials
import Evaluation
import Foundation
import TestSupport

/// A small CSV file without quotes, as the metric oracles are.
struct PlainCSV {
  let header: [String]
  let rows: [[String]]

  init(_ path: String) throws {
    let text = try String(contentsOfFile: Fixtures.path("golden/metrics/\(path)"), encoding: .utf8)
    let lines = text.split(whereSeparator: \.isNewline)
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    header = lines.first ?? []
    rows = Array(lines.dropFirst())
  }

  /// The fields of a column, nil for empty ones.
  func column(_ name: String) throws -> [String?] {
    guard let index = header.firstIndex(of: name) else { throw ClavaError(.input, "no column \(name)") }
    return rows.map { $0[index].isEmpty ? nil : $0[index] }
  }

  /// A key column as whole numbers; keys beside missing ones are written as decimals.
  func keys(_ name: String) throws -> [Int?] { try column(name).map { $0.flatMap(Double.init).map { Int($0) } } }
}

enum ColumnKind { case number, date, category }

enum MetricsFixture {
  /// Both sides of a table; categories get common codes in alphabetical order.
  static func pair(
    _ name: String, real: PlainCSV, synthetic: PlainCSV, columns: [(name: String, kind: ColumnKind)]
  ) throws -> TablePair {
    var realColumns: [EvaluationColumn] = []
    var syntheticColumns: [EvaluationColumn] = []
    for (column, kind) in columns {
      let texts = (try real.column(column), try synthetic.column(column))
      switch kind {
      case .number:
        realColumns.append(.continuous(name: column, values: texts.0.map { $0.flatMap(Double.init) ?? .nan }))
        syntheticColumns.append(.continuous(name: column, values: texts.1.map { $0.flatMap(Double.init) ?? .nan }))
      case .date:
        realColumns.append(.continuous(name: column, values: texts.0.map(nanoseconds)))
        syntheticColumns.append(.continuous(name: column, values: texts.1.map(nanoseconds)))
      case .category:
        let levels = Set((texts.0 + texts.1).compactMap(\.self)).sorted()
        func codes(_ side: [String?]) -> [Int32] {
          side.map { text in Int32(text.flatMap { levels.firstIndex(of: $0) } ?? -1) }
        }
        realColumns.append(.discrete(name: column, codes: codes(texts.0), levels: levels.count))
        syntheticColumns.append(.discrete(name: column, codes: codes(texts.1), levels: levels.count))
      }
    }
    return TablePair(
      real: EvaluationTable(name: name, rowCount: real.rows.count, columns: realColumns),
      synthetic: EvaluationTable(name: name, rowCount: synthetic.rows.count, columns: syntheticColumns))
  }

  /// Turns foreign keys into parent rows.
  static func parentRows(_ foreignKeys: [Int?], _ primaryKeys: [Int?]) -> [Int32] {
    var rowOfKey: [Int: Int32] = [:]
    for (row, key) in primaryKeys.enumerated() {
      if let key { rowOfKey[key] = Int32(row) }
    }
    return foreignKeys.map { $0.flatMap { rowOfKey[$0] } ?? -1 }
  }

  static func json(_ path: String) throws -> JSONValue {
    let full = Fixtures.path("golden/metrics/\(path)")
    return try CanonicalJSON.decode(JSONValue.self, from: Data(contentsOf: URL(fileURLWithPath: full)), source: path)
  }

  private static func nanoseconds(_ date: String?) -> Double {
    guard let parts = date?.split(separator: "-").compactMap({ Int($0) }), parts.count == 3 else { return .nan }
    var components = DateComponents()
    (components.year, components.month, components.day) = (parts[0], parts[1], parts[2])
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    return (calendar.date(from: components)?.timeIntervalSince1970 ?? .nan) * 1e9
  }
}

extension JSONValue {
  var list: [JSONValue] { if case .array(let values) = self { values } else { [] } }
  var text: String? { if case .string(let text) = self { text } else { nil } }
  var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
  /// The texts of a row of details, nested lists joined, without the score at its end.
  var key: String {
    list.dropLast().map { part in
      part.text ?? part.number.map { "\(Int($0))" } ?? part.list.compactMap(\.text).joined(separator: ">")
    }.joined(separator: " ")
  }
}

/// Scores under the texts that name them, to be compared with a list of details.
func details(_ expected: JSONValue?) -> [String: Double?] {
  Dictionary((expected?.list ?? []).map { ($0.key, $0.list.last?.number) }) { first, _ in first }
}

/// The keys whose score differs by more than 1e-9 or is defined on one side only, with both values.
func differences(_ actual: [(String, Score)], _ expected: [String: Double?]) -> [String] {
  var problems: [String] = []
  var unseen = Set(expected.keys)
  for (key, score) in actual {
    guard let value = expected[key] else {
      problems.append("\(key) is not expected")
      continue
    }
    unseen.remove(key)
    if !agree(score, value) { problems.append("\(key): \(score.value), expected \(String(describing: value))") }
    if !score.isDefined && score.reason == nil { problems.append("\(key) has neither a score nor a reason") }
  }
  return problems + unseen.sorted().map { "\($0) is missing" }
}

func agree(_ score: Score, _ expected: Double?) -> Bool {
  guard let number = score.number, let expected else { return score.number == nil && expected == nil }
  return abs(number - expected) <= 1e-9
}
