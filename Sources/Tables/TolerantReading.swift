internal import Essentials

/// One reading of one file.
///
/// A structure, not a class: every access to a variable of a class is checked at run time, field by field.
struct TolerantReading {
  /// What becomes of a field. Without payloads, so that no field counts references.
  enum Use {
    case skip, number, date, code, key
  }

  /// Places of malformed records that are listed.
  private static let listedFaults = 5

  let table: TableSchema
  let relations: [Relation]
  /// The rows that each relation may refer to.
  private let parents: [RowIndex]
  let others: [RowIndex?]
  let readsValues: Bool
  var result = TolerantTable()
  /// The column of the schema that each field of the file belongs to; −1 for none.
  var columnOfField: [Int] = []
  var uses: [Use] = []
  /// By column of the schema.
  var formats: [[DateFormat]]
  var interners: [ByteInterner?]
  var numbers: [[Double]]
  var codes: [[Int32]]
  /// The relations whose foreign key a column is.
  var relationsOfColumn: [[Int]]
  var primaryKey = -1
  let keys = RowIndex()
  var rows: [ForeignKeyRows]
  private var faults: [Problem] = []
  private var firstUnread: [Int: (count: Int, example: String, line: Int)] = [:]
  private var emptyLines = 0

  init(
    _ table: TableSchema, relations: [Relation], parents: [String: RowIndex], others: [String: RowIndex],
    readsValues: Bool
  ) {
    self.table = table
    self.readsValues = readsValues
    self.relations = relations.filter { parents[$0.parent] != nil }
    self.parents = self.relations.compactMap { parents[$0.parent] }
    self.others = self.relations.map { others[$0.parent] }
    formats = table.columns.map { _ in [] }
    interners = table.columns.map { _ in nil }
    numbers = table.columns.map { _ in [] }
    codes = table.columns.map { _ in [] }
    relationsOfColumn = table.columns.map { _ in [] }
    rows = self.relations.map { _ in ForeignKeyRows() }
  }

  mutating func run() throws -> TolerantTable {
    let file = try MappedFile(path: table.file, table: table.name)
    guard file.count > 0 else {
      throw ClavaError(
        .input, "the file is empty, a header with the column names was expected", at: place(nil),
        remedy: "write the header line; a table may have no rows")
    }
    if let fault = TextCheck.firstFault(UnsafeBufferPointer(start: file.start, count: file.count)) {
      result.remarks.append("the file holds \(fault.kind) (byte \(fault.offset + 1)), which is read as a replacement")
    }
    var cursor = CSVCursor(start: file.start, end: file.end)
    let header: [String]
    do {
      header = try cursor.record()
    } catch let fault as CSVFault {
      throw ClavaError(.input, problems: [fault.problem(at: place(1))])
    }
    try prepare(header)
    reserve(file)
    while !cursor.isAtEnd {
      try readRow(&cursor)
      file.release(before: cursor.position)
    }
    if !faults.isEmpty { throw ClavaError(.input, problems: faults) }
    finish()
    return result
  }

  func place(_ line: Int?, _ column: String? = nil) -> Problem.Place {
    Problem.Place(file: table.file, line: line, table: table.name, column: column)
  }

  private mutating func readRow(_ cursor: inout CSVCursor) throws {
    if uses.count > 1, cursor.isAtEmptyLine {
      cursor.skipLine()
      emptyLines += 1
      return
    }
    let line = cursor.line
    var field = 0
    do {
      while true {
        let terminator = try readField(field, &cursor)
        field += 1
        if terminator != .comma { break }
      }
    } catch let fault as CSVFault {
      try report(fault, line: cursor.line, field: field)
    }
    if field != uses.count {
      try report(
        field < uses.count
          ? .tooFewFields(found: field, expected: uses.count) : .tooManyFields(found: field, expected: uses.count),
        line: line, field: field)
    }
    result.rowCount += 1
  }

  /// Lists a fault of the form, and gives up after a few, because rows can no longer be told apart.
  private mutating func report(_ fault: CSVFault, line: Int, field: Int) throws {
    var place = place(line)
    place.position = min(field, uses.count) + 1
    faults.append(fault.problem(at: place))
    if case .tooFewFields = fault, faults.count < Self.listedFaults { return }
    if case .tooManyFields = fault, faults.count < Self.listedFaults { return }
    throw ClavaError(.input, problems: faults)
  }

  @inline(__always)
  private mutating func readField(_ field: Int, _ cursor: inout CSVCursor) throws -> CSVCursor.Terminator {
    guard field < uses.count else { return try cursor.field { _ in }.terminator }
    let column = columnOfField[field]
    let line = cursor.line
    switch uses[field] {
    case .skip: return try cursor.field { _ in }.terminator
    case .number:
      var fast = 0.0
      if cursor.fastNumber(into: &fast, isLast: field == uses.count - 1) {
        numbers[column].append(fast)
        return field == uses.count - 1 ? .lineBreak : .comma
      }
      let (value, terminator) = try cursor.field { bytes -> Double in
        if bytes.isEmpty { return .nan }
        if let number = NumberText(bytes) { return number.value }
        unread(column, bytes, line)
        return .nan
      }
      numbers[column].append(value)
      return terminator
    case .date:
      let (value, terminator) = try cursor.field { bytes -> Double in
        if bytes.isEmpty { return .nan }
        for format in formats[column] {
          if let value = format.value(bytes) { return value * (format.hasTime ? 1e9 : 86_400e9) }
        }
        unread(column, bytes, line)
        return .nan
      }
      numbers[column].append(value)
      return terminator
    case .code:
      let (code, terminator) = try cursor.field { $0.isEmpty ? -1 : interners[column].unsafelyUnwrapped.code($0) }
      codes[column].append(code)
      return terminator
    case .key:
      var key: Int64 = 0
      if cursor.fastInteger(into: &key, isLast: field == uses.count - 1) {
        readKey(key, column)
        return field == uses.count - 1 ? .lineBreak : .comma
      }
      return try cursor.field { readKey($0, column) }.terminator
    }
  }

  /// A key that is a canonical integer, as most are.
  @inline(__always)
  private mutating func readKey(_ key: Int64, _ column: Int) {
    if column == primaryKey, !keys.insert(key, row: Int32(result.rowCount)) { result.repeatedKeys += 1 }
    for position in relationsOfColumn[column].indices {
      let index = relationsOfColumn[column][position]
      let row = parents[index].row(of: key)
      rows[index].rows.append(row)
      var other: Int32 = -1
      if let further = others[index] {
        if row < 0 { other = further.row(of: key) }
        rows[index].otherRows.append(other)
      }
      if row < 0, other < 0 { rows[index].dangling += 1 }
    }
  }

  private mutating func readKey(_ bytes: UnsafeBufferPointer<UInt8>, _ column: Int) {
    if column == primaryKey {
      if bytes.isEmpty {
        result.missingKeys += 1
      } else if !keys.insert(bytes, row: Int32(result.rowCount)) {
        result.repeatedKeys += 1
      }
    }
    for position in relationsOfColumn[column].indices {
      let index = relationsOfColumn[column][position]
      let row = bytes.isEmpty ? -1 : parents[index].row(of: bytes)
      rows[index].rows.append(row)
      var other: Int32 = -1
      if let further = others[index] {
        if row < 0, !bytes.isEmpty { other = further.row(of: bytes) }
        rows[index].otherRows.append(other)
      }
      if row < 0, other < 0 {
        if bytes.isEmpty || Self.meansMissing(bytes) { rows[index].missing += 1 } else { rows[index].dangling += 1 }
      }
    }
  }

  /// Words that libraries write for a missing value.
  private static func meansMissing(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes.count <= 4
      && ["nan", "NaN", "NA", "<NA>", "None", "null", "NULL"].contains(String(decoding: bytes, as: UTF8.self))
  }

  private mutating func unread(_ column: Int, _ bytes: UnsafeBufferPointer<UInt8>, _ line: Int) {
    if let found = firstUnread[column] {
      firstUnread[column] = (found.count + 1, found.example, found.line)
    } else {
      firstUnread[column] = (1, Wording.quoted(bytes), line)
    }
  }

  private mutating func finish() {
    if table.primaryKey != nil { result.keys = keys }
    result.columns = table.columns.enumerated().map { index, column in
      guard readsValues else { return .none }
      return switch column.role {
      case .number, .date: .numbers(numbers[index])
      case .categorical, .boolean: .codes(codes[index])
      default: .none
      }
    }
    result.dictionaries = [[String]](repeating: [], count: table.columns.count)
    for (index, interner) in interners.enumerated() { result.dictionaries[index] = interner?.texts ?? [] }
    for (index, relation) in relations.enumerated() { result.foreignKeys[relation.name] = rows[index] }
    result.unread = firstUnread.sorted { $0.key < $1.key }.map { column, found in
      var expected = "a number"
      if case .date(let format) = table.columns[column].role { expected = "a date like \(format)" }
      return UnreadValues(
        column: table.columns[column].name, count: found.count, example: found.example, line: found.line,
        expected: expected)
    }
    if emptyLines > 0 { result.remarks.append("\(Wording.count(emptyLines, "empty line")) of the file were skipped") }
  }
}
