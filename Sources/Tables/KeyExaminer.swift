/// The primary keys of a table, as far as they are needed to check foreign keys.
final class PrimaryKeys: @unchecked Sendable {
  private(set) var integers: IntegerIndex? = IntegerIndex()
  private(set) var texts: ByteInterner?
  private(set) var style = KeyStyle()

  /// Whether all keys are integers.
  var isInteger: Bool { integers != nil }

  /// Adds a key.
  ///
  /// - Returns: nil if it is new, else the position of the equal one.
  func add(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    style.add(bytes)
    if let integers {
      if let key = IntegerText.canonical(bytes) {
        let before = integers.count
        let position = Int(integers.insert(key))
        return position == before ? nil : position
      }
      becomeTexts(integers)
    }
    guard let texts else { return nil }
    let before = texts.count
    let position = Int(texts.code(bytes))
    return position == before ? nil : position
  }

  /// Whether there is such a key.
  func contains(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    if let integers { return IntegerText.canonical(bytes).map { integers.find($0) >= 0 } ?? false }
    return (texts?.find(bytes) ?? -1) >= 0
  }

  /// Canonical integers have one text each, so nothing is lost.
  private func becomeTexts(_ integers: IntegerIndex) {
    let interner = ByteInterner()
    for key in integers.keys {
      var text = String(key)
      _ = text.withUTF8 { interner.code($0) }
    }
    texts = interner
    self.integers = nil
  }
}

/// A primary key, a foreign key, or both.
final class KeyExaminer: ColumnExaminer {
  private let table: String
  private let format: SourceFormat
  private let own: PrimaryKeys?
  private let parent: (relation: Relation, keys: PrimaryKeys?)?
  /// Rows that added no key, ascending.
  private var skippedRows: [Int] = []
  /// Tells the line of a row.
  private let line: (Int) -> Int

  init(
    table: String, format: SourceFormat, own: PrimaryKeys?, parent: (relation: Relation, keys: PrimaryKeys?)?,
    line: @escaping (Int) -> Int
  ) {
    self.table = table
    self.format = format
    self.own = own
    self.parent = parent
    self.line = line
  }

  override func examine(_ bytes: UnsafeBufferPointer<UInt8>, row: Int) -> Finding? {
    if let own, let position = own.add(bytes) {
      let first = line(self.row(of: position))
      skippedRows.append(row)
      return Finding(
        message: "the primary key \(Wording.quoted(bytes)) is not unique: line \(first) has it already",
        remedy: "give every row a key of its own")
    }
    guard let parent, let keys = parent.keys, !keys.contains(bytes) else { return nil }
    let relation = parent.relation
    return Finding(
      message: "the foreign key \(Wording.quoted(bytes)) is no key of table '\(relation.parent)'",
      remedy: "add the row to '\(relation.parent)', correct the value, or leave the foreign key out with "
        + Wording.ignoring(relation.child, relation.column))
  }

  override func examineMissing(row: Int) -> Finding? {
    _ = super.examineMissing(row: row)
    guard own != nil else { return nil }
    skippedRows.append(row)
    return Finding(message: "the primary key is empty", remedy: "give every row a key of its own")
  }

  override var content: ColumnSurvey.Content {
    let startsAtZero = format == .clava
    if let parent, let keys = parent.keys {
      return .keys(
        isInteger: keys.isInteger, format: keys.style.format(startsAtZero: startsAtZero, table: parent.relation.parent))
    }
    let keys = own ?? PrimaryKeys()
    return .keys(isInteger: keys.isInteger, format: keys.style.format(startsAtZero: startsAtZero, table: table))
  }

  /// Whether a row has no primary key of its own.
  var lacksKeys: Bool { !skippedRows.isEmpty }

  /// Missing foreign keys as one finding.
  var missingForeignKeys: Finding? {
    guard own == nil, let parent, missingCount > 0 else { return nil }
    let relation = parent.relation
    return Finding(
      message: "the foreign key to '\(relation.parent)' is empty in \(Wording.count(missingCount, "row")), "
        + "which is not supported yet",
      remedy: "leave it out with \(Wording.ignoring(relation.child, relation.column)) "
        + "(the column is then written empty), or remove these rows")
  }

  /// The row whose key stands at a position of the index.
  private func row(of position: Int) -> Int {
    skippedRows.reduce(position) { row, skipped in skipped <= row ? row + 1 : row }
  }
}
