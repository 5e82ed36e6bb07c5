import Evaluation
import Tables

/// The columns of a table on several sides, with the same codes for the same categories.
///
/// Categories are compared by value, not by spelling: where all real ones are numbers, `1.0` is the category `1`;
/// truth values may be written in any of the usual ways.
enum SharedCodes {
  /// The scored columns and, for each side, their values.
  static func join(_ table: TableSchema, _ sides: [TolerantTable]) -> (
    columns: [EvaluationSchema.Column], sides: [[EvaluationColumn]]
  ) {
    var columns: [EvaluationSchema.Column] = []
    var values = sides.map { _ in [EvaluationColumn]() }
    for (index, column) in table.columns.enumerated() {
      let kind: EvaluationSchema.ColumnKind
      switch column.role {
      case .number: kind = .number
      case .date: kind = .date
      case .categorical: kind = .categorical
      case .boolean: kind = .boolean
      default: continue
      }
      guard !kind.isContinuous else {
        columns.append(.init(name: column.name, kind: kind))
        for (side, found) in sides.enumerated() {
          values[side].append(.continuous(name: column.name, values: found.columns[index].numbers ?? []))
        }
        continue
      }
      var levels = Levels(isBoolean: kind == .boolean)
      let maps = sides.map { $0.dictionaries[index].map { levels.code(of: $0) } }
      columns.append(.init(name: column.name, kind: kind, levels: levels.texts))
      for (side, found) in sides.enumerated() {
        let codes = found.columns[index].codes ?? []
        let map = maps[side]
        let isSame = map.indices.allSatisfy { map[$0] == Int32($0) }
        values[side].append(
          .discrete(
            name: column.name, codes: isSame ? codes : codes.map { $0 < 0 ? -1 : map[Int($0)] },
            levels: levels.texts.count))
      }
    }
    return (columns, values)
  }

  /// The categories seen so far.
  private struct Levels {
    let isBoolean: Bool
    private(set) var texts: [String] = []
    private var codes: [String: Int32] = [:]
    private var byNumber: [Double: Int32] = [:]
    private var byTruth: [Bool: Int32] = [:]
    /// Whether every category so far is a number.
    private var areNumbers = true

    init(isBoolean: Bool) { self.isBoolean = isBoolean }

    mutating func code(of text: String) -> Int32 {
      if let code = codes[text] { return code }
      let number = Self.number(text)
      if areNumbers, let number, let code = byNumber[number] { return code }
      let truth = isBoolean ? Self.truth(text) : nil
      if let truth, let code = byTruth[truth] { return code }
      let code = Int32(texts.count)
      texts.append(text)
      codes[text] = code
      if let number { byNumber[number] = code } else { areNumbers = false }
      if let truth { byTruth[truth] = code }
      return code
    }

    /// Digits behind leading zeros are a code, not a number: `007` is not `7`.
    private static func number(_ text: String) -> Double? {
      let digits = text.drop { $0 == "-" || $0 == "+" }
      if digits.count > 1, digits.first == "0", digits.dropFirst().first != "." { return nil }
      return NumberText(text)?.value
    }

    private static func truth(_ text: String) -> Bool? {
      switch text.lowercased() {
      case "true", "t", "yes", "y", "1", "1.0": true
      case "false", "f", "no", "n", "0", "0.0": false
      default: nil
      }
    }
  }
}
