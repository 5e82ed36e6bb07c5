internal import Essentials

/// One reading of one file.
///
/// A structure, not a class: every access to a variable of a class is checked at run time, field by field.
struct TolerantReading {
  /// What becomes of a field. Without payloads, so that no field counts references.
  private enum Use {
    case skip, number, date, code, key
  }

  /// Places of malformed records that are listed.
  private static let listedFaults = 5

  private let table: TableSchema
  private let relations: [Relation]
  /// The rows that each relation may refer to.
  private let parents: [RowIndex]
  private let others: [RowIndex?]
  private let readsValues: Bool
  private var result = TolerantTable()
  /// The column of the schema that each field of the file belongs to; −1 for none.
  private var columnOfField: [Int] = []
  private var uses: [Use] = []
  /// By column of the schema.
  private var formats: [[DateFormat]]
  private var interners: [ByteInterner?]
  private var numbers: [[Double]]
  private var codes: [[Int32]]
  /// The relations whose foreign key a column is.
  private var relationsOfColumn: [[Int]]
  private var primaryKey = -1
  private let keys = RowIndex()
  private var rows: [ForeignKeyRows]
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

  private func place(_ line: Int?, _ column: String? = nil) -> Problem.Place {
    Problem.Place(file: table.file, line: line, table: table.name, column: column)
  }

  /// Makes room for as many rows as the file has line breaks, so that nothing is moved as it grows.
  private mutating func reserve(_ file: MappedFile) {
    let rowCount = TextCheck.lineBreaks(UnsafeBufferPointer(start: file.start, count: file.count)) + 1
    for (field, use) in uses.enumerated() {
      switch use {
      case .skip: break
      case .number, .date: numbers[columnOfField[field]].reserveCapacity(rowCount)
      case .code: codes[columnOfField[field]].reserveCapacity(rowCount)
      case .key:
        if columnOfField[field] == primaryKey { keys.reserve(rowCount) }
        for relation in relationsOfColumn[columnOfField[field]] {
          rows[relation].rows.reserveCapacity(rowCount)
          if others[relation] != nil { rows[relation].otherRows.reserveCapacity(rowCount) }
        }
      }
    }
  }

  /// Finds the columns in the header.
  private mutating func prepare(_ header: [String]) throws {
    var problems: [Problem] = []
    var fields: [String: Int] = [:]
    for (field, name) in header.enumerated() {
      if fields.updateValue(field, forKey: name) != nil {
        problems.append(
          Problem("the header names the column '\(name)' twice", at: place(1, name), remedy: "remove one of them"))
      }
    }
    columnOfField = [Int](repeating: -1, count: header.count)
    uses = [Use](repeating: .skip, count: header.count)
    var unscored: [String] = []
    for (index, column) in table.columns.enumerated() {
      let use = use(of: index)
      if let field = fields[column.name] {
        columnOfField[field] = index
        uses[field] = use
      } else if case .skip = use {
        unscored.append(column.name)
      } else {
        problems.append(
          Problem(
            "the column is missing", at: place(1, column.name),
            remedy: NearestName.of(column.name, among: header.filter { table.index(of: $0) == nil })
              .map { "is it the one called '\($0)'? Then rename that" }
              ?? "write it, with the name that it has in the real table"))
      }
    }
    guard problems.isEmpty else { throw ClavaError(.input, problems: problems) }
    func list(_ names: [String]) -> String { names.map { "'\($0)'" }.joined(separator: ", ") }
    if readsValues, !unscored.isEmpty {
      result.remarks.append("the file lacks \(list(unscored)), which takes part in no score")
    }
    let others = header.filter { table.index(of: $0) == nil }
    if readsValues, !others.isEmpty {
      result.remarks.append("the file has \(list(others)), which the real table does not have, and which was skipped")
    }
  }

  private mutating func use(of index: Int) -> Use {
    let column = table.columns[index]
    switch column.role {
    case .primaryKey, .foreignKey:
      relationsOfColumn[index] = relations.indices.filter { relations[$0].column == column.name }
      if column.name == table.primaryKey { primaryKey = index }
      return primaryKey == index || !relationsOfColumn[index].isEmpty ? .key : .skip
    case .number: return readsValues ? .number : .skip
    case .date(let format):
      // Libraries write dates in ISO form whatever the real file has.
      let isoForms = [
        "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f",
      ]
      formats[index] = ([format] + isoForms.filter { $0 != format }).compactMap { DateFormat($0) }
      return readsValues ? .date : .skip
    case .categorical, .boolean:
      interners[index] = ByteInterner()
      return readsValues ? .code : .skip
    case .text, .ignoredKey: return .skip
    }
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
