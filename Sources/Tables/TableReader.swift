internal import Essentials
internal import Foundation

/// Reads a surveyed table from its CSV file, a block of rows at a time, into typed columns.
public final class TableReader {
  private let table: TableSchema
  private let rowCount: Int
  private let file: MappedFile
  private var cursor: CSVCursor
  private let kinds: [FieldKind]
  private var row = 0

  /// Opens the file of a table that passed the survey.
  ///
  /// - Throws: `ClavaError.input` if the file cannot be read or is not the one that was surveyed.
  public convenience init(table: TableSchema, survey: TableSurvey) throws {
    try self.init(table: table, survey: survey, file: MappedFile(path: table.file, table: table.name))
  }

  init(table: TableSchema, survey: TableSurvey, file: MappedFile) throws {
    self.table = table
    self.file = file
    rowCount = survey.rowCount
    guard file.count == survey.byteCount else { throw TableReader.changed(table) }
    kinds = zip(table.columns, survey.columns).map { column, survey in
      switch column.role {
      case .number: .number
      case .date(let format): DateFormat(format).map { .date(DateParser($0)) } ?? .skip
      case .categorical, .boolean: .code(ByteInterner())
      case .primaryKey, .foreignKey: survey.hasIntegerKeys ? .integerKey : .textKey
      case .text: .presence
      case .ignoredKey: .skip
      }
    }
    cursor = CSVCursor(start: file.start, end: file.end)
    guard (try? cursor.record())?.count == table.columns.count else { throw TableReader.changed(table) }
  }

  /// The texts of a categorical or boolean column, by code, in the order of first appearance so far.
  public func dictionary(column: Int) -> [String] {
    if case .code(let interner) = kinds[column] { return interner.texts }
    return []
  }

  /// The next rows, at most so many; nil after the last.
  ///
  /// - Throws: `ClavaError.input` with file, line and column if the content is not what was surveyed.
  public func next(maximumRows: Int) throws -> TableBlock? {
    let count = min(maximumRows, rowCount - row)
    guard count > 0 else {
      guard cursor.isAtEnd else { throw TableReader.changed(table) }
      return nil
    }
    let buffers = BlockBuffers(kinds, capacity: count)
    // A local copy, so that the compiler may keep the position in a register.
    var cursor = cursor
    var field = 0
    do {
      for index in 0..<count {
        field = 0
        while field < kinds.count {
          try buffers.read(field, row: index, isLast: field == kinds.count - 1, &cursor)
          field += 1
        }
      }
    } catch {
      throw located(error, line: cursor.line, field: field)
    }
    self.cursor = cursor
    defer { row += count }
    file.release(before: cursor.position)
    return TableBlock(firstRow: row, rowCount: count, columns: buffers.columns(count: count))
  }

  private func located(_ error: any Error, line: Int, field: Int) -> ClavaError {
    let place = Problem.Place(
      file: table.file, line: line, position: field + 1, table: table.name, column: table.columns[field].name)
    if let fault = error as? CSVFault { return ClavaError(.input, problems: [fault.problem(at: place)]) }
    if error is ReadingFault { return TableReader.changed(table, at: place) }
    return ClavaError.wrapping(error)
  }

  private static func changed(_ table: TableSchema, at place: Problem.Place? = nil) -> ClavaError {
    ClavaError(
      .input, "the file is not the one that was examined when the run began: it has changed since",
      at: place ?? .init(file: table.file, table: table.name),
      remedy: "restore the file, or start a new run with --out")
  }
}
