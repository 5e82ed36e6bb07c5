/// Looks at one key after the other and tells how they are written.
struct KeyStyle {
  private(set) var isInteger = true
  private(set) var smallest = Int64.max
  private var count = 0
  private var prefix: [UInt8]?
  private var isNumbered = true
  private var width = Int.max
  private var length: Int?
  private var isUppercase = true
  private var isLowercase = true
  private var isUUID = true

  /// Adds a key that is not empty.
  mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
    if isInteger {
      if let value = IntegerText.canonical(bytes) {
        count += 1
        smallest = min(smallest, value)
        width = min(width, bytes.count)
        return
      }
      isInteger = false
      if count > 0 { becomeMixed() }
    }
    count += 1
    if isNumbered { addNumbered(bytes) }
    if length == nil { length = bytes.count }
    let sameLength = length == bytes.count
    if isUppercase { isUppercase = sameLength && bytes.allSatisfy { (65...90).contains($0) } }
    if isLowercase { isLowercase = sameLength && bytes.allSatisfy { (97...122).contains($0) } }
    if isUUID { isUUID = bytes.count == 36 && [8, 13, 18, 23].allSatisfy { bytes[$0] == 45 } }
  }

  /// The format of the keys seen. In the method's own form integers start at 0.
  func format(startsAtZero: Bool, table: String) -> KeyFormat {
    if count == 0 { return .integer(first: startsAtZero ? 0 : 1) }
    if isInteger {
      // Room for 2⁴⁰ rows above the first key, so that a running number cannot overflow.
      return .integer(first: startsAtZero ? 0 : min(smallest, Int64.max - (1 << 40)))
    }
    if isUUID { return .uuid }
    if isNumbered, let prefix { return .numbered(prefix: String(decoding: prefix, as: UTF8.self), width: width) }
    if let length, isUppercase || isLowercase { return .letters(uppercase: isUppercase, width: length) }
    return .numbered(prefix: "\(table)-", width: 1)
  }

  /// After integers comes a key that is none: what the integers say about the other forms.
  private mutating func becomeMixed() {
    isUppercase = false
    isLowercase = false
    isUUID = false
    isNumbered = smallest >= 0
    prefix = []
  }

  private mutating func addNumbered(_ bytes: UnsafeBufferPointer<UInt8>) {
    var start = bytes.count
    while start > 0, (48...57).contains(bytes[start - 1]) { start -= 1 }
    let head = bytes[..<start]
    if start == bytes.count || !(prefix.map { $0.elementsEqual(head) } ?? true) {
      isNumbered = false
    } else {
      if prefix == nil { prefix = Array(head) }
      width = min(width, bytes.count - start)
    }
  }
}
