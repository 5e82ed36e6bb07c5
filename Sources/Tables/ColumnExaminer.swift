/// What is wrong with one value.
struct Finding {
  let message: String
  let remedy: String
}

/// Looks at every value of a column during the survey.
class ColumnExaminer {
  private(set) var missingCount = 0
  private(set) var firstMissingRow: Int?

  /// Examines a value that is not missing.
  func examine(_ bytes: UnsafeBufferPointer<UInt8>, row: Int) -> Finding? { nil }

  /// Notes a missing value; a column that must have one reports it.
  func examineMissing(row: Int) -> Finding? {
    missingCount += 1
    if firstMissingRow == nil { firstMissingRow = row }
    return nil
  }

  /// What was found in all rows.
  var content: ColumnSurvey.Content { .text }

  /// Things worth telling that do not stop a run.
  func warnings(rowCount: Int) -> [String] { [] }
}

/// Numbers: their range and how they are written.
final class NumberExaminer: ColumnExaminer {
  private struct Range {
    var minimum = Double.infinity
    var maximum = -Double.infinity
    var minimumPlaces = Int.max
    var maximumPlaces = 0
    var inexactRow: Int?

    @inline(__always)
    mutating func add(_ number: NumberText, row: Int) {
      minimum = min(minimum, number.value)
      maximum = max(maximum, number.value)
      minimumPlaces = min(minimumPlaces, number.places)
      maximumPlaces = max(maximumPlaces, number.places)
      if number.places == 0, abs(number.value) > 0x1p53, inexactRow == nil { inexactRow = row }
    }
  }

  private var range = Range()

  override func examine(_ bytes: UnsafeBufferPointer<UInt8>, row: Int) -> Finding? {
    guard let number = NumberText(bytes) else { return NumberExaminer.finding(bytes) }
    range.add(number, row: row)
    return nil
  }

  override var content: ColumnSurvey.Content {
    guard range.minimum <= range.maximum else { return .numbers(format: .integer, minimum: nil, maximum: nil) }
    let format: NumberFormat =
      range.maximumPlaces == 0
      ? .integer : .decimal(minimumPlaces: range.minimumPlaces, maximumPlaces: range.maximumPlaces)
    return .numbers(format: format, minimum: range.minimum, maximum: range.maximum)
  }

  override func warnings(rowCount: Int) -> [String] {
    guard let inexactRow = range.inexactRow else { return [] }
    return [
      "row \(inexactRow + 1) holds an integer beyond 2^53: such numbers are kept to 16 digits only"
        + " (if it is an identifier, declare the column as id or text)"
    ]
  }

  private static func finding(_ bytes: UnsafeBufferPointer<UInt8>) -> Finding {
    let text = String(decoding: bytes, as: UTF8.self)
    let bare = text.lowercased().drop { $0 == "+" || $0 == "-" }
    if ["nan", "null", "none", "na", "n/a", "<na>", "nil"].contains(String(bare)) {
      return Finding(
        message: "expected a number, found \(Wording.quoted(text))",
        remedy: "missing values are written as empty fields")
    }
    if ["inf", "infinity"].contains(String(bare)) || NumberExaminer.isTooLarge(text) {
      return Finding(
        message: "expected a finite number, found \(Wording.quoted(text))",
        remedy: "leave the field empty (missing), write a finite number, or make the column a text in the configuration"
      )
    }
    let remedy =
      text.contains(",")
      ? "write a decimal point and no thousands separators" : "correct the value, or describe the column as categorical"
    return Finding(message: "expected a number, found \(Wording.quoted(text))", remedy: remedy)
  }

  private static func isTooLarge(_ text: String) -> Bool { Double(text)?.isInfinite ?? false }
}

/// Dates in one format.
final class DateExaminer: ColumnExaminer {
  private let format: DateFormat
  private var minimum = Double.infinity
  private var maximum = -Double.infinity

  init(_ format: DateFormat) { self.format = format }

  override func examine(_ bytes: UnsafeBufferPointer<UInt8>, row: Int) -> Finding? {
    guard let value = format.value(bytes) else {
      return Finding(
        message: "expected a date in the format '\(format)', found \(Wording.quoted(bytes))",
        remedy: "correct the value, or the 'datetime_format' of the column")
    }
    minimum = min(minimum, value)
    maximum = max(maximum, value)
    return nil
  }

  override var content: ColumnSurvey.Content {
    let isEmpty = minimum > maximum
    return .numbers(format: .date(format), minimum: isEmpty ? nil : minimum, maximum: isEmpty ? nil : maximum)
  }
}

/// Categories, or booleans, which must not have more than two.
final class CategoryExaminer: ColumnExaminer {
  private let texts = ByteInterner()
  private let isBoolean: Bool

  init(isBoolean: Bool) { self.isBoolean = isBoolean }

  override func examine(_ bytes: UnsafeBufferPointer<UInt8>, row: Int) -> Finding? {
    let code = texts.code(bytes)
    guard isBoolean, code >= 2 else { return nil }
    return Finding(
      message: "a third value \(Wording.quoted(bytes)) in a boolean column, after "
        + "\(Wording.quoted(texts.text(0))) and \(Wording.quoted(texts.text(1)))",
      remedy: "correct the value, or describe the column as categorical")
  }

  override var content: ColumnSurvey.Content { .categories(distinct: texts.count) }
}

/// Keys that follow no relation.
final class UnlinkedKeyExaminer: ColumnExaminer {
  private var style = KeyStyle()
  private let table: String

  init(table: String) { self.table = table }

  override func examine(_ bytes: UnsafeBufferPointer<UInt8>, row: Int) -> Finding? {
    style.add(bytes)
    return nil
  }

  override var content: ColumnSurvey.Content {
    .keys(isInteger: style.isInteger, format: style.format(startsAtZero: false, table: table))
  }

  override func warnings(rowCount: Int) -> [String] {
    if rowCount == 0 { return [] }
    return [
      missingCount > 0
        ? "the key follows no relation and is written as missing"
        : "the key follows no relation and may not be missing: a running number is written, which refers to nothing"
    ]
  }
}
