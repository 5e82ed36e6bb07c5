internal import Essentials
internal import Foundation

/// Examines one table: every byte, every value.
final class TableExamination {
  /// What came of it.
  struct Result: Sendable {
    var survey: TableSurvey?
    var keys: PrimaryKeys?
    var problems: [Problem] = []
    var warnings: [String] = []
  }

  /// Problems of one column that are listed one by one.
  private static let listedPerColumn = 5
  private static let maximumProblems = 50

  private let table: TableSchema
  private let schema: Schema
  private let parents: [String: PrimaryKeys]
  private let content: MappedFile?
  private var result = Result()
  private var problemCounts: [Int]
  /// Whether every row has been read and added a key of its own.
  private var hasAllKeys = false

  /// - Parameter content: the table's file if it is in memory already.
  init(table: TableSchema, schema: Schema, parents: [String: PrimaryKeys], content: MappedFile? = nil) {
    self.content = content
    self.table = table
    self.schema = schema
    self.parents = parents
    problemCounts = [Int](repeating: 0, count: table.columns.count)
  }

  func run() -> Result {
    do {
      let file = try content ?? MappedFile(path: table.file, table: table.name)
      try checkText(file)
      try examine(file)
    } catch {
      result.problems.append(contentsOf: ClavaError.wrapping(error, .input).problems)
    }
    if !result.problems.isEmpty { result.survey = nil }
    // Without all keys, foreign keys of other tables cannot be judged.
    if !hasAllKeys { result.keys = nil }
    return result
  }

  private func place(_ line: Int, _ field: Int) -> Problem.Place {
    let column = table.columns.indices.contains(field) ? table.columns[field].name : nil
    return Problem.Place(file: table.file, line: line, position: field + 1, table: table.name, column: column)
  }

  private func checkText(_ file: MappedFile) throws {
    let bytes = UnsafeBufferPointer(start: file.start, count: file.count)
    guard let fault = TextCheck.firstFault(bytes) else { return }
    let line = bytes[..<fault.offset].reduce(into: 1) { line, byte in if byte == 0x0A { line += 1 } }
    let start = bytes[..<fault.offset].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    throw ClavaError(
      .input, "the line holds \(fault.kind) (byte \(fault.offset - start + 1) of the line)",
      at: .init(file: table.file, line: line, table: table.name), remedy: fault.remedy)
  }

  private func examine(_ file: MappedFile) throws {
    var hasher = Hasher256()
    hasher.update(UnsafeRawBufferPointer(start: file.start, count: file.count))
    let digest = hasher.finish()
    var cursor = CSVCursor(start: file.start, end: file.end)
    guard (try? cursor.record()) == table.columns.map(\.name) else {
      throw ClavaError(
        .input, "the header has changed since the metadata were read", at: .init(file: table.file, line: 1),
        remedy: "give the command again")
    }
    let bodyStart = cursor
    let examiners = table.columns.map { examiner($0) { TableExamination.line(ofRow: $0, from: bodyStart) } }
    var row = 0
    var isWellFormed = true
    while !cursor.isAtEnd, result.problems.count < Self.maximumProblems {
      if examineRow(&cursor, row, examiners) { row += 1 } else { isWellFormed = false }
      file.release(before: cursor.position)
    }
    hasAllKeys = isWellFormed && cursor.isAtEnd && !examiners.contains { ($0 as? KeyExaminer)?.lacksKeys ?? false }
    summarise(examiners, rowCount: row, bodyStart)
    let columns = zip(table.columns, examiners).map { column, examiner in
      ColumnSurvey(name: column.name, missingCount: examiner.missingCount, content: examiner.content)
    }
    for (column, examiner) in zip(table.columns, examiners) {
      result.warnings += examiner.warnings(rowCount: row).map { "\(table.name).\(column.name): \($0)" }
    }
    result.survey = TableSurvey(
      table: table.name, rowCount: row, digest: digest, byteCount: file.count, columns: columns)
  }

  /// Examines one record; false if its form is wrong, which is reported.
  private func examineRow(_ cursor: inout CSVCursor, _ row: Int, _ examiners: [ColumnExaminer]) -> Bool {
    let line = cursor.line
    let count = examiners.count
    if count > 1, cursor.isAtEmptyLine {
      cursor.skipLine()
      result.problems.append(CSVFault.emptyLine(expected: count).problem(at: place(line, count)))
      return false
    }
    var field = 0
    do {
      while true {
        let fieldLine = cursor.line
        let (finding, terminator) = try cursor.field { bytes -> Finding? in
          guard field < count else { return nil }
          return bytes.isEmpty ? examiners[field].examineMissing(row: row) : examiners[field].examine(bytes, row: row)
        }
        if let finding { report(finding, line: fieldLine, field: field) }
        field += 1
        if terminator != .comma { break }
      }
    } catch let fault as CSVFault {
      result.problems.append(fault.problem(at: place(cursor.line, field)))
      cursor.skipLine()
      return false
    } catch {
      result.problems.append(contentsOf: ClavaError.wrapping(error, .input).problems)
      return false
    }
    if field == count { return true }
    let fault: CSVFault =
      field < count ? .tooFewFields(found: field, expected: count) : .tooManyFields(found: field, expected: count)
    result.problems.append(
      fault.problem(at: .init(file: table.file, line: line, position: min(field, count) + 1, table: table.name)))
    return false
  }

  private func report(_ finding: Finding, line: Int, field: Int) {
    problemCounts[field] += 1
    if problemCounts[field] <= Self.listedPerColumn {
      result.problems.append(Problem(finding.message, at: place(line, field), remedy: finding.remedy))
    }
  }

  private func summarise(_ examiners: [ColumnExaminer], rowCount: Int, _ bodyStart: CSVCursor) {
    for (index, examiner) in examiners.enumerated() {
      if let key = examiner as? KeyExaminer, let finding = key.missingForeignKeys, let row = key.firstMissingRow {
        let line = TableExamination.line(ofRow: row, from: bodyStart)
        result.problems.append(Problem(finding.message, at: place(line, index), remedy: finding.remedy))
      }
      let more = problemCounts[index] - Self.listedPerColumn
      if more > 0 {
        result.problems.append(
          Problem(
            "the column has \(Wording.count(more, "further problem")) of this kind",
            at: .init(file: table.file, table: table.name, column: table.columns[index].name),
            remedy: "correct them like those listed"))
      }
    }
  }

  private func examiner(_ column: ColumnSchema, line: @escaping (Int) -> Int) -> ColumnExaminer {
    let isPrimary = column.name == table.primaryKey
    if isPrimary { result.keys = PrimaryKeys() }
    let own = isPrimary ? result.keys : nil
    switch column.role {
    case .primaryKey:
      return KeyExaminer(table: table.name, format: schema.format, own: own, parent: nil, line: line)
    case .foreignKey(let name):
      let parent = schema.relation(name).map { ($0, parents[$0.parent]) }
      return KeyExaminer(table: table.name, format: schema.format, own: own, parent: parent, line: line)
    case .number: return NumberExaminer()
    case .date(let format): return DateFormat(format).map { DateExaminer($0) } ?? ColumnExaminer()
    case .categorical: return CategoryExaminer(isBoolean: false)
    case .boolean: return CategoryExaminer(isBoolean: true)
    case .text: return ColumnExaminer()
    case .ignoredKey: return UnlinkedKeyExaminer(table: table.name)
    }
  }

  /// The line on which a row begins, found by reading again; only used for messages.
  private static func line(ofRow row: Int, from start: CSVCursor) -> Int {
    var cursor = start
    var done = 0
    var line = cursor.line
    while done <= row, !cursor.isAtEnd {
      line = cursor.line
      guard (try? cursor.record()) != nil else {
        cursor.skipLine()
        continue
      }
      done += 1
    }
    return line
  }
}
