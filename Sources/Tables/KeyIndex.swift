/// Finds the row that holds a primary key.
///
/// Once it is complete it may be read from several threads.
///
/// **Complexity**: O(rows) memory, constant expected time for a look-up.
public final class KeyIndex: @unchecked Sendable {
  private enum Storage {
    case integers(IntegerIndex)
    case texts(ByteInterner)
  }

  private let storage: Storage

  /// Creates an index of no keys, for integer or text keys.
  public init(isInteger: Bool) {
    storage = isInteger ? .integers(IntegerIndex()) : .texts(ByteInterner())
  }

  /// Creates an index: the row of a key is its position.
  public convenience init(integers: [Int64]) {
    self.init(isInteger: true)
    append(.integerKeys(integers))
  }

  /// Creates an index: the row of a key is its position.
  public convenience init(texts: [String]) {
    self.init(isInteger: false)
    append(.textKeys(texts))
  }

  /// Adds the next rows' keys, which must be of the kind the index was made for. A key that is there already
  /// keeps its first row; tables that passed the survey have no such keys.
  public func append(_ keys: ColumnBlock) {
    switch (storage, keys) {
    case (.integers(let index), .integerKeys(let values)):
      for value in values { _ = index.insert(value) }
    case (.texts(let index), .textKeys(let values)):
      for var value in values { _ = value.withUTF8 { index.code($0) } }
    default: preconditionFailure("the key block is not of the kind of the index")
    }
  }

  /// How many keys there are.
  public var count: Int {
    switch storage {
    case .integers(let index): index.count
    case .texts(let index): index.count
    }
  }

  /// The row of an integer key, or −1.
  public func row(of key: Int64) -> Int32 {
    guard case .integers(let index) = storage else { return row(of: String(key)) }
    return index.find(key)
  }

  /// The row of a text key, or −1.
  public func row(of key: String) -> Int32 {
    var key = key
    switch storage {
    case .integers(let index): return IntegerText.canonical(key).map(index.find) ?? -1
    case .texts(let index): return key.withUTF8 { index.find($0) }
    }
  }

  /// The rows of a block of keys; −1 where there is no such key.
  public func rows(of keys: ColumnBlock) -> [Int32] {
    switch keys {
    case .integerKeys(let values): values.map { row(of: $0) }
    case .textKeys(let values): values.map { row(of: $0) }
    default: preconditionFailure("the block holds no keys")
    }
  }
}
