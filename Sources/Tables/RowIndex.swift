/// Finds the row of a primary key in a table whose keys may be broken: repeated, missing, or integers that another
/// program has written as `7.0`.
///
/// Once it is complete it may be read from several threads.
public final class RowIndex: @unchecked Sendable {
  private let integers = IntegerIndex()
  private let texts = ByteInterner()
  private var integerRows: [Int32] = []
  private var textRows: [Int32] = []

  init() {}

  /// Adds the key of a row; false if an earlier row has it, which then keeps it.
  func insert(_ bytes: UnsafeBufferPointer<UInt8>, row: Int32) -> Bool {
    if let key = RowIndex.integer(bytes) {
      guard integers.insert(key) == integerRows.count else { return false }
      integerRows.append(row)
    } else {
      guard texts.code(bytes) == textRows.count else { return false }
      textRows.append(row)
    }
    return true
  }

  /// The first row that has a key, or −1.
  func row(of bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
    if let key = RowIndex.integer(bytes) {
      let position = integers.find(key)
      return position < 0 ? -1 : integerRows[Int(position)]
    }
    let position = texts.find(bytes)
    return position < 0 ? -1 : textRows[Int(position)]
  }

  /// A canonical integer, also with a point and zeros behind it; nil for everything else.
  private static func integer(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
    if let key = IntegerText.canonical(bytes) { return key }
    guard let point = bytes.firstIndex(of: 0x2E), point + 1 < bytes.count,
      bytes[(point + 1)...].allSatisfy({ $0 == 0x30 })
    else { return nil }
    return IntegerText.canonical(UnsafeBufferPointer(rebasing: bytes[..<point]))
  }
}
