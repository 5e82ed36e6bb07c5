/// How the fields of a column are read.
enum FieldKind {
  case number
  case date(DateParser)
  case code(ByteInterner)
  case integerKey
  case textKey
  case presence
  case skip
}

/// Content that the survey would not have let pass.
enum ReadingFault: Error {
  case changed
}

/// A date format that can be referred to without copying it.
final class DateParser {
  private let format: DateFormat

  init(_ format: DateFormat) { self.format = format }

  func value(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? { format.value(bytes) }
}

/// Collects the values of a block of rows. Its slots are plain memory, so the loop over the fields counts no
/// references.
final class BlockBuffers {
  private enum Tag: UInt8 {
    case number, date, code, integerKey, textKey, presence, skip
  }

  private struct Slot {
    var tag: Tag
    var values: UnsafeMutableRawPointer?
    var helper: UnsafeRawPointer?
  }

  private final class Texts {
    var values: [String] = []
  }

  private let slots: UnsafeMutablePointer<Slot>
  private let count: Int
  /// Keeps what the slots refer to alive.
  private let kinds: [FieldKind]
  private var texts: [Texts] = []

  init(_ kinds: [FieldKind], capacity: Int) {
    self.kinds = kinds
    count = kinds.count
    slots = .allocate(capacity: max(1, count))
    for (index, kind) in kinds.enumerated() {
      func room(_ stride: Int) -> UnsafeMutableRawPointer {
        .allocate(byteCount: max(1, capacity * stride), alignment: 64)
      }
      let slot: Slot
      switch kind {
      case .number: slot = Slot(tag: .number, values: room(8))
      case .date(let parser):
        slot = Slot(tag: .date, values: room(8), helper: UnsafeRawPointer(Unmanaged.passUnretained(parser).toOpaque()))
      case .code(let interner):
        slot = Slot(
          tag: .code, values: room(4), helper: UnsafeRawPointer(Unmanaged.passUnretained(interner).toOpaque()))
      case .integerKey: slot = Slot(tag: .integerKey, values: room(8))
      case .textKey:
        let collector = Texts()
        collector.values.reserveCapacity(capacity)
        texts.append(collector)
        slot = Slot(tag: .textKey, helper: UnsafeRawPointer(Unmanaged.passUnretained(collector).toOpaque()))
      case .presence: slot = Slot(tag: .presence, values: room(1))
      case .skip: slot = Slot(tag: .skip)
      }
      (slots + index).initialize(to: slot)
    }
  }

  deinit {
    for index in 0..<count { slots[index].values?.deallocate() }
    slots.deallocate()
  }

  /// Reads one field and what follows it.
  @inline(__always)
  func read(_ field: Int, row: Int, isLast: Bool, _ cursor: inout CSVCursor) throws {
    let slot = slots[field]
    switch slot.tag {
    case .number:
      let target = slot.values.unsafelyUnwrapped.assumingMemoryBound(to: Double.self) + row
      if !cursor.fastNumber(into: target, isLast: isLast) { try slowNumber(target, isLast, &cursor) }
    case .integerKey:
      let target = slot.values.unsafelyUnwrapped.assumingMemoryBound(to: Int64.self) + row
      if !cursor.fastInteger(into: target, isLast: isLast) { try slowInteger(target, isLast, &cursor) }
    case .code:
      let interner = Unmanaged<ByteInterner>.fromOpaque(slot.helper.unsafelyUnwrapped)
      let (code, terminator) = try cursor.field { bytes in
        bytes.isEmpty ? -1 : interner._withUnsafeGuaranteedRef { $0.code(bytes) }
      }
      slot.values.unsafelyUnwrapped.assumingMemoryBound(to: Int32.self)[row] = code
      try check(terminator, isLast)
    default: try readOther(slot, row, isLast, &cursor)
    }
  }

  @inline(never)
  private func readOther(_ slot: Slot, _ row: Int, _ isLast: Bool, _ cursor: inout CSVCursor) throws {
    switch slot.tag {
    case .date:
      let parser = Unmanaged<DateParser>.fromOpaque(slot.helper.unsafelyUnwrapped).takeUnretainedValue()
      let (number, terminator) = try cursor.field { $0.isEmpty ? Double.nan : parser.value($0) }
      guard let number else { throw ReadingFault.changed }
      slot.values.unsafelyUnwrapped.assumingMemoryBound(to: Double.self)[row] = number
      try check(terminator, isLast)
    case .textKey:
      let collector = Unmanaged<Texts>.fromOpaque(slot.helper.unsafelyUnwrapped).takeUnretainedValue()
      let (key, terminator) = try cursor.field { String(decoding: $0, as: UTF8.self) }
      collector.values.append(key)
      try check(terminator, isLast)
    case .presence:
      let (isPresent, terminator) = try cursor.field { !$0.isEmpty }
      slot.values.unsafelyUnwrapped.assumingMemoryBound(to: Bool.self)[row] = isPresent
      try check(terminator, isLast)
    default:
      let (_, terminator) = try cursor.field { _ in }
      try check(terminator, isLast)
    }
  }

  @inline(never)
  private func slowNumber(_ target: UnsafeMutablePointer<Double>, _ isLast: Bool, _ cursor: inout CSVCursor) throws {
    let (number, terminator) = try cursor.field { $0.isEmpty ? Double.nan : NumberText($0)?.value }
    guard let number else { throw ReadingFault.changed }
    target.pointee = number
    try check(terminator, isLast)
  }

  @inline(never)
  private func slowInteger(_ target: UnsafeMutablePointer<Int64>, _ isLast: Bool, _ cursor: inout CSVCursor) throws {
    let (key, terminator) = try cursor.field { IntegerText.canonical($0) }
    guard let key else { throw ReadingFault.changed }
    target.pointee = key
    try check(terminator, isLast)
  }

  @inline(__always)
  private func check(_ terminator: CSVCursor.Terminator, _ isLast: Bool) throws {
    if (terminator == .comma) == isLast { throw ReadingFault.changed }
  }

  /// The first `rows` rows as blocks.
  func columns(count rows: Int) -> [ColumnBlock] {
    var textColumns = texts.makeIterator()
    return (0..<count).map { index in
      let slot = slots[index]
      func array<Element>(_ type: Element.Type) -> [Element] {
        Array(UnsafeBufferPointer(start: slot.values?.assumingMemoryBound(to: type), count: rows))
      }
      switch slot.tag {
      case .number, .date: return .numbers(array(Double.self))
      case .code: return .codes(array(Int32.self))
      case .integerKey: return .integerKeys(array(Int64.self))
      case .textKey: return .textKeys(textColumns.next()?.values ?? [])
      case .presence: return .presence(array(Bool.self))
      case .skip: return .none
      }
    }
  }
}
