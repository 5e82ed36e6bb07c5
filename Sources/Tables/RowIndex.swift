/// Finds the row of a primary key in a table whose keys may be broken: repeated, missing, or integers that another
/// program has written as `7.0`.
///
/// Once it is complete it may be read from several threads.
public final class RowIndex: @unchecked Sendable {
  /// The rows of the keys, by their positions in the two indexes. In memory of its own, because every access to a
  /// variable of a class is checked at run time.
  private struct State {
    var integerRows: [Int32] = []
    var textRows: [Int32] = []
  }

  private let integers = IntegerIndex()
  private let texts = ByteInterner()
  private let state: UnsafeMutablePointer<State>

  init() {
    state = .allocate(capacity: 1)
    state.initialize(to: State())
  }

  deinit {
    state.deinitialize(count: 1)
    state.deallocate()
  }

  /// Makes room for `count` integer keys in all.
  func reserve(_ count: Int) {
    integers.reserve(count)
    state.pointee.integerRows.reserveCapacity(count)
  }

  /// Adds the key of a row; false if an earlier row has it, which then keeps it.
  func insert(_ bytes: UnsafeBufferPointer<UInt8>, row: Int32) -> Bool {
    if let key = RowIndex.integer(bytes) { return insert(key, row: row) }
    guard texts.code(bytes) == state.pointee.textRows.count else { return false }
    state.pointee.textRows.append(row)
    return true
  }

  /// Adds the integer key of a row; false if an earlier row has it, which then keeps it.
  @inline(__always)
  func insert(_ key: Int64, row: Int32) -> Bool {
    guard integers.insert(key) == state.pointee.integerRows.count else { return false }
    state.pointee.integerRows.append(row)
    return true
  }

  /// The first row that has a key, or −1.
  func row(of bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
    if let key = RowIndex.integer(bytes) { return row(of: key) }
    let position = texts.find(bytes)
    return position < 0 ? -1 : state.pointee.textRows[Int(position)]
  }

  /// The first row that has an integer key, or −1.
  @inline(__always)
  func row(of key: Int64) -> Int32 {
    let position = integers.find(key)
    return position < 0 ? -1 : state.pointee.integerRows[Int(position)]
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
