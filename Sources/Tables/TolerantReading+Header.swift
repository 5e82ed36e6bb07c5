internal import Essentials

/// What follows from the header: the column of each field, and room for the rows.
extension TolerantReading {
  /// Makes room for as many rows as the file has line breaks, so that nothing is moved as it grows.
  mutating func reserve(_ file: MappedFile) {
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
  mutating func prepare(_ header: [String]) throws {
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
}
